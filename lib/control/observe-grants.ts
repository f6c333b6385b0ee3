import type { LakeFormation } from '#aws/lake-formation.ts';
import { ALL_TABLES, type Grant } from '#mesh/access/grant.ts';
import { normalizeGrants } from '#mesh/plan/grants.ts';

/** Where to look, and who may be found there. */
export interface Lookout {
  readonly catalogId: string;
  readonly database: string;
  /** Tables that have grants of their own now or shall have them. */
  readonly tables: readonly string[];
  /** Tables among them that have data cells filters, which a list by principal leaves out. */
  readonly filtered: readonly string[];
  /** The principals of those grants. */
  readonly principals: readonly string[];
  /** False: the database itself needs no look, e.g. the target of a link. */
  readonly databaseItself: boolean;
  /** Asks for each table, however many there are: a list by principal shows only those that are looked for. Default false. */
  readonly tableByTable?: boolean;
}

/** Above that many tables, a list by principal takes fewer calls than one for each table. */
const TABLE_BY_TABLE = 3;

/** Every grant found on the database, on its table wildcard, and on the tables of interest, in normal form. */
export async function observeGrants(
  lakeFormation: Pick<LakeFormation, 'onDatabase' | 'onAllTables' | 'onTable' | 'ofPrincipal'>,
  { catalogId, database, tables, filtered, principals, databaseItself, tableByTable = false }: Lookout,
): Promise<Grant[]> {
  const found: Grant[][] = [];
  if (databaseItself) found.push(await lakeFormation.onDatabase(catalogId, database));
  found.push(await lakeFormation.onAllTables(catalogId, database));
  const few = tableByTable || tables.length <= TABLE_BY_TABLE;
  for (const table of few ? tables : filtered) found.push(await lakeFormation.onTable({ catalogId, database, table }));
  if (!few) {
    for (const principal of principals) found.push(await lakeFormation.ofPrincipal(principal, catalogId, database));
  }
  return normalizeGrants(distinct(found.flat()));
}

/** The tables on which grants stand that are not on the wildcard. */
export function tablesOf(grants: readonly Grant[]): string[] {
  const names = grants.flatMap(({ resource }) =>
    'table' in resource && resource.table !== ALL_TABLES ? [resource.table] : [],
  );
  return [...new Set(names)].sort();
}

/** The tables that have grants on data cells filters. */
export function filteredTablesOf(grants: readonly Grant[]): string[] {
  return tablesOf(grants.filter(({ resource }) => resource.kind === 'filter'));
}

/** Lists overlap; the same entry twice must count once before lists of columns are merged. */
function distinct(grants: readonly Grant[]): Grant[] {
  return [...new Map(grants.map((grant) => [JSON.stringify(grant), grant])).values()];
}
