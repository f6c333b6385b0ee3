import { describe, expect, test } from '@jest/globals';
import type { BusEvent } from '#aws/eventbridge.ts';
import type { FifoMessage } from '#aws/sqs.ts';
import type { HeldDeps } from '#control/deliver-held.ts';
import { deliverHeld, HELD_FOR } from '#control/deliver-held.ts';
import { deliverRows } from '#control/event-port.ts';
import { BREAKER_LIMITS } from '#mesh/breaker.ts';
import { userError } from '#mesh/error.ts';
import { audienceOf } from '#mesh/event/audience.ts';
import { AT, column, product, subscription, TOPOLOGY, table } from '../mesh/fixtures.ts';
import { keptBreakers } from './kept-breakers.ts';

const NOW = new Date(AT);
/** How often the queue hands out a message at most (lib/stacks/domain/event-port.ts). */
const MOST_LOOKS = 500;
const PRODUCT = product([table('orders', [column('id', 'int', 'public')])], { ports: ['event'] });
const AUDIENCE = audienceOf(
  PRODUCT,
  ['finance', 'research'].map((consumer) =>
    subscription(consumer, { clearance: 'public' }, { id: `sales.orders.v1.${consumer}.a1` }),
  ),
  TOPOLOGY,
  NOW,
);

const DENIED = { name: 'AccessDeniedException', message: 'no' };

const ROWS = {
  specversion: '1.0',
  id: 'r-1',
  source: 'weft.rows.sales',
  type: 'RowsChanged',
  time: AT,
  data: { product: 'orders', major: 1, table: 'orders', sequence: 1, rows: [{ after: { id: 1 } }] },
};

/** A port whose buses of the named consumers take nothing, everything that was tried, what everybody got, and what waits for whom. */
function port(broken: string[], ask: () => unknown = () => AUDIENCE, symptom = DENIED) {
  const tried: string[] = [];
  const got: [string, string][] = [];
  const waits: { group: string; deduplication: string; body: object }[] = [];
  const busOf = (consumer: string) => ({
    async put<T extends BusEvent>(events: readonly T[]) {
      tried.push(consumer);
      if (broken.includes(consumer))
        return { done: [], unclear: [], failed: events.map((entry) => ({ entry, symptom })) };
      got.push(...events.map((event): [string, string] => [consumer, (event.detail as { id: string }).id]));
      return { done: events, unclear: [], failed: [] };
    },
  });
  const held = {
    async send<T extends FifoMessage>(messages: readonly T[]) {
      waits.push(...messages);
      return { done: messages, unclear: [], failed: [] };
    },
  };
  const clock = { now: NOW.getTime() };
  const now = () => new Date(clock.now);
  const { breakers, store, lost } = keptBreakers(now);
  const api = { get: async <T>() => ask() as T };
  const within = <T>(work: Promise<T>) => work;
  const about = { domain: 'sales', account: '222222222222', limits: BREAKER_LIMITS, now };
  const left: [string, number][] = [];
  const buried: [string, string][] = [];
  const room: HeldDeps['room'] = { postpone: async ({ id }, seconds) => void left.push([id, seconds]) };
  const burial: HeldDeps['burial'] = {
    bury: async ({ id }, why) => void buried.push([id, why]),
  };
  const deps = { api, own: busOf('sales'), busOf, breakers, held, room, burial, within, ...about };
  return { deps, tried, got, waits, store, lost, clock, left, buried, broken };
}

describe('the delivery of rows', () => {
  test('one bus that takes nothing holds up no other: what is for it waits', async () => {
    const { deps, got, waits } = port(['finance']);
    const outcome = await deliverRows(ROWS, deps);
    const why = 'AccessDeniedException: no';
    expect(outcome).toEqual({ outcome: 'delivered', events: { research: 1 }, held: { finance: why }, open: [] });
    expect(got.map(([consumer]) => consumer)).toEqual(['research']);
    expect(waits).toMatchObject([{ group: 'finance', body: { consumer: 'finance', detail: ROWS } }]);
  });

  test('a bus that does not answer is given up, and nobody waits for it meanwhile', async () => {
    const { deps, got, waits } = port([]);
    const busOf = (consumer: string) =>
      consumer === 'finance' ? { put: () => new Promise<never>(() => {}) } : deps.busOf(consumer);
    let giveUp = () => {};
    const late = new Promise<never>((_, reject) => {
      giveUp = () => reject(Object.assign(new Error('no answer'), { name: 'TimeoutError' }));
    });
    const telling = deliverRows(ROWS, { ...deps, busOf, within: (work) => Promise.race([work, late]) });
    await new Promise(setImmediate);
    expect(got.map(([consumer]) => consumer)).toEqual(['research']);
    giveUp();
    expect(await telling).toMatchObject({ held: { finance: 'TimeoutError: no answer' } });
    expect(waits).toHaveLength(1);
  });

  test('after three failures nothing more is tried, and what comes waits', async () => {
    const { deps, tried, waits, store } = port(['finance']);
    for (let count = 1; count <= 10; count += 1) {
      const outcome = await deliverRows({ ...ROWS, id: `r-${count}` }, deps);
      expect(outcome).toMatchObject({ open: count < 3 ? [] : ['finance'], events: { research: 1 } });
    }
    expect(tried.filter((consumer) => consumer === 'finance')).toHaveLength(3);
    expect(waits).toHaveLength(10);
    expect(new Set(waits.map(({ deduplication }) => deduplication)).size).toBe(10);
    expect([...store.items.keys()]).toEqual(['finance']);
  });

  test('a throttle, and an event that is wrong in itself, say nothing of the consumer', async () => {
    for (const name of ['ThrottlingException', 'MalformedDetail']) {
      const { deps, store, waits } = port(['finance'], undefined, { name, message: 'no' });
      for (let count = 0; count < 5; count += 1) await deliverRows(ROWS, deps);
      expect([name, store.items.size, waits.length]).toEqual([name, 0, 5]);
    }
  });

  test('who takes everything costs one look at the breakers, and no write', async () => {
    const { deps, store } = port([]);
    await deliverRows(ROWS, deps);
    expect(store.calls).toBe(1);
  });

  test('without the store of the breakers everything is tried, as if there were none', async () => {
    const { deps, tried, waits, store, lost } = port(['finance']);
    store.broken = true;
    for (let count = 0; count < 5; count += 1) await deliverRows(ROWS, deps);
    expect(tried.filter((consumer) => consumer === 'finance')).toHaveLength(5);
    expect(waits).toHaveLength(5);
    expect(lost.length).toBeGreaterThan(0);
  });

  test('what cannot even be put aside makes the message come again, with the ids that it had', async () => {
    const first = port(['finance']);
    const full = {
      send: async <T extends FifoMessage>(messages: readonly T[]) => ({
        done: [],
        unclear: [],
        failed: messages.map((entry) => ({ entry, symptom: { name: 'Down', message: 'no' } })),
      }),
    };
    await expect(deliverRows(ROWS, { ...first.deps, held: full })).rejects.toThrow(/rows for finance could not be put/);
    const second = port([]);
    expect(await deliverRows(ROWS, second.deps)).toMatchObject({ events: { finance: 1, research: 1 } });
    expect(second.got).toEqual(expect.arrayContaining(first.got));
  });

  test('a mesh that does not answer makes the message come again; one that says no has it refused', async () => {
    const busy = () => {
      throw Object.assign(new Error('busy'), { name: 'ApiError' });
    };
    await expect(deliverRows(ROWS, port([], busy).deps)).rejects.toThrow('busy');
    const no = () => {
      throw userError('WEFT-EVENT-003', 'sales/orders has no event port');
    };
    const { deps, got } = port([], no);
    expect(await deliverRows(ROWS, deps)).toMatchObject({ outcome: 'refused', problems: [{ code: 'WEFT-EVENT-003' }] });
    expect(got).toEqual([['sales', 'r-1.refused']]);
  });

  test('rows in the name of another domain are refused', async () => {
    const forged = { ...ROWS, source: 'weft.rows.finance' };
    expect(await deliverRows(forged, port([]).deps)).toMatchObject({ outcome: 'refused' });
  });
});

/** Messages as they wait for consumers, each a change of its own. */
function waiting(consumers: readonly string[], at: { readonly sentAt?: number; readonly received?: number } = {}) {
  return consumers.map((consumer, index) => ({
    id: `${consumer}-${index}`,
    handle: 'h',
    body: JSON.stringify({
      'detail-type': 'RowsChanged',
      consumer,
      detail: { ...ROWS, id: `r-${index}`, data: { ...ROWS.data, sequence: index } },
    }),
    group: consumer,
    sentAt: at.sentAt ?? NOW.getTime(),
    received: at.received ?? 1,
  }));
}

describe('rows that wait for a consumer', () => {
  test('while its bus is down one is tried in each rest, and when it is back all go, in their order', async () => {
    const { deps, tried, got, clock, left, broken } = port(['finance']);
    const messages = waiting(Array.from({ length: 20 }, () => 'finance'));
    const begin = clock.now;
    let most = 0;
    // SQS gives the first ten of a group, and gives them again when the time is over that they were left for.
    while (clock.now - begin < 24 * 3_600_000) {
      const before = tried.length;
      const outcomes = await deliverHeld(messages.slice(0, 10), deps);
      expect(outcomes.every(({ outcome }) => outcome === 'waits')).toBe(true);
      most = Math.max(most, tried.length - before);
      clock.now += (left.at(-1)?.[1] ?? 0) * 1000;
    }
    expect(most).toBe(1);
    // 3 to open it, 5 while the rest doubles, then one in half an hour.
    expect(tried.length).toBeLessThanOrEqual(3 + 5 + 48);
    broken.length = 0;
    await deliverHeld(messages.slice(0, 10), deps);
    await deliverHeld(messages.slice(10), deps);
    expect(got.map(([, id]) => id)).toEqual(messages.map((_, index) => expect.stringContaining(`@${index}.`)));
  });

  test('while the mesh does not answer for days none is looked at so often that SQS would take it away', async () => {
    const busy = () => {
      throw Object.assign(new Error('busy'), { name: 'ApiError' });
    };
    const { deps, clock, left } = port([], busy);
    const begin = clock.now;
    let received = 0;
    while (clock.now - begin < HELD_FOR) {
      received += 1;
      await deliverHeld(waiting(['finance'], { sentAt: begin, received }), deps);
      clock.now += (left.at(-1)?.[1] ?? 0) * 1000;
    }
    expect(received).toBeLessThan(MOST_LOOKS);
  });

  test('consumers do not wait for each other, and what is behind one that waits waits as long', async () => {
    const { deps, tried, got, left } = port(['finance']);
    const outcomes = await deliverHeld(waiting(['finance', 'research', 'finance', 'research']), deps);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['waits', 'delivered', 'waits', 'delivered']);
    expect(tried.filter((consumer) => consumer === 'finance')).toHaveLength(1);
    expect(got).toHaveLength(2);
    expect(left.map(([id]) => id)).toEqual(['finance-0', 'finance-2']);
    expect(new Set(left.map(([, seconds]) => seconds)).size).toBe(1);
  });

  test('whose subscription is gone gets nothing of what waited for him', async () => {
    const none = { ...AUDIENCE, listeners: AUDIENCE.listeners.filter(({ consumer }) => consumer !== 'finance') };
    const { deps, tried } = port([], () => none);
    expect(await deliverHeld(waiting(['finance']), deps)).toEqual([{ outcome: 'dropped', consumer: 'finance' }]);
    expect(tried).toEqual([]);
  });

  test('nobody asks the mesh for those who have to wait', async () => {
    let asked = 0;
    const { deps, clock } = port(['finance'], () => {
      asked += 1;
      return AUDIENCE;
    });
    for (let count = 0; count < 3; count += 1) await deliverHeld(waiting(['finance']), deps);
    expect(asked).toBe(3);
    await deliverHeld(waiting(['finance']), deps);
    expect(asked).toBe(3);
    clock.now += 60_000;
    await deliverHeld(waiting(['finance']), deps);
    expect(asked).toBe(4);
  });

  test('what waited for seven days goes to people, untried', async () => {
    const { deps, tried, buried } = port(['finance']);
    const sentAt = NOW.getTime() - HELD_FOR - 1;
    const [outcome] = await deliverHeld(waiting(['finance'], { sentAt }), deps);
    expect(outcome).toMatchObject({ outcome: 'buried' });
    expect([tried, buried.map(([id]) => id)]).toEqual([[], ['finance-0']]);
  });

  test('what is wrong in itself goes to people after some tries, and those behind it go on', async () => {
    const { deps, buried, store, got, broken } = port(['finance'], undefined, {
      name: 'MalformedDetail',
      message: 'x',
    });
    const [first] = await deliverHeld(waiting(['finance'], { received: 4 }), deps);
    expect(first).toMatchObject({ outcome: 'waits', open: false });
    await deliverHeld(waiting(['finance'], { received: 5 }), deps);
    expect([buried, store.items.size]).toEqual([[['finance-0', 'MalformedDetail: x']], 0]);
    broken.length = 0;
    await deliverHeld(waiting(['finance']), deps);
    expect(got).toHaveLength(1);
  });

  test('a mesh that does not answer is no trouble of the consumer', async () => {
    const { deps, store, left } = port([], () => {
      throw Object.assign(new Error('busy'), { name: 'ApiError' });
    });
    for (let count = 0; count < 4; count += 1) await deliverHeld(waiting(['finance']), deps);
    expect([store.items.size, left.map(([, seconds]) => seconds)]).toEqual([0, [30, 30, 30, 30]]);
  });
});
