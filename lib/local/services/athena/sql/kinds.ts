/** `a`, `a.b` or `a.b.c`, lower-case. */
export type Path = readonly string[];
export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly comment?: string;
}
export type Properties = Readonly<Record<string, string | readonly string[]>>;

export interface ExternalTable {
  readonly kind: 'createTable';
  readonly path: Path;
  readonly ifNotExists: boolean;
  readonly columns: readonly ColumnDefinition[];
  readonly partitionKeys: readonly ColumnDefinition[];
  readonly serde?: string;
  readonly serdeProperties: Readonly<Record<string, string>>;
  readonly storedAs: string;
  readonly location: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly comment?: string;
}

/** A statement of Athena, told apart by its first words. */
export type Statement =
  | { readonly kind: 'query'; readonly sql: string }
  | { readonly kind: 'explain'; readonly sql: string }
  | { readonly kind: 'show'; readonly what: ShowKind; readonly path: Path; readonly like?: string }
  | { readonly kind: 'describe'; readonly path: Path }
  | ExternalTable
  | {
      readonly kind: 'ctas';
      readonly path: Path;
      readonly ifNotExists: boolean;
      readonly properties: Properties;
      readonly sql: string;
    }
  | { readonly kind: 'createView'; readonly path: Path; readonly replace: boolean; readonly sql: string }
  | {
      readonly kind: 'createDatabase';
      readonly name: string;
      readonly ifNotExists: boolean;
      readonly location?: string;
      readonly comment?: string;
    }
  | {
      readonly kind: 'drop';
      readonly what: 'table' | 'view' | 'database';
      readonly path: Path;
      readonly ifExists: boolean;
      readonly cascade: boolean;
    }
  | { readonly kind: 'addColumns'; readonly path: Path; readonly columns: readonly ColumnDefinition[] }
  | { readonly kind: 'repair'; readonly path: Path }
  | { readonly kind: 'insert'; readonly path: Path; readonly columns: readonly string[]; readonly sql: string }
  | { readonly kind: 'unload'; readonly sql: string; readonly location: string; readonly properties: Properties }
  | { readonly kind: 'prepare'; readonly name: string; readonly sql: string }
  | { readonly kind: 'execute'; readonly name: string; readonly arguments: readonly string[] }
  | { readonly kind: 'deallocate'; readonly name: string };

export type ShowKind =
  | 'databases'
  | 'tables'
  | 'views'
  | 'columns'
  | 'partitions'
  | 'createTable'
  | 'createView'
  | 'properties';
