import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readTable } from '#mesh/access/resource.ts';
import { accessTo } from '#mesh/audit/time/access.ts';
import { factsOf } from '#mesh/audit/time/facts.ts';
import { type AccessHistory, accessHistory, type ToldEntry } from '#mesh/audit/time/history.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { ShareRecord } from '#mesh/subscription/subscription.ts';
import { atMost, type BenchResult, figure, quantile } from './result.ts';

const PRODUCTS = 200;
const CONSUMERS = 25;
/** Changes of what one consumer holds of one product. */
const CHANGES = 200;
const MINUTE = 60_000;
const QUESTIONS = 2_000;
const TABLES = 5;
const COLUMNS = 20;
const LADDER = ['public'];

interface Figures {
  readonly events: number;
  readonly replaySeconds: number;
  readonly moment: number;
  readonly both: number;
  readonly reasons: number;
  readonly megabytes: number;
}

/** How fast the trail says who could read a product at a moment, after a million changes of grants; in a process of its own, for its memory. */
export async function run(): Promise<BenchResult[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=3072', import.meta.filename]);
  const found = JSON.parse(stdout) as Figures;
  const events = found.events.toLocaleString('en');
  return [
    atMost(`who could read a product at T, ${events} grant events, p95`, found.moment, 50, 'ms'),
    atMost("the same at T as known at T', p95", found.both, 50, 'ms'),
    figure('the same with both ends of each and its reasons, p95', found.reasons, 'ms'),
    figure('replaying the entries', found.replaySeconds, 's'),
    figure('memory of the process', found.megabytes, 'MB'),
  ];
}

/** The trail of one product: every consumer gets it and loses it, over and over. */
function trailOf(product: number): ToldEntry[] {
  const name = `p${product}`;
  const target = { catalogId: '111111111111', database: `sales__${name}__v1` };
  const entry = (at: number, revision: number, state: ProductRecord | ShareRecord): ToldEntry => ({
    id: `${name}-${state.type}-${at}`,
    at: new Date(at).toISOString(),
    kind: 'read-back',
    actor: 'weft:reconcile',
    action: 'GrantsReadBack',
    correlation: '',
    policies: [],
    entity: state.type,
    revision,
    summary: '',
    state,
  });
  const tables = Array.from({ length: TABLES }, (_, table) => ({
    name: `t${table}`,
    columns: Array.from({ length: COLUMNS }, (_column, index) => ({ name: `c${index}`, type: 'int' })),
    partitionKeys: [],
    location: '',
    format: 'parquet',
    source: { database: 'd', table: `t${table}` },
  }));
  const registered = { type: 'Registered', status: 'true', reason: '', generation: 1, at: '' };
  const record = { type: 'product', domain: 'sales', name, major: 1, generation: 1, revision: 1, tables };
  const published = { ...record, status: { conditions: [registered] } } as unknown as ProductRecord;
  const entries = [entry(0, 1, published)];
  for (let consumer = 0; consumer < CONSUMERS; consumer += 1) {
    const account = String(200_000_000_000 + consumer);
    const role = `arn:aws:iam::${account}:role/analyst`;
    const [central, local] = [readTable(account, target, '*', true), readTable(role, target, '*', false)];
    const intent = { domain: 'sales', product: name, major: 1, consumer: `d${consumer}`, account, target, grants: [] };
    for (let change = 0; change < CHANGES; change += 1) {
      const at = (1 + change * CONSUMERS + consumer) * MINUTE;
      const looked = new Date(at).toISOString();
      const on = change % 2 === 0;
      const held = { at: looked, grants: on ? central : [], filters: [] };
      const applied = { generation: change, ok: true, at: looked, linkExists: on, readBack: on ? local : [] };
      const share = { type: 'share', intent, generation: change, revision: change + 1, held, applied };
      // A minute passes between the look and its record.
      entries.push(entry(at + MINUTE, change + 1, share as unknown as ShareRecord));
    }
  }
  return entries;
}

function measure(): Figures {
  const started = performance.now();
  const histories = Array.from({ length: PRODUCTS }, (_, product) => accessHistory(trailOf(product)));
  const replaySeconds = (performance.now() - started) / 1000;
  const end = CHANGES * CONSUMERS * MINUTE;
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const p95 = (work: (history: AccessHistory, at: number, known: number) => number): number => {
    const samples: number[] = [];
    let found = 0;
    for (let index = 0; index < QUESTIONS; index += 1) {
      const history = histories[Math.floor(random() * PRODUCTS)] as AccessHistory;
      const [at, known] = [random() * end, random() * end];
      const before = performance.now();
      found += work(history, at, known);
      samples.push(performance.now() - before);
    }
    if (found === 0) throw new Error('nobody could ever read anything');
    return quantile(samples, 0.95);
  };
  const ask = (history: AccessHistory, at: number, known: number) =>
    history.versions.flatMap((version) => accessTo(version, history, { at, known }, { ladder: LADDER })).length;
  const facts = (history: AccessHistory, at: number, known: number) =>
    factsOf(history, history.versions, { at, known, ladder: LADDER }).length;
  return {
    events: PRODUCTS * CONSUMERS * CHANGES,
    replaySeconds,
    moment: p95((history, at) => ask(history, at, Number.POSITIVE_INFINITY)),
    both: p95(ask),
    reasons: p95((history, at) => facts(history, at, Number.POSITIVE_INFINITY)),
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
}

// In a process of its own, so that its memory is its own.
if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(measure()));
