import type { BreakerStore, KeptBreaker } from '#aws/breakers.ts';
import type { BusEvent } from '#aws/eventbridge.ts';
import type { FifoMessage } from '#aws/sqs.ts';
import type { WaitingMessage } from '#aws/waiting-room.ts';
import { createBreakers } from '#control/breaker.ts';
import { deliverHeld } from '#control/deliver-held.ts';
import { deliverRows } from '#control/event-port.ts';
import { BREAKER_LIMITS } from '#mesh/breaker.ts';
import type { Audience } from '#mesh/event/audience.ts';
import { atMost, type BenchResult, figure } from './result.ts';

const MINUTE = 60_000;
const HOURS = 24;
/** The time that a bus takes to refuse, as a model. */
const REFUSES_AFTER = 1000;
const DEAD = 'dead';
const LIVE = ['live-1', 'live-2', 'live-3'];

const AUDIENCE: Audience = {
  domain: 'sales',
  product: 'orders',
  major: 1,
  ports: ['event'],
  tables: [{ name: 'orders', columns: [{ name: 'id', type: 'int', classification: 'public' }], partitionKeys: [] }],
  listeners: [DEAD, ...LIVE].map((consumer) => ({
    subscription: `sales.orders.v1.${consumer}.a1`,
    consumer,
    account: '222222222222',
    tables: [{ table: 'orders', columns: ['id'] }],
  })),
};

/** A store in memory; `refuses` is the port without breakers. */
function storeOf(refuses: boolean): BreakerStore {
  const items = new Map<string, KeptBreaker>();
  const answer = <T>(work: () => T): Promise<T> =>
    refuses ? Promise.reject(new Error('there are no breakers')) : Promise.resolve(work());
  return {
    all: () => answer(() => [...items.values()]),
    read: (name) => answer(() => items.get(name)),
    write: (name, state, replaces) =>
      answer(() => {
        if (items.get(name)?.tag !== replaces) return false;
        if (state === undefined) items.delete(name);
        else items.set(name, { name, state, tag: `${Number(replaces ?? 0) + 1}` });
        return true;
      }),
  };
}

/** A day in which one change comes each minute, and one of four consumers takes nothing; time is a model's. */
async function day(withBreakers: boolean): Promise<{ calls: number; waited: number }> {
  let time = 0;
  let calls = 0;
  let waited = 0;
  const line: { message: WaitingMessage; at: number }[] = [];
  const now = () => new Date(time);
  const busOf = (consumer: string) => ({
    async put<T extends BusEvent>(events: readonly T[]) {
      if (consumer !== DEAD) return { done: events, unclear: [], failed: [] };
      calls += 1;
      const symptom = { name: 'AccessDeniedException', message: 'no' };
      return { done: [], unclear: [], failed: events.map((entry) => ({ entry, symptom })) };
    },
  });
  const deps = {
    api: { get: async <T>() => AUDIENCE as T },
    own: busOf('sales'),
    busOf,
    breakers: createBreakers({ store: storeOf(!withBreakers), limits: BREAKER_LIMITS, now, lost: () => undefined }),
    held: {
      async send<T extends FifoMessage>(messages: readonly T[]) {
        for (const { group, deduplication, body } of messages) {
          const about = { id: deduplication, handle: '', body: JSON.stringify(body), group, sentAt: time, received: 1 };
          line.push({ message: about, at: time });
        }
        return { done: messages, unclear: [], failed: [] };
      },
    },
    room: {
      postpone: async (message: WaitingMessage, seconds: number) => {
        for (const one of line) if (one.message === message) one.at = time + seconds * 1000;
      },
    },
    burial: { bury: async () => undefined },
    limits: BREAKER_LIMITS,
    within: <T>(work: Promise<T>) => work,
    domain: 'sales',
    account: '222222222222',
    now,
  };
  for (let minute = 0; minute < HOURS * 60; minute += 1) {
    const data = { product: 'orders', major: 1, table: 'orders', sequence: minute, rows: [{ after: { id: minute } }] };
    const about = { specversion: '1.0', source: 'weft.rows.sales', type: 'RowsChanged', time: now().toISOString() };
    const before = calls;
    await deliverRows({ ...about, id: `r-${minute}`, data }, deps);
    // Without breakers whoever comes next to the same Lambda waits for what the dead one takes to refuse.
    waited += (calls - before) * REFUSES_AFTER;
    for (const until = time + MINUTE; time < until; time += MINUTE / 2) {
      // Of the group that waits SQS gives the first ten, once none of them is invisible.
      const first = line.slice(0, 10);
      if (first.length > 0 && first.every(({ at }) => at <= time))
        await deliverHeld(
          first.map(({ message }) => message),
          deps,
        );
    }
  }
  return { calls, waited };
}

/** What a consumer costs that takes nothing for a day, with its breaker and without. */
export async function run(): Promise<BenchResult[]> {
  const [guarded, bare] = [await day(true), await day(false)];
  return [
    figure(`calls of a dead consumer in ${HOURS} hours, without breakers`, bare.calls, 'calls'),
    atMost('the same with breakers: 3 to open, then one in each rest', guarded.calls, 60, 'calls'),
    atMost('with to without', guarded.calls / bare.calls, 0.02, 'ratio'),
    figure('what comes next waits for it in all, without breakers', bare.waited / 1000, 's'),
    atMost('the same with breakers', guarded.waited / 1000, 3, 's'),
  ];
}
