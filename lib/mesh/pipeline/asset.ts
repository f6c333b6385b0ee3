import type { ProductDraft } from '../contract/draft.ts';
import type { Exchange, ExchangedTable } from './exchange.ts';
import type { Pipeline } from './pipeline.ts';

/** What a pipeline knows of a product. */
export type PipelineProduct = Pick<ProductDraft, 'domain' | 'name' | 'major' | 'version' | 'tables' | 'sla'>;

/** An exchange with what of its product goes out. */
export interface PreparedExchange extends Exchange {
  readonly tables: readonly ExchangedTable[];
}

/** What travels in the code of the Lambda that runs a pipeline. */
export interface PipelineAsset {
  readonly pipeline: Pipeline;
  readonly products: readonly PipelineProduct[];
  readonly exchange?: readonly PreparedExchange[];
  /** Databases that steps read where they are, by name. */
  readonly sources?: readonly string[];
  /** By the name of the file. */
  readonly sql: Readonly<Record<string, string>>;
}
