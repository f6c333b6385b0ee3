import type { Exchange } from './exchange.ts';

/** How a domain's tables come about, as `pipeline.yaml` says it. */
export interface Pipeline {
  readonly domain: string;
  readonly landing: readonly LandingTable[];
  readonly steps: readonly PipelineStep[];
  /** What partners take as files. */
  readonly exchange?: readonly Exchange[];
}

/** A raw table of the database `<domain>_landing`: the files below one folder of the landing bucket. */
export interface LandingTable {
  /** Lower-case letters, digits and underscores. */
  readonly name: string;
  /** A prefix of keys, always with the final slash. */
  readonly files: string;
  readonly format: LandingFormat;
  /** CSV only; default `,`. */
  readonly delimiter?: string;
  /** CSV only: the first line of each file holds names. */
  readonly header?: boolean;
  /** CSV only: the character around values that hold a delimiter. */
  readonly quote?: string;
  /** Absent: those of the table that the files are for; as text, unless the files bring types with them. */
  readonly columns?: readonly LandingColumn[];
}

export const LANDING_FORMATS = ['csv', 'json', 'parquet'] as const;
export type LandingFormat = (typeof LANDING_FORMATS)[number];

export interface LandingColumn {
  readonly name: string;
  /** In Glue's notation. */
  readonly type: string;
}

/** One SELECT, when it runs, and the table that its rows go to. */
export interface PipelineStep {
  /** Unique in the pipeline; default `<product>.<table>`. */
  readonly name: string;
  readonly product: string;
  readonly table: string;
  /** Name of the file beside `pipeline.yaml`. */
  readonly sql: string;
  readonly on: Trigger;
  readonly write: 'append' | 'replace';
}

/** What starts a step: a file below a folder, new data of other products (`<domain>/<product>`), or time. */
export type Trigger =
  | { readonly files: string }
  | { readonly updates: readonly string[] }
  | { readonly every: Interval };

export interface Interval {
  readonly count: number;
  readonly unit: 'minute' | 'hour' | 'day';
}

/** The steps that write one table wait for each other: this names them. */
export function writerOf({ product, table }: Pick<PipelineStep, 'product' | 'table'>): string {
  return `${product}.${table}`;
}
