import type { Alarm } from '../buffer/entry.ts';
import type { Row } from './row.ts';

export interface AlarmRule {
  readonly name: string;
  readonly column: string;
  readonly above?: number;
  readonly below?: number;
  /** Columns by which the rule is kept apart, e.g. the machine. */
  readonly by: readonly string[];
}

/**
 * Which rules a row sets off. An alarm is raised once when the threshold is passed, and again only after a row on the other side of it.
 * @param raised what is past its threshold already; changed in place.
 */
export function alarmsOf(row: Row, sequence: number, rules: readonly AlarmRule[], raised: Set<string>): Alarm[] {
  return rules.flatMap((rule) => {
    const { name, column, above, below, by } = rule;
    const value = row[column];
    const number = value === null || value === undefined || value === '' ? Number.NaN : Number(value);
    if (Number.isNaN(number)) return [];
    const of = by.map((entry) => String(row[entry] ?? '')).join(' ');
    const key = JSON.stringify([name, of]);
    const passed = (above !== undefined && number > above) || (below !== undefined && number < below);
    if (!passed) {
      raised.delete(key);
      return [];
    }
    if (raised.has(key)) return [];
    raised.add(key);
    const limit = above !== undefined && number > above ? above : (below ?? number);
    return [{ name, sequence, column, value: number, limit, of }];
  });
}
