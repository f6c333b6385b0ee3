import { tellAssumed } from '../../core/act.ts';
import { callerFor } from '../../core/cloud.ts';
import { jsonCodec } from '../../core/codecs.ts';
import type { Context, Operations, Service } from '../../core/service.ts';
import { columnNames, type GlueTable } from '../glue/types.ts';
import { Executions } from './executions.ts';
import { catalogOperations } from './operations/catalogs.ts';
import { metadataOperations } from './operations/metadata.ts';
import { queryOperations } from './operations/queries.ts';
import { savedOperations } from './operations/saved.ts';
import { workGroupOperations } from './operations/workgroups.ts';
import { Runner } from './runner.ts';
import type { Transpiler } from './sql/transpile.ts';

/** Milliseconds after its start at which an idle service loads its parsers: what lives shorter never does. */
const WARM_AFTER = 1000;

/** Amazon Athena on DuckDB: every relation of a query is just what Lake Formation grants the caller. */
export class AthenaService implements Service {
  readonly signingName = 'athena';
  readonly codec = jsonCodec('1.1');
  readonly operations: Operations;
  readonly #runner: Runner;
  readonly #executions: Executions;
  readonly #warming: NodeJS.Timeout;

  /** @param transpile another translator, for tests that plant a fault in it. */
  constructor(transpile?: Transpiler) {
    this.#runner = new Runner(transpile);
    this.#executions = new Executions(this.#runner);
    this.operations = {
      ...queryOperations(this.#executions),
      ...workGroupOperations,
      ...savedOperations,
      ...metadataOperations,
      ...catalogOperations,
    };
    this.#warming = setTimeout(() => void this.#runner.warm().catch(() => undefined), WARM_AFTER).unref();
  }

  /** Glue's question before it keeps a view: why its text does not run as its definer, or undefined. */
  validateView({ cloud }: Context, view: GlueTable): Promise<string | undefined> {
    const { Definer = '', Representations = [] } = view.ViewDefinition ?? {};
    tellAssumed(cloud, 'glue.amazonaws.com', Definer);
    const asker = { cloud, caller: callerFor(Definer, 'view-validation'), database: view.DatabaseName };
    return this.#runner.faultOf(Representations[0]?.ViewExpandedText ?? '', asker, columnNames(view));
  }

  /** Waits for the queries that run. */
  pump(): Promise<boolean> {
    return this.#executions.settle();
  }

  async close(): Promise<void> {
    clearTimeout(this.#warming);
    await this.#executions.settle();
    await this.#runner.close();
  }
}
