/** One statement of a pipeline that was run. */
export interface StatementRun {
  /** A UUID. */
  readonly run: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly mesh: string;
  readonly account: string;
  readonly region: string;
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  readonly table: string;
  /** The SELECT that made the rows. */
  readonly sql: string;
  /** Columns of the tables that the SELECT reads, by `database.table`; what is not known stays away. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** The table that was written, as `database.table`, and its columns in order. */
  readonly output: { readonly name: string; readonly columns: readonly string[] };
}
