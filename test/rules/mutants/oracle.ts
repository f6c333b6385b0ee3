import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Change, Mutant } from './mutant.ts';

/** A row of `weakening.yaml`: what a kind of change at a kind of place does to the mesh. The first row that fits counts. */
export interface Weakening {
  /** Resource types with blanks between; `*` for all. */
  readonly type: string;
  /** Names with dots between; `*` is any one, `**` any number of them. */
  readonly at: string;
  /** A pattern of logical ids. Default: any. */
  readonly of?: string;
  /** Changes with blanks between. Default: all. */
  readonly change?: string;
  /** What becomes possible. */
  readonly weakens?: string;
  /** Why nothing does. */
  readonly harmless?: string;
  /** The check outside of the pack that finds it, and why the pack cannot. */
  readonly held?: string;
}

/** The table. */
export const WEAKENINGS: readonly Weakening[] = parse(readFileSync(new URL('weakening.yaml', import.meta.url), 'utf8'));

const patterns = WEAKENINGS.map((row) => ({
  row,
  types: row.type.split(' '),
  id: new RegExp(`^${row.of ?? '.*'}$`),
  changes: row.change?.split(' ') as Change[] | undefined,
  place: new RegExp(
    `^${row.at.split('.').map(patternOf).join('\\.')}$`
      .replaceAll('\\.(?:.*)', '(?:\\..*)?')
      .replaceAll('(?:.*)\\.', '(?:.*\\.)?'),
  ),
}));

function patternOf(name: string): string {
  if (name === '**') return '(?:.*)';
  if (name === 'allow') return '(?:allow|own)';
  return name === '*' ? '[^.]+' : name.replaceAll(/[\\^$+?()[\]{}|]/g, '\\$&').replaceAll('*', '[^.]*');
}

/** What the table says of a mutant; undefined where nobody has said anything. */
export function judged({ id, type, place, change }: Mutant): Weakening | undefined {
  return patterns.find(
    (pattern) =>
      (pattern.types.includes('*') || pattern.types.includes(type)) &&
      (pattern.changes === undefined || pattern.changes.includes(change)) &&
      pattern.id.test(id) &&
      pattern.place.test(place),
  )?.row;
}
