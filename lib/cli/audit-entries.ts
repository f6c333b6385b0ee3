import type { AuditEntry } from '#mesh/audit/entry.ts';
import type { ToldEntry } from '#mesh/audit/time/history.ts';
import { auditDatabaseName } from '#mesh/topology/names.ts';
import { query } from './athena.ts';
import { longMembers } from './audit-details.ts';
import type { Connection } from './connection.ts';

/** What stands for a column that SQL must not see bare, and for one that is no text. */
const COLUMN_SQL: Readonly<Record<string, string>> = { at: '"at"', policies: "array_join(policies, '|')" };

const COLUMNS = [
  'id',
  'at',
  'kind',
  'actor',
  'action',
  'correlation',
  'reason',
  'policies',
  'entity',
  'domain',
  'product',
  'major',
  'version',
  'subscription',
  'consumer',
  'stateBefore',
  'stateAfter',
  'generation',
  'revision',
  'summary',
  'details',
  'state',
  'detailsRef',
  'stateRef',
] as const satisfies readonly (keyof AuditEntry)[];

const NUMBERS: readonly string[] = ['major', 'generation', 'revision'];

/**
 * The entries of the trail that a condition selects (SQL over the columns of the table `entries`), each once and with its long members in place, asked through Athena as the
 * connection's principal; and when it was asked, by AWS's clock and not this machine's.
 * @throws WEFT-AUDIT-022 when a long member is not what its name says, WEFT-AUDIT-023 when it cannot be had.
 */
export async function toldEntries(
  connection: Connection,
  condition: string,
): Promise<{ readonly entries: readonly ToldEntry[]; readonly now: number }> {
  const columns = COLUMNS.map((name) => COLUMN_SQL[name] ?? name);
  const { rows, submittedAt } = await query(
    connection,
    `SELECT ${columns.join(', ')} FROM ${entriesTable(connection)} WHERE ${condition}`,
  );
  const entries = new Map(rows.map(entryOf).map((entry) => [entry.id, entry]));
  const longs = await longMembers(connection, [...entries.values()]);
  const told = [...entries.values()].map(({ state, details, stateRef, detailsRef, ...entry }) => ({
    ...entry,
    ...memberOf('state', state ?? longs.get(stateRef ?? '')),
    ...memberOf('details', details ?? longs.get(detailsRef ?? '')),
  }));
  return { entries: told, now: submittedAt.getTime() };
}

/** The table of the entries, as SQL names it. */
export function entriesTable({ topology }: Connection): string {
  return `${auditDatabaseName(topology.mesh)}.entries`;
}

function entryOf(row: readonly (string | null)[]): AuditEntry {
  const members = COLUMNS.flatMap((name, index): [string, unknown][] => {
    const text = row[index];
    if (name === 'policies') return [[name, text ? text.split('|') : []]];
    if (text === null || text === undefined || text === '') return [];
    return [[name, NUMBERS.includes(name) ? Number(text) : text]];
  });
  return Object.fromEntries(members) as unknown as AuditEntry;
}

function memberOf(name: 'state' | 'details', text: string | undefined): Partial<ToldEntry> {
  return text === undefined ? {} : { [name]: JSON.parse(text) };
}
