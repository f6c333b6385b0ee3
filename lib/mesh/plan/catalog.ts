import { sameTable, type TableInputLike } from '../contract/glue-table.ts';

/** A table of the central catalog as it is; `VersionId` is for optimistic locking. */
export type ActualTable = TableInputLike & { readonly VersionId?: string };

export type CatalogChange =
  | { readonly kind: 'createDatabase'; readonly database: string }
  | { readonly kind: 'createTable'; readonly database: string; readonly table: TableInputLike }
  | {
      readonly kind: 'updateTable';
      readonly database: string;
      readonly table: TableInputLike;
      /** The version that the change was planned from. */
      readonly versionId?: string;
    }
  | { readonly kind: 'deleteTable'; readonly database: string; readonly name: string }
  | { readonly kind: 'deleteDatabase'; readonly database: string };

/** The changes that make the central database equal to what is desired; `actual` undefined: there is no database. */
export function diffCatalog(
  desired: { readonly database: string; readonly tables: readonly TableInputLike[] },
  actual: { readonly tables: readonly ActualTable[] } | undefined,
): CatalogChange[] {
  const { database } = desired;
  const have = new Map(actual?.tables.map((table) => [table.Name, table]));
  const wanted = new Set(desired.tables.map((table) => table.Name));
  const changes: CatalogChange[] = actual === undefined ? [{ kind: 'createDatabase', database }] : [];
  const gone = [...have.values()].filter(({ Name }) => !wanted.has(Name));
  const remove = (table: ActualTable) => changes.push({ kind: 'deleteTable', database, name: table.Name });
  // A view goes before the table that it reads, and comes after it.
  for (const table of gone.filter(isView)) remove(table);
  for (const table of [...desired.tables].sort((a, b) => Number(isView(a)) - Number(isView(b)))) {
    const former = have.get(table.Name);
    if (former === undefined) changes.push({ kind: 'createTable', database, table });
    else if (isView(former) !== isView(table)) {
      remove(former);
      changes.push({ kind: 'createTable', database, table });
    } else if (!sameTable(table, former)) {
      const versionId = former.VersionId;
      changes.push({ kind: 'updateTable', database, table, ...(versionId === undefined ? {} : { versionId }) });
    }
  }
  for (const table of gone.filter((entry) => !isView(entry))) remove(table);
  return changes;
}

/** True for a view of the Data Catalog: it has no files, and is read as its definer. */
export function isView(table: Pick<TableInputLike, 'TableType'>): boolean {
  return table.TableType === 'VIRTUAL_VIEW';
}

/** The changes that leave nothing of a database: what reads other tables goes first, the database last; none when there is no database. */
export function dismantleCatalog(database: string, actual: readonly ActualTable[] | undefined): CatalogChange[] {
  if (actual === undefined) return [];
  return [...diffCatalog({ database, tables: [] }, { tables: actual }), { kind: 'deleteDatabase', database }];
}
