/** Lake Formation permissions that the mesh deals in. */
export type Permission =
  | 'ALL'
  | 'ALTER'
  | 'CREATE_DATABASE'
  | 'CREATE_TABLE'
  | 'DATA_LOCATION_ACCESS'
  | 'DELETE'
  | 'DESCRIBE'
  | 'DROP'
  | 'INSERT'
  | 'SELECT';

/** Every table of the database, those that come later included; Lake Formation lists it as `ALL_TABLES`. */
export const ALL_TABLES = '*' as const;

/** What a grant is on. `catalogId` is the account that owns the catalog object. */
export type GrantResource =
  | { readonly kind: 'database'; readonly catalogId: string; readonly database: string }
  /** Permissions on the table as such: everything but SELECT. */
  | { readonly kind: 'table'; readonly catalogId: string; readonly database: string; readonly table: string }
  /** SELECT only. `columns: '*'` is every column, those that come later included. */
  | {
      readonly kind: 'columns';
      readonly catalogId: string;
      readonly database: string;
      readonly table: string;
      readonly columns: readonly string[] | '*';
      /** Columns taken out of `'*'`: read from AWS, never written by Weft (a new column would leak). */
      readonly excluded?: readonly string[];
    }
  | {
      readonly kind: 'filter';
      readonly catalogId: string;
      readonly database: string;
      readonly table: string;
      readonly name: string;
    }
  /** Something that Weft reads but never grants (catalog, data location, LF-Tags); `id` is a stable text of it. */
  | { readonly kind: 'other'; readonly id: string };

/**
 * One grant in the normal form in which `ListPermissions` answers: permissions sorted, SELECT on a table as SELECT on its columns,
 * exactly one grant for each (principal, resource).
 */
export interface Grant {
  /** Account id or role ARN. */
  readonly principal: string;
  readonly resource: GrantResource;
  readonly permissions: readonly Permission[];
  /** The subset of `permissions` that the principal may pass on. */
  readonly grantable: readonly Permission[];
  /** Who changed it last, as Lake Formation reports; never part of a comparison. */
  readonly lastUpdatedBy?: string;
  /** ISO 8601: when that was; never part of a comparison. */
  readonly lastUpdated?: string;
}

/** A data cells filter in the central catalog: some rows and some columns of one table. */
export interface CellsFilter {
  readonly catalogId: string;
  readonly database: string;
  readonly table: string;
  readonly name: string;
  /** Lake Formation's `FilterExpression`, or undefined for all rows. */
  readonly rows?: string;
  readonly columns: readonly string[] | '*';
}
