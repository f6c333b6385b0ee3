import type { Statements } from '#aws/athena-statements.ts';
import type { Bus } from '#aws/eventbridge.ts';
import type { OwnTables } from '#aws/own-tables.ts';
import type { ObjectStore } from '#aws/s3.ts';
import type { Objects } from '#aws/s3-objects.ts';
import type { StatementRun } from '#mesh/lineage/run-event.ts';
import type { PipelineAsset } from '#mesh/pipeline/asset.ts';
import type { Breakers } from '../breaker.ts';

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
  /** Of the databases that steps read, by name; absent where none does. */
  readonly breakers?: Breakers;
  /** Told each time that the breaker of a source is found open. */
  tellOpen?(source: string): void;
  now(): Date;
  /** True while there is time to wait for a statement. */
  hasTime(): boolean;
}
