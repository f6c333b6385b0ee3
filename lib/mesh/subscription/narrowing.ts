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

/**
 * The requested scope made smaller; a narrowing that would give more than was requested is a problem (`WEFT-SUBSCRIPTION-003`). `former` is what
 * earlier approvals have left of it: the narrowest word counts, whoever said it and when.
 */
export function narrow(
  requested: AccessScope,
  narrowing: Narrowing,
  ladder: ClassificationLadder,
  former: AccessScope = requested,
): Checked<AccessScope> {
  const findings = new Findings('SUBSCRIPTION');
  checkClearance(requested.clearance, narrowing.clearance, ladder, findings);
  checkList(requested.tables, narrowing.tables, 'tables', findings);
  for (const [table, columns] of Object.entries(narrowing.columns ?? {})) {
    checkList(own(requested.columns, table), columns, `columns of "${table}"`, findings);
  }
  const tables = both(former.tables, narrowing.tables);
  const columns = merge(former.columns, narrowing.columns, (_table, one, other) => both(one, other));
  const rows = merge(former.rows, narrowing.rows, (table, one, other) => bothHold(table, one, other, findings));
  return findings.outcome<AccessScope>({
    clearance: lower(former.clearance, narrowing.clearance, ladder),
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

function checkClearance(
  before: string,
  after: string | undefined,
  ladder: ClassificationLadder,
  findings: Findings,
): void {
  if (after === undefined) return;
  const position = ladder.indexOf(after);
  if (position === -1) {
    findings.error(4, { path: 'clearance' }, `the clearance "${after}" is unknown`, `use one of ${ladder.join(', ')}`);
  } else if (position > ladder.indexOf(before)) {
    const message = `the clearance "${after}" is above the requested "${before}"`;
    findings.error(3, { path: 'clearance' }, message, 'approve at most what was requested');
  }
}

function checkList(
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
  what: string,
  findings: Findings,
): void {
  const more = after?.filter((name) => before !== undefined && !before.includes(name)) ?? [];
  if (more.length === 0) return;
  const message = `the ${what} ${more.map((name) => `"${name}"`).join(', ')} were not requested`;
  findings.error(3, { path: what }, message, 'approve at most what was requested');
}

function lower(one: string, other: string | undefined, ladder: ClassificationLadder): string {
  return other !== undefined && ladder.indexOf(other) < ladder.indexOf(one) ? other : one;
}

/** What is in both lists; an absent one holds everything. */
function both(one: readonly string[] | undefined, other: readonly string[] | undefined): readonly string[] | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.filter((name) => other.includes(name));
}

/** Both filters have to hold. Each is parsed by itself first, so that neither can break out of its brackets. */
function bothHold(
  table: string,
  one: string | undefined,
  other: string | undefined,
  findings: Findings,
): string | undefined {
  if (one === undefined || other === undefined || one === other) return one ?? other;
  try {
    return printForLakeFormation({ kind: 'and', operands: [parseFilter(one), parseFilter(other)] });
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error;
    findings.error(5, { path: `rows.${table}`, column: error.column }, error.message, error.fix);
    return one;
  }
}

function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

function merge<T>(
  before: Readonly<Record<string, T>> | undefined,
  after: Readonly<Record<string, T>> | undefined,
  combine: (table: string, before: T | undefined, after: T | undefined) => T | undefined,
): Record<string, T> | undefined {
  const entries = new Map(Object.entries(before ?? {}));
  for (const [table, value] of Object.entries(after ?? {})) {
    const merged = combine(table, entries.get(table), value);
    if (merged !== undefined) entries.set(table, merged);
  }
  return entries.size === 0 ? undefined : Object.fromEntries(entries);
}
