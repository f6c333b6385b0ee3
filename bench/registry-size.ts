import { toItem } from '#aws/attribute-value.ts';
import { keyOf, sortOf } from '#aws/registry-keys.ts';
import { callerOf } from '#control/caller.ts';
import { showLineage } from '#control/lineage.ts';
import { listProducts, showProduct } from '#control/products.ts';
import { reconcile } from '#control/reconcile.ts';
import { listSubscriptions, showSubscription } from '#control/subscriptions.ts';
import { sweep } from '#control/sweep.ts';
import { writeItem } from '#local/services/dynamodb/items.ts';
import { type Table, tablesNamespace } from '#local/services/dynamodb/table.ts';
import { MOST_ENTRIES, wholeList } from '#mesh/page.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { WRITTEN_FORMAT } from '#mesh/registry-format.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { NOON, openGovernance, REGISTRY_TABLE } from './governance.ts';
import { SUBSCRIPTION_COST, subscriptionTo } from './made-mesh.ts';
import { atMost, type BenchResult, figure } from './result.ts';

const PAGE = { limit: String(MOST_ENTRIES) };
const FEW = { products: 100, subscriptions: 1_000 };
const MANY = { products: 10_000, subscriptions: 100_000 };
/** A mesh is measured in whole hundreds, so that ten times as much reads as ten times as much. */
const GROWTH = MANY.products / FEW.products;

interface Cost {
  readonly calls: number;
  readonly kilobytes: number;
  readonly milliseconds: number;
}

type Work = Readonly<Record<'one' | 'all', Readonly<Record<string, () => Promise<unknown>>>>>;

/** What a mesh of that size costs: looks at one thing, and looks at everything. */
async function open({ products, subscriptions }: typeof FEW) {
  const governance = await openGovernance();
  const { deps, wire, topology, cloud } = governance;
  const { product } = SUBSCRIPTION_COST;
  const table = cloud.store.get<Table>(tablesNamespace(topology.governanceAccount, cloud.region), REGISTRY_TABLE);
  if (table === undefined) throw new Error('the registry is not there');
  const fill = (record: ProductRecord | SubscriptionRecord) => {
    const item = { ...record, ...keyOf(record), sort: sortOf(record), format: WRITTEN_FORMAT };
    writeItem(cloud.store, table, undefined, toItem(item) as never, NOON.getTime());
  };
  cloud.store.transaction(() => {
    for (let index = 0; index < products; index += 1) {
      const other = { ...product, name: `other-${index}` };
      fill(other);
      for (let of = 0; of < subscriptions / products; of += 1) {
        fill(subscriptionTo(other, topology, index * 10 + of, 'public'));
      }
    }
  });
  const { domain, name, major } = product;
  const request = { domain, name, major, cause: 'sweep' as const, correlation: 'bench' };
  const asked = subscriptionTo(product, topology, 1, 'public');
  await deps.registry.write([
    { record: product, replaces: undefined },
    { record: asked, replaces: undefined },
  ]);
  await reconcile(request, deps);
  const owner = callerOf(`arn:aws:iam::${topology.domains[0]?.account}:role/bench-owner-steward`, topology);
  const queue = { send: async <T>(entries: readonly T[]) => ({ done: entries, unclear: [], failed: [] }) };
  const work: Work = {
    one: {
      'show a product': () => showProduct({ domain, name }, PAGE, owner, deps),
      'show a subscription': () => showSubscription(asked.id, owner, deps),
      'list the subscriptions of a product': () => listSubscriptions({ product: `${domain}/${name}` }, owner, deps),
      'reconcile a product that is as it should be': () => reconcile(request, deps),
    },
    all: {
      'list the products': () => wholeList((next) => listProducts({ ...PAGE, next }, deps)),
      'list the subscriptions': () => wholeList((next) => listSubscriptions({ ...PAGE, next }, owner, deps)),
      'lineage of a product': () => showLineage({ product: `${domain}/${name}` }, owner, deps),
      'a sweep': () => sweep('bench', { ...deps, queue: queue as never }),
    },
  };
  const costs = new Map<string, Cost>();
  for (const [of, works] of Object.entries(work)) {
    for (const [label, once] of Object.entries(works)) {
      let best: Cost | undefined;
      for (let turn = 0; turn < (of === 'one' ? 15 : 1); turn += 1) {
        wire.reset();
        const started = performance.now();
        await once();
        const milliseconds = performance.now() - started;
        const cost = { calls: wire.calls, kilobytes: wire.bytes / 1024, milliseconds };
        if (best === undefined || milliseconds < best.milliseconds) best = cost;
      }
      if (best !== undefined) costs.set(label, best);
    }
  }
  await governance.close();
  return { costs, one: Object.keys(work.one), all: Object.keys(work.all) };
}

/** One thing costs the same in a mesh a hundred times as big; what looks at everything costs in proportion, and is said to. */
export async function run(): Promise<BenchResult[]> {
  const few = await open(FEW);
  const many = await open(MANY);
  const cost = (of: typeof few, label: string) => of.costs.get(label) as Cost;
  const size = `${MANY.products} products, ${MANY.subscriptions} subscriptions`;
  return [
    ...many.one.flatMap((label) => [
      atMost(`${size}: ${label}`, cost(many, label).calls, cost(few, label).calls, 'calls'),
      atMost(
        `the same in bytes read against ${FEW.products} products`,
        cost(many, label).kilobytes / cost(few, label).kilobytes,
        1.05,
        '×',
      ),
      atMost('the same in time', cost(many, label).milliseconds / cost(few, label).milliseconds, 3, '×'),
    ]),
    ...many.all.flatMap((label) => [
      figure(`${size}: ${label}`, cost(many, label).calls, 'calls'),
      figure('the same in bytes read', cost(many, label).kilobytes / 1024, 'MB'),
      atMost(
        `the same against ${FEW.products} products, each ${GROWTH} times as often`,
        cost(many, label).kilobytes / cost(few, label).kilobytes / GROWTH,
        1.1,
        '×',
      ),
    ]),
  ];
}
