import { createPace } from '#aws/pace.ts';
import { type VirtualTime, virtualTime } from './limiter.ts';
import { atLeast, type BenchResult, figure } from './result.ts';

/** A stated service: requests a second, requests at once after a rest, what one takes in milliseconds and by what share of itself that differs. */
interface Stated {
  readonly rate: number;
  readonly burst: number;
  readonly latency: number;
  readonly jitter: number;
}

/** Rates in requests a second, latencies in milliseconds: what a client has to find its pace with. */
export const SERVICES = [
  { rate: 2, latency: 25 },
  { rate: 5, latency: 25 },
  { rate: 5, latency: 80 },
  { rate: 10, latency: 25 },
  { rate: 10, latency: 60 },
  { rate: 20, latency: 25 },
  { rate: 50, latency: 5 },
  { rate: 50, latency: 15 },
];
const CALLS = 400;
const SEEDS = [3, 14, 25, 36, 47];
/** What the client that knows the rate may keep to, as multiples of the time that one call needs. */
const KEPT = [1, 1.02, 1.05, 1.1, 1.15, 1.2, 1.3];

type Client = (request: () => Promise<void>, time: VirtualTime) => Promise<void>;

/** The share of its rate that a client gets out of the service. */
async function shareOf({ rate, burst, latency, jitter }: Stated, seed: number, client: Client): Promise<number> {
  const time = virtualTime(seed);
  const { random } = virtualTime(seed + 1);
  let tokens = burst;
  let at = 0;
  let admitted = 0;
  const request = async () => {
    // Most near the middle, some twice as long: half of it is the way there.
    const way = (latency / 2) * (1 + jitter * (3 * random() ** 2 - 1));
    await time.sleep(way);
    tokens = Math.min(burst, tokens + ((time.now() - at) / 1000) * rate);
    at = time.now();
    const admits = tokens >= 1 - 1e-9;
    if (admits) tokens -= 1;
    await time.sleep(way);
    if (!admits) throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    admitted += 1;
  };
  await client(request, time);
  return admitted / (burst + (time.now() / 1000) * rate);
}

const learning: Client = async (request, time) => {
  const pace = createPace(time);
  for (let call = 0; call < CALLS; call += 1) await pace.call(request);
};

/** Knows the time that a call needs and sends at once again what was refused. */
const knowing =
  (interval: number): Client =>
  async (request, time) => {
    let next = time.now();
    for (let call = 0; call < CALLS; call += 1) {
      if (next > time.now()) await time.sleep(next - time.now());
      for (let done = false; !done; ) {
        next = time.now() + interval;
        done = await request().then(
          () => true,
          () => false,
        );
      }
    }
  };

async function mean(of: Stated, client: Client): Promise<number> {
  let sum = 0;
  for (const seed of SEEDS) sum += await shareOf(of, seed, client);
  return sum / SEEDS.length;
}

/** How much of a service's rate one client uses that has to find it, over rates and latencies, against one that knows it. */
export async function run(): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const { rate, latency } of SERVICES) {
    const what = `${rate} requests a second of ${latency} ms`;
    const even = { rate, latency, jitter: 0 };
    const uneven = { rate, latency, jitter: 0.5, burst: 1 };
    const known: number[] = [];
    for (const times of KEPT) known.push(await mean(uneven, knowing((times * 1000) / rate)));
    const learnt = await mean(uneven, learning);
    results.push(
      atLeast(
        `${what}, ten at once, of differing latency: used`,
        await mean({ ...uneven, burst: 10 }, learning),
        0.95,
        '',
      ),
      atLeast(`${what}, one at once: used`, await mean({ ...even, burst: 1 }, learning), 0.9, ''),
      figure(`${what}, one at once, of differing latency: used`, learnt, ''),
      atLeast('of what a client uses there that knows the rate', learnt / Math.max(...known), 0.9, ''),
    );
  }
  return results;
}
