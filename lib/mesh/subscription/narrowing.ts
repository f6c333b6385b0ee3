import { printForLakeFormation } from '../access/row-filter.ts';
import { FilterSyntaxError, parseFilter } from '../access/row-filter-parser.ts';
import type { Checked } from '../error.ts';
import type { ClassificationLadder } from '../topology/topology.ts';
import { Findings } from '../yaml/findings.ts';
import type { AccessScope } from './subscription.ts';

/** What an approval may narrow; what is absent stays as it was requested. */
export interface Narrowing extends Partial<AccessScope> {
  /** ISO 8601. */
  readonly expiresAt?: string;
}

/** The requested scope made smaller; a narrowing that would give more than was requested is a problem (`WEFT-SUBSCRIPTION-003`). */
export function narrow(
  requested: AccessScope,
  narrowing: Narrowing,
  ladder: ClassificationLadder,
): Checked<AccessScope> {
  const findings = new Findings('SUBSCRIPTION');
  const clearance = narrowClearance(requested.clearance, narrowing.clearance, ladder, findings);
  const tables = narrowList(requested.tables, narrowing.tables, 'tables', findings);
  const columns = mergeRecords(requested.columns, narrowing.columns, (table, before, after) =>
    narrowList(before, after, `columns of "${table}"`, findings),
  );
  const rows = mergeRecords(requested.rows, narrowing.rows, (table, before, after) =>
    narrowRows(table, before, after, findings),
  );
  return findings.outcome<AccessScope>({
    clearance,
    ...(tables === undefined ? {} : { tables }),
    ...(columns === undefined ? {} : { columns }),
    ...(rows === undefined ? {} : { rows }),
  });
}

/** The earlier of both ends; an approval may not move the end that was requested to a later time. */
export function narrowEnd(requested: string | undefined, narrowed: string | undefined): string | undefined {
  if (requested === undefined || narrowed === undefined) return narrowed ?? requested;
  return Date.parse(narrowed) < Date.parse(requested) ? narrowed : requested;
}

function narrowClearance(
  before: string,
  after: string | undefined,
  ladder: ClassificationLadder,
  findings: Findings,
): string {
  if (after === undefined) return before;
  const position = ladder.indexOf(after);
  if (position === -1) {
    findings.error(4, { path: 'clearance' }, `the clearance "${after}" is unknown`, `use one of ${ladder.join(', ')}`);
  } else if (position > ladder.indexOf(before)) {
    const message = `the clearance "${after}" is above the requested "${before}"`;
    findings.error(3, { path: 'clearance' }, message, 'approve at most what was requested');
  }
  return after;
}

function narrowList(
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
  what: string,
  findings: Findings,
): readonly string[] | undefined {
  const more = after?.filter((name) => before !== undefined && !before.includes(name)) ?? [];
  if (more.length > 0) {
    const message = `the ${what} ${more.map((name) => `"${name}"`).join(', ')} were not requested`;
    findings.error(3, { path: what }, message, 'approve at most what was requested');
  }
  return after ?? before;
}

/** Both filters have to hold. Each is parsed by itself first, so that neither can break out of its brackets. */
function narrowRows(
  table: string,
  before: string | undefined,
  after: string | undefined,
  findings: Findings,
): string | undefined {
  if (before === undefined || after === undefined) return after ?? before;
  try {
    return printForLakeFormation({ kind: 'and', operands: [parseFilter(before), parseFilter(after)] });
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error;
    findings.error(5, { path: `rows.${table}`, column: error.column }, error.message, error.fix);
    return before;
  }
}

function mergeRecords<T>(
  before: Readonly<Record<string, T>> | undefined,
  after: Readonly<Record<string, T>> | undefined,
  merge: (table: string, before: T | undefined, after: T | undefined) => T | undefined,
): Record<string, T> | undefined {
  const entries = new Map(Object.entries(before ?? {}));
  for (const [table, value] of Object.entries(after ?? {})) {
    const merged = merge(table, entries.get(table), value);
    if (merged !== undefined) entries.set(table, merged);
  }
  return entries.size === 0 ? undefined : Object.fromEntries(entries);
}
