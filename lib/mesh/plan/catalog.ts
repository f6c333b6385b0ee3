import type { TableInputLike } from '../contract/glue-table.ts';

/** A table of the central catalog as it is; `VersionId` is for optimistic locking. */
export type ActualTable = TableInputLike & { readonly VersionId?: string };

export type CatalogChange =
  | { readonly kind: 'createDatabase'; readonly database: string }
  | { readonly kind: 'createTable'; readonly database: string; readonly table: TableInputLike }
  | {
      readonly kind: 'updateTable';
      readonly database: string;
      readonly table: TableInputLike;
      readonly versionId?: string;
    }
  | { readonly kind: 'deleteTable'; readonly database: string; readonly name: string };

/** The changes that make the central database equal to what is desired; `actual` undefined: there is no database. */
export declare function diffCatalog(
  desired: { readonly database: string; readonly tables: readonly TableInputLike[] },
  actual: { readonly tables: readonly ActualTable[] } | undefined,
): CatalogChange[];
