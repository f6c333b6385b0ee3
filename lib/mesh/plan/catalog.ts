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
  | { readonly kind: 'deleteTable'; readonly database: string; readonly name: string };

/** The changes that make the central database equal to what is desired; `actual` undefined: there is no database. */
export function diffCatalog(
  desired: { readonly database: string; readonly tables: readonly TableInputLike[] },
  actual: { readonly tables: readonly ActualTable[] } | undefined,
): CatalogChange[] {
  const { database } = desired;
  const have = new Map(actual?.tables.map((table) => [table.Name, table]));
  const wanted = new Set(desired.tables.map((table) => table.Name));
  const changes: CatalogChange[] = actual === undefined ? [{ kind: 'createDatabase', database }] : [];
  for (const table of desired.tables) {
    const former = have.get(table.Name);
    if (former === undefined) changes.push({ kind: 'createTable', database, table });
    else if (!sameTable(table, former)) {
      const versionId = former.VersionId;
      changes.push({ kind: 'updateTable', database, table, ...(versionId === undefined ? {} : { versionId }) });
    }
  }
  for (const name of have.keys()) {
    if (!wanted.has(name)) changes.push({ kind: 'deleteTable', database, name });
  }
  return changes;
}
