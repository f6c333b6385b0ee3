import { Readable } from 'node:stream';
import { BatchGrantPermissionsCommand, LakeFormationClient } from '@aws-sdk/client-lakeformation';
import { HttpResponse } from '@smithy/protocol-http';
import { persist } from '#aws/retry.ts';
import { reconcile } from '#control/reconcile.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { type Governance, type Handler, openGovernance } from './governance.ts';
import { type Limits, limited, type Traffic, type VirtualTime, virtualTime } from './limiter.ts';
import { SUBSCRIPTION_COST, subscriptionTo } from './made-mesh.ts';
import { atLeast, type BenchResult, figure } from './result.ts';

const TABLES = 100;
const SUBSCRIBERS = 20;
const SEED = 20_260_301;
/** One second's requests may come at once; a request takes what leaves a serial client room to use the rate up. */
export const STATED: Limits = { rate: 10, burst: 10, concurrent: 0.05, partial: 0.02, latency: 25 };
/** What the rival does after each grant, in milliseconds. */
const RIVAL_SLEEP = 2_000;

export interface MassChange {
  readonly traffic: Traffic;
  /** Of the change, in virtual milliseconds. */
  readonly elapsed: number;
  /** Grants and revokes that the change needs. */
  readonly changes: number;
}

/** A hundred tables; which of two columns only the top level shows changes with `swapped`, so that every grant on them changes. */
function product(swapped: boolean, tables: number): ProductRecord {
  const base = SUBSCRIPTION_COST.product;
  const [first] = base.tables;
  if (first === undefined) throw new Error('the made product has no table');
  const columns = [
    { name: 'id', type: 'int', classification: 'public' },
    { name: 'name', type: 'string', classification: swapped ? 'confidential' : 'public' },
    { name: 'place', type: 'string', classification: swapped ? 'public' : 'confidential' },
  ];
  return {
    ...base,
    tables: Array.from({ length: tables }, (_, index) => {
      const name = `t${index}`;
      const location = `s3://bench-data/${name}/`;
      return { ...first, name, columns, location, source: { database: 'lake', table: name } };
    }),
  };
}

/** Every subscription of a product of many tables is granted anew by the reconcile of one product, behind a limiter. */
export async function massChange(limits: Limits, size: { tables: number; subscribers: number }): Promise<MassChange> {
  const time = virtualTime(SEED);
  let gate: ReturnType<typeof limited> | undefined;
  let measured = false;
  const lake = (inner: Handler): Handler => {
    const limiter = limited(inner, limits, time);
    gate = limiter;
    return { handle: (request) => (measured ? limiter : inner).handle(request) };
  };
  const governance = await openGovernance({ patience: time, lake });
  try {
    const changes = await shareWithAll(governance, size);
    measured = true;
    const started = time.now();
    const { product: now } = await current(governance);
    const { tables } = product(true, size.tables);
    const record = { ...now, tables, generation: now.generation + 1, revision: now.revision + 1 };
    await governance.deps.registry.write([{ record, replaces: now.revision }]);
    const elapsed = await untilConverged(governance, time, started);
    if (gate === undefined) throw new Error('nothing was asked of Lake Formation');
    return { traffic: (gate as ReturnType<typeof limited>).traffic, elapsed, changes };
  } finally {
    await governance.close();
  }
}

const REQUEST = { domain: 'owner', name: 'measured', major: 1, cause: 'change' as const, correlation: 'bench' };

async function current({ deps }: Governance) {
  const version = await deps.registry.version(REQUEST);
  if (version === undefined) throw new Error('the product is not in the registry');
  return version;
}

async function shareWithAll(governance: Governance, { tables, subscribers }: { tables: number; subscribers: number }) {
  const { deps } = governance;
  const record = product(false, tables);
  await deps.registry.write([
    { record, replaces: undefined },
    ...Array.from({ length: subscribers }, (_, index) => ({
      record: subscriptionTo(record, SUBSCRIPTION_COST.topology, index, 'public'),
      replaces: undefined,
    })),
  ]);
  const { result, problems } = await reconcile(REQUEST, deps);
  if (result !== 'converged') throw new Error(problems.join('; '));
  return tables * subscribers * 2;
}

/** The queue brings a reconcile that gave up again; here at once, in virtual time. */
async function untilConverged({ deps }: Governance, time: VirtualTime, started: number): Promise<number> {
  const why = new Set<string>();
  for (let turn = 1; turn <= 20; turn += 1) {
    try {
      const { result, problems } = await reconcile(REQUEST, deps);
      if (result === 'converged') return time.now() - started;
      for (const problem of problems) why.add(problem);
    } catch (error) {
      why.add(String(error));
    }
  }
  throw new Error(`the mass change did not converge: ${[...why].slice(0, 3).join('; ')}`);
}

/** A client that grants one thing a call and sleeps after each, behind the same limiter: Lake Formation itself is not needed to time it. */
export async function serialClient(limits: Limits, changes: number): Promise<number> {
  const time = virtualTime(SEED);
  const done: Handler = {
    handle: async () => ({ response: new HttpResponse({ statusCode: 200, body: Readable.from([Buffer.from('{}')]) }) }),
  };
  const client = new LakeFormationClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
    requestHandler: limited(done, { ...limits, partial: 0 }, time) as never,
  });
  for (let change = 0; change < changes; change += 1) {
    await persist(() => client.send(new BatchGrantPermissionsCommand({ Entries: [] })), time);
    await time.sleep(RIVAL_SLEEP);
  }
  return time.now();
}

export async function run(): Promise<BenchResult[]> {
  const size = { tables: TABLES, subscribers: SUBSCRIBERS };
  const mass = `${TABLES} tables × ${SUBSCRIBERS} subscriptions re-granted`;
  const needed = await massChange({ ...STATED, concurrent: 0, partial: 0 }, size);
  const results: BenchResult[] = [figure(`${mass}: grants and revokes`, needed.changes, 'changes')];
  for (const burst of [STATED.burst, 1]) {
    const { traffic, elapsed } = await massChange({ ...STATED, burst }, size);
    const ceiling = burst + (elapsed / 1000) * STATED.rate;
    const behind = `behind ${STATED.rate} requests a second, ${burst} at once`;
    results.push(
      atLeast(`${mass} ${behind}: the limiter's ceiling that is used`, traffic.admitted / ceiling, 0.9, ''),
      figure(`${mass} ${behind}: of it, what a run without faults would need`, needed.traffic.admitted / ceiling, ''),
      figure(`${mass} ${behind}: requests`, traffic.admitted, 'calls'),
      figure(`${mass} ${behind}: refused by the limiter`, traffic.throttled, 'calls'),
      figure(`${mass} ${behind}: time`, elapsed / 1000, 's virtual'),
    );
    if (burst > 1) {
      const serial = await serialClient(STATED, needed.changes);
      results.push(
        figure('the same by one grant a call and two seconds of sleep: time', serial / 1000, 's virtual'),
        figure('serial client against the mesh: time', serial / elapsed, '×'),
      );
    }
  }
  return results;
}
