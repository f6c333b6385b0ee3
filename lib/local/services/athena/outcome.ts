import type { ColumnInfo } from './engine/format.ts';
import type { Row } from './results.ts';

/** What a statement that succeeded has to show. */
export interface Outcome {
  readonly columns: readonly ColumnInfo[];
  readonly rows: readonly Row[];
  /** `csv` has a header row on page 1, `txt` has none; `none` has no result file. */
  readonly format: 'csv' | 'txt' | 'none';
  /** Bytes of the files under the tables that were read. */
  readonly bytes: number;
  /** Rows that were fetched from federated tables. */
  readonly fetched?: number;
  /** Rows that an INSERT or CTAS wrote. */
  readonly updated?: number;
  /** Locations of the files that CTAS, INSERT or UNLOAD wrote. */
  readonly written?: readonly string[];
}

/** Lines of text under one column, as DDL and SHOW answer. */
export function lines(name: string, texts: readonly string[]): Outcome {
  return { columns: [text(name)], rows: texts.map((line) => [line]), format: 'txt', bytes: 0 };
}

/** A DDL statement that shows nothing. */
export const nothing: Outcome = { columns: [], rows: [], format: 'txt', bytes: 0 };

export function text(name: string): ColumnInfo {
  return {
    CatalogName: 'hive',
    SchemaName: '',
    TableName: '',
    Name: name,
    Label: name,
    Type: 'string',
    Precision: 0,
    Scale: 0,
    Nullable: 'UNKNOWN',
    CaseSensitive: false,
  };
}
