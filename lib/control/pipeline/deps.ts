import type { Statements } from '#aws/athena-statements.ts';
import type { Bus } from '#aws/eventbridge.ts';
import type { OwnTables } from '#aws/own-tables.ts';
import type { ObjectStore } from '#aws/s3.ts';
import type { Objects } from '#aws/s3-objects.ts';
import type { ProductDraft } from '#mesh/contract/draft.ts';
import type { StatementRun } from '#mesh/lineage/run-event.ts';
import type { Exchange, ExchangedTable } from '#mesh/pipeline/exchange.ts';
import type { Pipeline } from '#mesh/pipeline/pipeline.ts';

/** What a pipeline knows of a product. */
export type PipelineProduct = Pick<ProductDraft, 'domain' | 'name' | 'major' | 'version' | 'tables' | 'sla'>;

/** An exchange with what of its product goes out. */
export interface PreparedExchange extends Exchange {
  readonly tables: readonly ExchangedTable[];
}

/** What travels in the code of the Lambda. */
export interface PipelineAsset {
  readonly pipeline: Pipeline;
  readonly products: readonly PipelineProduct[];
  readonly exchange?: readonly PreparedExchange[];
  /** By the name of the file. */
  readonly sql: Readonly<Record<string, string>>;
}

export interface PipelineDeps extends PipelineAsset {
  readonly mesh: string;
  readonly account: string;
  readonly region: string;
  readonly landingBucket: string;
  readonly statements: Statements;
  readonly tables: OwnTables;
  readonly objects: Objects;
  /** The landing bucket. */
  readonly landing: ObjectStore;
  /** Any bucket's objects, to read what Athena says it wrote. */
  read(bucket: string, key: string): Promise<string | undefined>;
  /** Keys below a prefix. */
  keys(bucket: string, prefix: string): Promise<readonly string[]>;
  readonly bus: Bus;
  /** Absent: no lineage is told. */
  readonly lineage?: (statement: StatementRun) => Readonly<Record<string, unknown>> | undefined;
  now(): Date;
  /** True while there is time to wait for a statement. */
  hasTime(): boolean;
}
