import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createEarlyReturn } from '#aws/early-return.ts';
import { createPace } from '#aws/pace.ts';
import { groupOf, LANES, laneOf, type ProductKey } from '#aws/registry-keys.ts';
import { type Patience, pause } from '#aws/retry.ts';
import { fewestFirst, mergeRequests, type ReconcileRequest, requestOf } from '#control/reconcile-request.ts';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { type ReceivedMessage, SqsService } from '#local/services/sqs/service.ts';
import { NOON } from './governance.ts';
import { virtualTime } from './limiter.ts';
import { atMost, type BenchResult, figure, quantile } from './result.ts';
import { SimulatedTime } from './simulated-time.ts';

/** What is assumed of AWS and of the work; all times in milliseconds. None of it is measured on AWS. */
const STATED = {
  /** Of every call. */
  latency: 25,
  /** Requests a second that Lake Formation takes of the account, and at once after a rest. */
  lake: { rate: 10, burst: 10 },
  /** Calls to Lake Formation and Glue of one reconcile: what `calls` measures. */
  callsOfReconcile: 10,
  /** Calls of one agent's run. */
  callsOfAgent: 6,
  /** Invocations that Lambda starts beside one another for a queue. */
  invocations: 100,
  /** The API's limit, as the stack has it. */
  api: { rate: 100, burst: 200 },
  /** Records of the stream in one batch, as the stack has it. */
  relayed: 100,
  visibility: 1_800_000,
};
const MINUTE = 60_000;
const LOUD = 1_000;
/** The quiet domain changes one thing each minute, this often. */
const QUIET = 15;

type Group = (key: ProductKey) => string;

interface Waits {
  /** From the first call of the API to the commit. */
  readonly api: number[];
  /** From the commit to the queue. */
  readonly relay: number[];
  /** From the queue to the start of the reconcile: what stands before it there. */
  readonly queue: number[];
  /** The reconcile itself, which shares the rate of Lake Formation. */
  readonly reconcile: number[];
  /** From there to the end of the agent of a consumer that both domains share with. */
  readonly agent: number[];
  readonly whole: number[];
}

interface Case {
  /** Things that the loud domain changes. */
  readonly loud: number;
  /** Default: the lanes. */
  readonly group?: Group;
  readonly order?: typeof fewestFirst;
  /** Requests a second that Lake Formation takes; default: as stated. */
  readonly rate?: number;
  readonly seed: number;
}

/** When what happened to a change, in milliseconds. */
interface Marks {
  asked: number;
  committed: number;
  queued?: number;
  begun?: number;
  reconciled?: number;
  applied?: number;
}

/** What the changes of a quiet domain wait beside a loud one. */
async function waits({
  loud,
  group = laneOf,
  order = fewestFirst,
  rate = STATED.lake.rate,
  seed,
}: Case): Promise<Waits> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  const clock = new Clock(NOON.getTime());
  const cloud = new Cloud({ folder, clock });
  const queues = new SqsService(cloud);
  cloud.register(queues);
  const sqs = new SQSClient(cloud.clientConfig('arn:aws:iam::111111111111:root'));
  const Attributes = { FifoQueue: 'true', VisibilityTimeout: String(STATED.visibility / 1000) };
  for (const QueueName of ['requests.fifo', 'intents.fifo']) {
    await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  }
  const arn = (name: string) => `arn:aws:sqs:us-east-1:111111111111:${name}.fifo`;
  const time = new SimulatedTime(clock);
  const { random } = virtualTime(seed);
  const patience: Patience = { sleep: (wait) => time.sleep(wait), now: () => time.now(), random };
  const marks = new Map<string, Marks>();
  const open = new Set<string>();

  const news = new Set<string>();
  const deliver = (name: string, body: ReconcileRequest, groupId: string, dedupId: string) => {
    queues.deliver(arn(name), JSON.stringify(body), { groupId, dedupId });
    news.add(name);
  };
  const stream: ProductKey[] = [];
  const api = bucketOf(STATED.api, () => time.now());
  const loudly = async () => {
    for (let index = 0; index < loud; index += 1) {
      while (!api()) await time.sleep(10);
      stream.push({ domain: 'loud', name: `product-${index}`, major: 1 });
    }
  };
  const quietly = async () => {
    for (let index = 0; index < QUIET; index += 1) {
      await time.sleep(index === 0 ? 2_000 : MINUTE);
      const name = `change-${index}`;
      const asked = time.now();
      open.add(name);
      for (let attempt = 1; !api(); attempt += 1) await time.sleep(pause(attempt, patience));
      stream.push({ domain: 'quiet', name, major: 1 });
      marks.set(name, { asked, committed: time.now() });
    }
  };
  const relaying = async () => {
    for (;;) {
      const batch = stream.splice(0, STATED.relayed);
      if (batch.length === 0) await time.sleep(100);
      // Requests, events, and twice as many entries of the trail: ten in a call.
      else await time.sleep(4 * Math.ceil(batch.length / 10) * STATED.latency);
      for (const key of batch) {
        const body: ReconcileRequest = { ...key, cause: 'change', correlation: 'bench' };
        deliver('requests', body, group(key), groupOf(key));
        const mark = marks.get(key.name);
        if (mark !== undefined) mark.queued = time.now();
      }
    }
  };
  const lakes = {
    governance: bucketOf({ ...STATED.lake, rate }, () => time.now()),
    consumer: bucketOf({ ...STATED.lake, rate }, () => time.now()),
  };
  const call = (admits: () => boolean) => async () => {
    await time.sleep(STATED.latency);
    if (!admits()) throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  };
  const read = ({ body, receiveCount }: ReceivedMessage) => requestOf(body, receiveCount);
  /** As the Lambdas do it: what failed comes again before its visibility timeout is over. */
  const comeBackSoon = (name: string) =>
    createEarlyReturn(async (_, input) => {
      const { Entries } = input as { Entries: readonly { ReceiptHandle: string; VisibilityTimeout: number }[] };
      for (const { ReceiptHandle, VisibilityTimeout } of Entries) {
        queues.release(arn(name), ReceiptHandle, VisibilityTimeout);
        void time.sleep(VisibilityTimeout * 1000).then(() => news.add(name));
      }
      return {};
    });
  /** One invocation's work on a batch; what fails comes again. */
  const work = async (
    name: string,
    messages: readonly ReceivedMessage[],
    calls: number,
    admits: () => boolean,
    begin: (request: ReconcileRequest) => void,
    done: (request: ReconcileRequest) => void,
  ) => {
    const pace = createPace(patience);
    const failed: ReceivedMessage[] = [];
    for (const { work: request, records } of order(mergeRequests(messages, read))) {
      begin(request);
      try {
        for (let index = 0; index < calls; index += 1) await pace.call(call(admits));
        for (const { receiptHandle } of records) queues.acknowledge(arn(name), receiptHandle);
        done(request);
      } catch {
        failed.push(...records);
      }
    }
    // The agents leave it to the timeout.
    if (name === 'intents') return;
    await comeBackSoon(name)(
      failed.map(({ receiptHandle, receiveCount }) => ({
        receiptHandle,
        eventSourceARN: arn(name),
        attributes: { ApproximateReceiveCount: String(receiveCount) },
      })),
    );
  };
  const polling = async (name: string, most: number, run: (messages: readonly ReceivedMessage[]) => Promise<void>) => {
    let running = 0;
    let looked = Number.NEGATIVE_INFINITY;
    for (;;) {
      // A look costs this machine something: one is worth it after something came or ended, and now and then for what comes again.
      if (news.delete(name) || time.now() - looked > MINUTE) {
        looked = time.now();
        while (running < most) {
          const messages = queues.receive(arn(name), 10);
          if (messages.length === 0) break;
          running += 1;
          void run(messages).finally(() => {
            running -= 1;
            news.add(name);
          });
        }
      }
      await time.sleep(50);
    }
  };
  const begun = (request: ReconcileRequest) => {
    const mark = marks.get(request.name);
    // What failed and comes again has not begun anew.
    if (mark !== undefined) mark.begun ??= time.now();
  };
  const reconciled = (request: ReconcileRequest) => {
    const mark = marks.get(request.name);
    if (mark !== undefined) mark.reconciled = time.now();
    deliver('intents', request, 'share', `${groupOf(request)} ${time.now()}`);
  };
  const applied = (request: ReconcileRequest) => {
    const mark = marks.get(request.name);
    if (mark !== undefined) mark.applied = time.now();
    open.delete(request.name);
  };
  void loudly();
  void quietly();
  void relaying();
  void polling('requests', STATED.invocations, (messages) =>
    work('requests', messages, STATED.callsOfReconcile, lakes.governance, begun, reconciled),
  );
  void polling('intents', 1, (messages) =>
    work('intents', messages, STATED.callsOfAgent, lakes.consumer, () => undefined, applied),
  );
  await time.run(() => marks.size === QUIET && open.size === 0);
  await cloud.close();
  rmSync(folder, { recursive: true, force: true });
  const all = [...marks.values()];
  const between = (from: keyof (typeof all)[number], to: keyof (typeof all)[number]) =>
    all.map((mark) => ((mark[to] ?? Number.NaN) - (mark[from] ?? Number.NaN)) / 1000);
  return {
    api: between('asked', 'committed'),
    relay: between('committed', 'queued'),
    queue: between('queued', 'begun'),
    reconcile: between('begun', 'reconciled'),
    agent: between('reconciled', 'applied'),
    whole: between('asked', 'applied'),
  };
}

function bucketOf({ rate, burst }: { rate: number; burst: number }, now: () => number): () => boolean {
  let tokens = burst;
  let at = now();
  return () => {
    tokens = Math.min(burst, tokens + ((now() - at) / 1000) * rate);
    at = now();
    if (tokens < 1 - 1e-9) return false;
    tokens -= 1;
    return true;
  };
}

const asTheyCome: typeof fewestFirst = (bundles) => [...bundles];

const PARTS = ['api', 'relay', 'queue', 'reconcile', 'agent'] as const;
const SEEDS = [7, 8, 9, 10];
/** A rate that nothing here comes near: what is left then is what waits in queues. */
const AMPLE = 1_000;

/** The waits of the same case with several seeds, one after another. */
async function seeded(of: Omit<Case, 'seed'>): Promise<Waits> {
  const all: Waits[] = [];
  for (const seed of SEEDS) all.push(await waits({ ...of, seed }));
  const merged = (part: keyof Waits) => all.flatMap((one) => one[part]);
  return {
    api: merged('api'),
    relay: merged('relay'),
    queue: merged('queue'),
    reconcile: merged('reconcile'),
    agent: merged('agent'),
    whole: merged('whole'),
  };
}

const typical = (of: readonly number[]) => quantile(of, 0.5);
const nearly = (of: readonly number[]) => quantile(of, 0.95);
const longest = (of: readonly number[]) => quantile(of, 1);

/** What the changes of a quiet domain wait: alone, beside a loud one as it was before domains had lanes, and as it is. */
export async function run(): Promise<BenchResult[]> {
  const [seed] = SEEDS as [number, ...number[]];
  const alone = await seeded({ loud: 0 });
  const before = await waits({ loud: LOUD, group: groupOf, order: asTheyCome, seed });
  const after = await seeded({ loud: LOUD });
  const ample = { alone: await seeded({ loud: 0, rate: AMPLE }), beside: await seeded({ loud: LOUD, rate: AMPLE }) };
  const beside = `a quiet domain beside one that changes ${LOUD} things`;
  const lanes = `${beside}, ${LANES} lanes for each domain`;
  return [
    figure('a quiet domain alone: a change, typically', typical(alone.whole), 's virtual'),
    figure(`${beside}, a group for each product: a change, the longest`, longest(before.whole), 's virtual'),
    figure(`${lanes}: a change, typically`, typical(after.whole), 's virtual'),
    ...PARTS.map((part) => figure(`of it, typically: ${part}`, typical(after[part]), 's virtual')),
    ...PARTS.map((part) => figure(`of it, the longest: ${part}`, longest(after[part]), 's virtual')),
    atMost(`${beside}: a change against alone, typically`, typical(after.whole) / typical(alone.whole), LANES + 1, '×'),
    atMost(`${beside}: 19 of 20 changes, the longest`, nearly(after.whole), 10, 's virtual'),
    atMost(`${beside}: a change, the longest`, longest(after.whole), 30, 's virtual'),
    atMost(
      `${beside}, where the rate is ample: a change against alone, typically`,
      typical(ample.beside.whole) / typical(ample.alone.whole),
      1.1,
      '×',
    ),
    atMost(
      `${beside}, where the rate is ample: in the reconcile's queue, the longest`,
      longest(ample.beside.queue),
      1,
      's virtual',
    ),
    figure(
      `${beside}, where the rate is ample: in the queue of a consumer of both, the longest`,
      longest(ample.beside.agent),
      's virtual',
    ),
    figure(
      'the longest wait with a group for each product against lanes',
      longest(before.whole) / longest(after.whole),
      '×',
    ),
  ];
}
