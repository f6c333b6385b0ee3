import { reconcile } from '#control/reconcile.ts';
import { type Governance, openGovernance } from './governance.ts';
import { SUBSCRIPTION_COST, subscriptionTo } from './made-mesh.ts';
import { atMost, type BenchResult, figure } from './result.ts';

const FEW = 1_000;
const MANY = 100_000;
/** Changes that are measured of each, in turn, so that what else the machine does hits both. */
const CHANGES = 31;

/** One subscription is changed while others are elsewhere: a thousand, and a hundred times as many. */
export async function run(): Promise<BenchResult[]> {
  const few = await open(FEW);
  const many = await open(MANY);
  try {
    for (let change = 0; change < CHANGES; change += 1) {
      await few.change(change);
      await many.change(change);
    }
    const [least, most] = [Math.min(...few.samples), Math.min(...many.samples)];
    return [
      atMost('one subscription among 1,000: registry and lake, a change', few.calls(), 12, 'calls'),
      atMost('one subscription among 100,000: registry and lake, a change', many.calls(), few.calls(), 'calls'),
      figure('one subscription among 1,000: a change, the quickest', least, 'ms'),
      figure('one subscription among 100,000: a change, the quickest', most, 'ms'),
      atMost('time of a change, among 100,000 against among 1,000', most / least, 1.5, '×'),
    ];
  } finally {
    await few.close();
    await many.close();
  }
}

/** A mesh with that many subscriptions to other products, and one product whose first subscription changes. */
async function open(elsewhere: number) {
  const governance = await openGovernance();
  const { deps, wire } = governance;
  await fill(deps.registry, elsewhere);
  const { topology, product } = SUBSCRIPTION_COST;
  await deps.registry.write([{ record: product, replaces: undefined }]);
  const { domain, name, major } = product;
  const request = { domain, name, major, cause: 'change' as const, correlation: 'bench' };
  await reconcile(request, deps);
  const samples: number[] = [];
  return {
    samples,
    calls: () => wire.calls,
    change: async (turn: number) => {
      const version = await deps.registry.version(request);
      const now = version?.product ?? product;
      const former = version?.subscriptions[0];
      const record = { ...now, generation: now.generation + 1, revision: now.revision + 1 };
      const next = subscriptionTo(product, topology, 1, turn % 2 === 0 ? 'public' : 'internal');
      const subscription = { ...next, revision: (former?.revision ?? 0) + 1, generation: record.generation };
      wire.reset();
      const started = performance.now();
      await deps.registry.write([
        { record, replaces: now.revision },
        { record: subscription, replaces: former?.revision },
      ]);
      await reconcile(request, deps);
      samples.push(performance.now() - started);
    },
    close: governance.close,
  };
}

/** Subscriptions to other products, a hundred to each. */
async function fill(registry: Governance['deps']['registry'], count: number): Promise<void> {
  const { topology, product } = SUBSCRIPTION_COST;
  for (let first = 0; first < count; first += 100) {
    const other = { ...product, name: `other-${first / 100}` };
    const writes = Array.from({ length: 100 }, (_, index) => ({
      record: subscriptionTo(other, topology, index, 'public'),
      replaces: undefined,
    }));
    await registry.write(writes);
  }
}
