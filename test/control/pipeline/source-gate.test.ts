import { describe, expect, test } from '@jest/globals';
import type { WaitingMessage } from '#aws/waiting-room.ts';
import type { PipelineDeps } from '#control/pipeline/deps.ts';
import { leaveFor, PUT_OFF_FOR, putOffOf } from '#control/pipeline/put-off.ts';
import type { RunRecord } from '#control/pipeline/run-record.ts';
import { runStep } from '#control/pipeline/run-step.ts';
import { SOURCE_LIMITS } from '#mesh/breaker.ts';
import type { PipelineStep } from '#mesh/pipeline/pipeline.ts';
import { answered, sourcesIn, sourceToBlame } from '#mesh/pipeline/step-sources.ts';
import { keptBreakers } from '../kept-breakers.ts';
import { Account } from './account.ts';

const MINUTE = 60_000;
const threw = (catalog: string, message: string) =>
  `GENERIC_USER_ERROR: Encountered an exception from your LambdaFunction[arn:aws:lambda:eu-central-1:222222222222:function:athenafederatedcatalog_${catalog}] executed in context[opening the connection] with message[${message}]`;
const REFUSED = threw('sales_crm', 'connect ECONNREFUSED 10.1.2.3:5432');

describe('which sources a SELECT reads', () => {
  test.each([
    ['SELECT * FROM "sales_crm".public.customers', ['crm']],
    ['SELECT * FROM sales_crm.public.customers c JOIN "SALES_ERP" . public.o ON true', ['crm', 'erp']],
    ['SELECT sales_crm FROM sales.orders', []],
    ['SELECT * FROM my_sales_crm.public.customers', []],
    ['SELECT * FROM "my_sales_crm".public.customers', []],
  ])('%s', (sql, expected) => {
    expect(sourcesIn(sql, 'sales', ['crm', 'erp'])).toEqual(expected);
  });
});

describe('whose trouble a failure is', () => {
  test.each([
    [REFUSED, 'crm', false],
    [threw('sales_crm', 'password authentication failed for user "weft_reader"'), 'crm', false],
    [threw('sales_crm', 'timeout expired'), 'crm', false],
    [threw('sales_erp', 'Connection terminated unexpectedly'), 'erp', false],
    [threw('sales_crm', 'permission denied for table customers'), undefined, true],
    [threw('sales_crm', 'relation "public.x" does not exist'), undefined, true],
    [threw('other_crm', 'connect ECONNREFUSED'), undefined, false],
    ["COLUMN_NOT_FOUND: line 1:8: Column 'segment' cannot be resolved", undefined, true],
    ['TYPE_MISMATCH: line 1:8: no', undefined, false],
    ['the query q1 CANCELLED', undefined, false],
  ])('%s', (reason, source, there) => {
    expect([sourceToBlame(reason, 'sales', ['crm', 'erp']), answered(reason)]).toEqual([source, there]);
  });
});

const step = (name: string, table: string, sql: string): PipelineStep => {
  const about = { product: 'orders', table, sql, on: { every: { count: 1, unit: 'hour' } } } as const;
  return { name, ...about, write: 'replace' };
};

/** A pipeline with two tables, from a source each, and the queue that gives its messages. */
class World {
  readonly account = new Account();
  readonly down = new Set<string>();
  /** When each statement began that read a source, in minutes. */
  readonly reads: { readonly source: string; readonly minute: number }[] = [];
  readonly open: string[] = [];
  readonly kept = keptBreakers(() => this.now, SOURCE_LIMITS);
  time = Date.UTC(2026, 0, 2);
  reason = REFUSED;
  readonly #queue: { message: WaitingMessage; at: number }[] = [];

  constructor() {
    this.account.fails = (sql) => {
      const source = /sales_(crm|erp)/.exec(sql)?.[1];
      if (source === undefined) return undefined;
      this.reads.push({ source, minute: this.minutes });
      return this.down.has(source) ? this.reason.replace('sales_crm', `sales_${source}`) : undefined;
    };
  }

  get now(): Date {
    return new Date(this.time);
  }

  get minutes(): number {
    return Math.round((this.time - Date.UTC(2026, 0, 2)) / MINUTE);
  }

  get deps(): PipelineDeps {
    const { deps } = this.account;
    const steps = [step('orders.orders', 'orders', 'crm.sql'), step('orders.totals', 'totals', 'erp.sql')];
    return {
      ...deps,
      pipeline: { ...deps.pipeline, steps },
      sql: { 'crm.sql': 'SELECT id FROM sales_crm.public.o', 'erp.sql': 'SELECT total FROM sales_erp.public.t' },
      sources: ['crm', 'erp'],
      breakers: this.kept.breakers,
      tellOpen: (source) => void this.open.push(source),
      now: () => this.now,
    };
  }

  run(name: string, at = this.now.toISOString()): Promise<RunRecord> {
    return runStep(name, { kind: 'time', at }, this.deps);
  }

  /** What the schedule puts into the queue. */
  due(name: string): void {
    const body = JSON.stringify({ name, at: this.now.toISOString() });
    this.#send(name, body);
  }

  /** So many minutes pass; the queue gives the first of each group that may be seen. */
  async pass(minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      for (let given = true; given; ) {
        given = false;
        for (const group of new Set(this.#queue.map(({ message }) => message.group))) {
          const head = this.#queue.find(({ message }) => message.group === group);
          if (head === undefined || head.at > this.time) continue;
          given = true;
          await this.#give(head);
        }
      }
      this.time += MINUTE;
    }
  }

  get waiting(): number {
    return this.#queue.length;
  }

  async #give(head: { message: WaitingMessage; at: number }): Promise<void> {
    head.message = { ...head.message, received: head.message.received + 1 };
    // A message that fails comes back after the queue's own time.
    head.at = this.time + 6 * MINUTE;
    const { name, at } = JSON.parse(head.message.body) as { name: string; at: string };
    const gone = () => this.#queue.splice(this.#queue.indexOf(head), 1);
    try {
      await this.run(name, at);
      gone();
    } catch (error) {
      const putOff = putOffOf(error);
      if (putOff === undefined && head.message.received >= 6) gone();
      if (putOff === undefined) return;
      const room = {
        postpone: async (_: WaitingMessage, seconds: number) => {
          head.at = this.time + seconds * 1000;
        },
        sendAgain: async ({ group, body }: WaitingMessage) => this.#send(group, body),
      };
      if ((await leaveFor(putOff, head.message, room, this.now)) === 'replaced') gone();
    }
  }

  #send(group: string, body: string): void {
    const message = { id: String(this.#queue.length), handle: 'h', body, group, sentAt: this.time, received: 0 };
    this.#queue.push({ message, at: this.time });
  }
}

describe('a step whose source does not answer', () => {
  test('is put off after three failures in a row, without a query, and tells why and until when', async () => {
    const world = new World();
    world.down.add('crm');
    for (let count = 0; count < 3; count += 1) {
      await expect(world.run('orders.orders')).rejects.toMatchObject({ code: 'WEFT-PIPELINE-020' });
      world.time += MINUTE;
    }
    expect(world.open).toEqual(['crm']);
    const started = world.account.executions.size;
    const at = world.now.toISOString();
    await expect(world.run('orders.orders', at)).rejects.toMatchObject({
      code: 'WEFT-PIPELINE-035',
      message: expect.stringMatching(
        /"orders.orders" is put off until 2026-01-02T00:07:00.000Z: the source "crm" has not answered since 2026-01-02T00:02:00.000Z: .*ECONNREFUSED/,
      ),
    });
    expect(world.account.executions.size).toBe(started);
    const record = [...world.account.objects].find(([key, { body }]) => key.includes('runs/') && body.includes(at));
    expect(JSON.parse(record?.[1].body ?? '{}')).toMatchObject({
      state: 'started',
      putOffUntil: '2026-01-02T00:07:00.000Z',
    });
  });

  test('costs its source a probe in each rest, holds up no other step, and catches up with one run when it is back', async () => {
    const world = new World();
    world.down.add('crm');
    const hours = 24;
    for (let hour = 0; hour < hours; hour += 1) {
      for (const name of ['orders.orders', 'orders.totals']) world.due(name);
      await world.pass(60);
    }
    const of = (source: string) => world.reads.filter((read) => read.source === source).map(({ minute }) => minute);
    // Each run of the other reads twice, to count and to write, as soon as it is due.
    expect(of('erp')).toEqual(Array.from({ length: hours }, (_, hour) => [hour * 60, hour * 60]).flat());
    const probes = of('crm').slice(3);
    expect(of('crm').slice(0, 3)).toEqual([0, 6, 12]);
    expect(probes.slice(0, 4)).toEqual([18, 28, 48, 88]);
    for (const [index, minute] of probes.entries()) {
      const before = probes[index - 1];
      if (before !== undefined && index > 4) expect(minute - before).toBeGreaterThanOrEqual(60);
      if (before !== undefined) expect(minute - before).toBeLessThanOrEqual(60 + 6);
    }
    expect(world.waiting).toBe(hours);
    world.down.clear();
    world.reads.length = 0;
    await world.pass(70);
    expect(world.waiting).toBe(0);
    expect(of('crm')).toHaveLength(2);
    expect(world.account.rows('orders')).toHaveLength(1);
    expect([...world.kept.store.items]).toEqual([]);
  }, 20_000);

  test.each([
    [1, PUT_OFF_FOR - 1, 'left', []],
    [2, PUT_OFF_FOR - 1, 'replaced', [2]],
    [2, PUT_OFF_FOR + 1, 'left', []],
  ])('taken %i times from the queue, %i ms after it began, its message is %s', async (received, age, outcome, again) => {
    const now = new Date(Date.UTC(2026, 0, 10));
    const sent: number[] = [];
    const left: number[] = [];
    const room = {
      postpone: async (_: WaitingMessage, seconds: number) => void left.push(seconds),
      sendAgain: async (message: WaitingMessage) => void sent.push(message.received),
    };
    const message = { id: 'm', handle: 'h', body: '{}', group: 'g', sentAt: 0, received };
    const startedAt = new Date(now.getTime() - age).toISOString();
    const putOff = { source: 'crm', until: now.getTime() + 90_500, startedAt };
    expect(await leaveFor(putOff, message, room, now)).toBe(outcome);
    expect([sent, left]).toEqual([again, outcome === 'left' ? [91] : []]);
  });

  test('bad SQL and missing columns open nothing', async () => {
    const world = new World();
    world.down.add('crm');
    for (const reason of [
      "COLUMN_NOT_FOUND: line 1:8: Column 'id' cannot be resolved",
      'SYNTAX_ERROR: no',
      'TYPE_MISMATCH: no',
    ]) {
      world.reason = reason;
      for (let count = 0; count < 5; count += 1) await expect(world.run('orders.orders')).rejects.toThrow(/failed/);
    }
    expect([...world.kept.store.items]).toEqual([]);
  });

  test('a statement that runs longer than the Lambda waits is the same attempt, and asks nobody again', async () => {
    const world = new World();
    world.down.add('crm');
    for (let count = 0; count < 3; count += 1) await expect(world.run('orders.orders')).rejects.toThrow(/failed/);
    world.down.clear();
    world.time += 5 * MINUTE;
    world.account.running = 2;
    const at = world.now.toISOString();
    await expect(world.run('orders.orders', at)).rejects.toMatchObject({ code: 'WEFT-PIPELINE-021' });
    // Meanwhile nobody else may: this run is the probe.
    await expect(world.run('orders.orders', '2026-01-02T00:00:01Z')).rejects.toMatchObject({
      code: 'WEFT-PIPELINE-035',
    });
    world.time += 6 * MINUTE;
    await expect(world.run('orders.orders', at)).rejects.toMatchObject({ code: 'WEFT-PIPELINE-021' });
    world.time += 6 * MINUTE;
    expect(await world.run('orders.orders', at)).toMatchObject({ state: 'done' });
    expect([...world.kept.store.items]).toEqual([]);
  });

  test('of two sources, the one whose turn it is to be tried is not claimed by a run that waits for the other', async () => {
    const world = new World();
    for (const name of ['crm', 'erp']) {
      for (let count = 0; count < 3; count += 1) await world.kept.breakers.failed(name, { by: 'x' }, 'down');
      world.time += 3 * MINUTE;
    }
    const { deps } = world;
    const sql = { ...deps.sql, 'erp.sql': 'SELECT total FROM sales_erp.public.t JOIN sales_crm.public.o USING (id)' };
    const run = runStep('orders.totals', { kind: 'time', at: world.now.toISOString() }, { ...deps, sql });
    await expect(run).rejects.toThrow(/"erp" has not answered/);
    expect(world.kept.store.items.get('crm')?.state.open?.probe).toBeUndefined();
    expect(await world.run('orders.orders')).toMatchObject({ state: 'done' });
  });

  test('without the store of the breakers it runs as if there were none', async () => {
    const world = new World();
    world.kept.store.broken = true;
    expect(await world.run('orders.orders')).toMatchObject({ state: 'done' });
    world.down.add('crm');
    for (let count = 0; count < 5; count += 1) {
      world.time += MINUTE;
      await expect(world.run('orders.orders')).rejects.toMatchObject({ code: 'WEFT-PIPELINE-020' });
    }
  });
});
