import { reconcile } from '#control/reconcile.ts';
import { type Governance, openGovernance } from './governance.ts';
import { SUBSCRIPTION_COST, subscriptionTo } from './made-mesh.ts';
import { atMost, type BenchResult, figure } from './result.ts';

/** How many products there are when some are measured. */
const SIZES = [10, 100, 1_000, 10_000];
/** Up to here each is registered for real; beyond, the registry is filled up first. */
const REAL = 100;
/** Of each size the last so many are measured. */
const MEASURED = 10;

/** Calls of one product, from an empty registry on: registered and shared, and looked at again. */
interface Calls {
  readonly registered: number;
  readonly converged: number;
}

async function register({ deps, wire }: Governance, index: number): Promise<Calls> {
  const { product, topology } = SUBSCRIPTION_COST;
  const record = { ...product, name: `product-${index}` };
  const request = { domain: record.domain, name: record.name, major: 1, correlation: 'bench' };
  wire.reset();
  await deps.registry.write([
    { record, replaces: undefined },
    { record: subscriptionTo(record, topology, index, 'public'), replaces: undefined },
  ]);
  await reconcile({ ...request, cause: 'change' }, deps);
  const registered = wire.calls;
  wire.reset();
  await reconcile({ ...request, cause: 'sweep' }, deps);
  return { registered, converged: wire.calls };
}

async function writeDown({ deps }: Governance, from: number, to: number): Promise<void> {
  const { product } = SUBSCRIPTION_COST;
  for (let first = from; first < to; first += 100) {
    const records = Array.from({ length: Math.min(100, to - first) }, (_, index) => ({
      record: { ...product, name: `product-${first + index}` },
      replaces: undefined,
    }));
    await deps.registry.write(records);
  }
}

/** The calls of one product do not grow with the mesh. */
export async function run(): Promise<BenchResult[]> {
  const governance = await openGovernance();
  try {
    const found: { products: number; calls: Calls }[] = [];
    let done = 0;
    const registerUpTo = async (products: number) => {
      const measured: Calls[] = [];
      for (; done < products; done += 1) {
        const calls = await register(governance, done);
        if (products - done <= MEASURED) measured.push(calls);
      }
      const most = (of: keyof Calls) => Math.max(...measured.map((calls) => calls[of]));
      found.push({ products, calls: { registered: most('registered'), converged: most('converged') } });
    };
    for (const size of SIZES) {
      if (size > REAL) {
        await writeDown(governance, done, size - MEASURED);
        done = size - MEASURED;
      }
      await registerUpTo(size);
    }
    const [least] = found;
    return found.flatMap(({ products, calls }) =>
      (['registered', 'converged'] as const).map((kind) => {
        const name = `one product ${kind === 'registered' ? 'registered and shared' : 'looked at again'}, as one of ${products}`;
        return products === SIZES[0]
          ? figure(name, calls[kind], 'calls')
          : atMost(name, calls[kind], least?.calls[kind] ?? 0, 'calls');
      }),
    );
  } finally {
    await governance.close();
  }
}
