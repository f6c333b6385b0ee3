import type { CellsFilter, Grant } from '#mesh/access/grant.ts';
import { COLUMNS, CONSUMERS, type Happening, roles, STRANGERS, TABLES } from './random-history.ts';
import { accountOf } from './toy.ts';

type Of<K extends Happening['kind']> = Extract<Happening, { kind: K }>;

/** A grant and the filters that a look showed beside it. */
interface Stood {
  readonly grant: Pick<Grant, 'principal' | 'resource' | 'permissions'>;
}

/**
 * Who could read what, told slowly: every principal, table and column is asked one by one whether some grant that stood at `at`, by what was recorded until
 * `known`, shows it. Nothing is shared with the replay that it checks, but for what a history is.
 */
export function readableSlowly(happenings: readonly Happening[], at: number, known: number): string[] {
  const told = happenings.filter(({ recorded }) => recorded <= known);
  const columns = catalogAt(happenings, Math.min(at, known));
  const answer: string[] = [];
  const strangers = grantsAt(
    told.filter((one) => one.kind === 'strangers'),
    at,
  );
  const handMade = handMadeAt(told, undefined, at);
  const everybody = [...strangers, ...handMade];
  for (const consumer of CONSUMERS) {
    const account = accountOf(consumer);
    const looks = told.filter((one): one is Of<'central'> => one.kind === 'central' && one.consumer === consumer);
    const central = [...grantsAt(looks, at), ...handMade.filter(({ grant }) => grant.principal === account)];
    const local = [...grantsAt(localLooks(told, consumer), at), ...handMadeAt(told, consumer, at)];
    const filterOf = (table: string, name: string) => filterAt(looks, at, table, name);
    for (const { table, column } of columns) {
      const ofAccount = rowsShown(central, account, table, column, filterOf);
      for (const role of roles(consumer)) {
        const capped = rowsShown(local, role, table, column, filterOf).flatMap((own) =>
          ofAccount.map((cap) => (own === cap || cap === '' ? own : own === '' ? cap : `(${own}) AND (${cap})`)),
        );
        const all = [...capped, ...rowsShown(central, role, table, column, filterOf)];
        for (const rows of plain(all)) answer.push(`${role} ${table}.${column} ${rows}`);
      }
      const whole = isWhole(told, consumer, Math.min(at, known));
      const toAccount = whole ? ofAccount : rowsShown(handMade, account, table, column, filterOf);
      for (const rows of plain(toAccount)) answer.push(`${account} ${table}.${column} ${rows}`);
    }
  }
  for (const stranger of STRANGERS) {
    for (const { table, column } of columns) {
      const shown = rowsShown(everybody, stranger, table, column, () => undefined);
      for (const rows of plain(shown)) answer.push(`${stranger} ${table}.${column} ${rows}`);
    }
  }
  return [...new Set(answer)].sort();
}

/** Every row makes some rows of the same column superfluous. */
function plain(rows: readonly string[]): readonly string[] {
  return rows.includes('') ? [''] : rows;
}

/** The columns that the catalog was last found to have, by what was recorded until then. */
function catalogAt(happenings: readonly Happening[], until: number): { table: string; column: string }[] {
  let wanted: Of<'wanted'>['tables'] = [];
  let found: Of<'wanted'>['tables'] = [];
  for (const one of happenings) {
    if (one.recorded > until) break;
    if (one.kind === 'wanted') wanted = one.tables;
    if (one.kind === 'catalog' && one.ok) found = wanted;
    // A condition speaks of the generation that was wanted when it was made, and a later write of the record repeats it.
  }
  const pairs = TABLES.flatMap((table) => COLUMNS.map((column) => ({ table, column })));
  return pairs.filter(({ table, column }) =>
    found.some(({ name, columns }) => name === table && columns.some((one) => one.name === column)),
  );
}

interface Looked {
  readonly at: number;
  readonly recorded: number;
  readonly grants: readonly Grant[];
}

/** A failure that tells of no look is none; grants that it lists were seen. */
function localLooks(told: readonly Happening[], consumer: string): Looked[] {
  return told.filter(
    (one): one is Of<'local'> => one.kind === 'local' && one.consumer === consumer && one.way !== 'blind',
  );
}

/** Later in the world counts for more; at the same moment, later in the trail. */
function latest<T extends Looked>(looks: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const look of looks) if (best === undefined || look.at >= best.at) best = look;
  return best;
}

function earliest<T extends Looked>(looks: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const look of looks) if (best === undefined || look.at < best.at) best = look;
  return best;
}

function grantsAt(looks: readonly Looked[], at: number): Stood[] {
  const before = latest(looks.filter((look) => look.at <= at));
  const after = earliest(looks.filter((look) => look.at > at));
  const stood: Stood[] = (before?.grants ?? []).map((grant) => ({ grant }));
  for (const grant of after?.grants ?? []) {
    if (grant.lastUpdated !== undefined && Date.parse(grant.lastUpdated) <= at * 1_000) stood.push({ grant });
  }
  return stood;
}

function filterAt(looks: readonly Of<'central'>[], at: number, table: string, name: string): CellsFilter | undefined {
  const isIt = (filter: CellsFilter) => filter.table === table && filter.name === name;
  const before = latest(looks.filter((look) => look.at <= at))?.filters.find(isIt);
  if (before !== undefined) return before;
  const after = earliest(looks.filter((look) => look.at > at));
  const begun = after?.grants.some(
    ({ lastUpdated }) => lastUpdated !== undefined && Date.parse(lastUpdated) <= at * 1_000,
  );
  return begun === true ? after?.filters.find(isIt) : undefined;
}

function handMadeAt(told: readonly Happening[], consumer: string | undefined, at: number): Stood[] {
  const found = told.filter((one): one is Of<'drift'> => one.kind === 'drift' && one.consumer === consumer);
  return found.filter(({ key, since, at: seen }) => {
    const begins = Math.min(since ?? Number.POSITIVE_INFINITY, Math.max(seen, since ?? 0));
    const mended = told.find((one) => one.kind === 'mended' && one.key === key);
    return begins <= at && (mended === undefined || mended.at > at);
  });
}

function isWhole(told: readonly Happening[], consumer: string, until: number): boolean {
  const words = told.filter(
    (one): one is Of<'whole'> => one.kind === 'whole' && one.consumer === consumer && one.recorded <= until,
  );
  return words.at(-1)?.on === true;
}

/** The row filters by which some grants show one column to one principal; '' is every row. */
function rowsShown(
  stood: readonly Stood[],
  principal: string,
  table: string,
  column: string,
  filterOf: (table: string, name: string) => CellsFilter | undefined,
): string[] {
  const rows: string[] = [];
  for (const { grant } of stood) {
    const { resource } = grant;
    if (grant.principal !== principal || !grant.permissions.includes('SELECT')) continue;
    if (resource.kind === 'columns') {
      const there = resource.table === '*' || resource.table === table;
      const named = resource.columns === '*' || resource.columns.includes(column);
      if (there && named && resource.excluded?.includes(column) !== true) rows.push('');
    }
    if (resource.kind === 'filter' && resource.table === table) {
      const filter = filterOf(table, resource.name);
      if (filter === undefined) rows.push(`those of the filter ${resource.name}`);
      else if (filter.columns === '*' || filter.columns.includes(column)) rows.push(filter.rows ?? '');
    }
  }
  return plain([...new Set(rows)]) as string[];
}
