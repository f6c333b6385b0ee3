import { catalog } from '#local/services/glue/catalog.ts';
import { tableRights } from '#local/services/lake-formation/rights.ts';
import { auditEntries } from '#mesh/audit/entry.ts';
import { accessTo } from '#mesh/audit/time/access.ts';
import { type AccessFact, factsOf } from '#mesh/audit/time/facts.ts';
import { type AccessHistory, accessHistory, type ToldEntry } from '#mesh/audit/time/history.ts';
import { role, TOPOLOGY } from '../../mesh/fixtures.ts';
import { DATABASE, GOVERNANCE, type World } from '../world.ts';

/** What could really be read at a moment, as Lake Formation itself would have judged each principal then. */
export interface Moment {
  readonly what: string;
  readonly at: number;
  /** `<principal> <database>.<table>.<column> <rows>`. */
  readonly cells: readonly string[];
}

const PRINCIPALS = [
  ...['finance', 'research'].flatMap((domain) => [role(domain), role(domain, 'producer'), role(domain, '7')]),
  `arn:aws:iam::${GOVERNANCE}:role/toy-platform`,
];

export type Witness = ReturnType<typeof witness>;

/** Keeps the trail of a world, and beside it the truth. */
export function witness(world: World, databases: readonly string[] = [DATABASE]) {
  const entries: ToldEntry[] = [];
  const moments: Moment[] = [];
  const { write } = world.registry;
  Object.assign(world.registry, {
    write: async (...input: Parameters<typeof write>) => {
      await write(...input);
      for (const { record } of input[0]) {
        for (const { state, details, ...entry } of auditEntries(undefined, record)) {
          const told = { ...(state && { state: JSON.parse(state) }), ...(details && { details: JSON.parse(details) }) };
          entries.push({ ...entry, ...told });
        }
      }
    },
  });
  const cellsNow = () =>
    PRINCIPALS.flatMap((principal) => {
      const account = /::(\d{12}):/.exec(principal)?.[1] ?? '';
      const arn = principal.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/');
      const caller = { kind: 'role' as const, account, arn: `${arn}/someone`, roleArn: principal, principalId: 'AROA' };
      return databases.flatMap((database) =>
        catalog
          .tables(world.cloud, GOVERNANCE, database)
          .flatMap((table) =>
            tableRights(world.cloud, caller, table).cells.flatMap(({ columns, rows }) =>
              columns.map((column) => `${principal} ${database}.${table.Name}.${column} ${rows ?? ''}`),
            ),
          ),
      );
    });
  return {
    entries,
    moments,
    /** Does something, and notes what could be read after it. */
    step: async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const value = await work();
      world.clock.advance(2_000);
      moments.push({ what, at: world.clock.now(), cells: cover(cellsNow()) });
      world.clock.advance(2_000);
      return value;
    },
    /** What the trail tells of a moment, by what was recorded until another. */
    told: (at: number, known = world.clock.now()): string[] => {
      const history = accessHistory(entries);
      const all = history.versions.flatMap((version) => {
        const database = `${version.domain}__${version.product}__v${version.major}`;
        return PRINCIPALS.flatMap((principal) =>
          accessTo(version, history, { at, known }, { ladder: TOPOLOGY.classification, narrowing: { principal } }).map(
            ({ table, column, rows }) => `${principal} ${database}.${table.name}.${column} ${rows}`,
          ),
        );
      });
      return cover(all);
    },
    facts: (at: number, known = world.clock.now()): AccessFact[] => {
      const history: AccessHistory = accessHistory(entries);
      return factsOf(history, history.versions, { at, known, ladder: TOPOLOGY.classification });
    },
  };
}

/** A column in every row is a column in some: sorted, each once. */
function cover(cells: readonly string[]): string[] {
  const open = new Set(cells.filter((cell) => cell.endsWith(' ')));
  return [...new Set(cells)]
    .filter((cell) => cell.endsWith(' ') || !open.has(`${cell.split(' ').slice(0, 2).join(' ')} `))
    .sort();
}
