import type { RecordWrite, Registry, VersionState } from '#aws/registry.ts';
import { WeftError } from '#mesh/error.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { ShareRecord, SubscriptionRecord } from '#mesh/subscription/subscription.ts';

/** The registry of one product version in memory: every record of a write has to be as the writer read it, or nothing is written. */
export class Store implements Pick<Registry, 'version' | 'versions' | 'write' | 'attempt' | 'follower' | 'lineage'> {
  product: ProductRecord;
  readonly subscriptions = new Map<string, SubscriptionRecord>();
  readonly shares = new Map<string, ShareRecord>();
  /** What was written since it was last asked, in order: the stream. */
  written: RecordWrite['record'][] = [];
  /** Reports that were refused. */
  attempts = 0;

  constructor(product: ProductRecord) {
    this.product = product;
  }

  now(): VersionState {
    return {
      product: this.product,
      subscriptions: [...this.subscriptions.values()],
      shares: [...this.shares.values()],
    };
  }

  version = async (): Promise<VersionState> => this.now();
  versions = async (): Promise<VersionState[]> => [this.now()];
  follower = async (): Promise<undefined> => undefined;
  lineage = async (): Promise<[]> => [];
  attempt = async (): Promise<void> => {
    this.attempts += 1;
  };

  write = async (writes: readonly RecordWrite[]): Promise<void> => {
    for (const { record, replaces } of writes)
      if (this.#former(record)?.revision !== replaces)
        throw new WeftError('WEFT-REGISTRY-001', 'somebody else wrote first');
    for (const { record } of writes) {
      if (record.type === 'product') this.product = record;
      if (record.type === 'subscription') this.subscriptions.set(record.id, record);
      if (record.type === 'share') this.shares.set(record.intent.consumer, record);
      this.written.push(record);
    }
  };

  #former(record: RecordWrite['record']): { readonly revision: number } | undefined {
    if (record.type === 'product') return this.product;
    if (record.type === 'subscription') return this.subscriptions.get(record.id);
    if (record.type === 'share') return this.shares.get(record.intent.consumer);
    return undefined;
  }
}
