import { describe, expect, test } from '@jest/globals';
import { toItem } from '#aws/attribute-value.ts';
import type { BusEvent } from '#aws/eventbridge.ts';
import { logCrypto } from '#aws/log-crypto.ts';
import { keyOf, laneOf } from '#aws/registry-keys.ts';
import type { FifoMessage } from '#aws/sqs.ts';
import { relay, type StreamRecord } from '#control/relay.ts';
import type { AuditEntry } from '#mesh/audit/entry.ts';
import type { RegistryRecord } from '#mesh/registry.ts';
import { column, product, subscription, table } from '../mesh/fixtures.ts';

const image = (record: RegistryRecord) => toItem({ ...record, ...keyOf(record), sort: 's' });
const inserted = (sequence: string, record: RegistryRecord): StreamRecord => ({ sequence, after: image(record) });

/** Everything that the relay writes to, kept; entries that match are refused. */
function sink(refuse: { message?: RegExp; event?: string; trail?: boolean; details?: boolean } = {}) {
  const messages: FifoMessage[] = [];
  const events: BusEvent[] = [];
  const trail = new Map<string, AuditEntry>();
  const details = new Map<string, string>();
  const split = <T>(entries: readonly T[], bad: (entry: T) => boolean) => ({
    done: entries.filter((entry) => !bad(entry)),
    unclear: [],
    failed: entries.filter(bad).map((entry) => ({ entry, symptom: { name: 'InternalFailure', message: 'no' } })),
  });
  return {
    messages,
    events,
    trail,
    details,
    deps: {
      registry: { version: async () => undefined },
      queue: {
        send: async <T extends FifoMessage>(entries: readonly T[]) => {
          const outcome = split(entries, ({ deduplication }) => refuse.message?.test(deduplication) === true);
          messages.push(...outcome.done);
          return outcome;
        },
      },
      bus: {
        put: async <T extends BusEvent>(entries: readonly T[]) => {
          const outcome = split(entries, ({ type }) => type === refuse.event);
          events.push(...outcome.done);
          return outcome;
        },
      },
      trail: {
        send: async <T extends FifoMessage>(entries: readonly T[]) => {
          const outcome = split(entries, () => refuse.trail === true);
          for (const { deduplication, body } of outcome.done) trail.set(deduplication, body as AuditEntry);
          return outcome;
        },
      },
      details: {
        put: async (key: string, body: string) => {
          if (refuse.details === true) throw new Error('the bucket is away');
          const fresh = !details.has(key);
          details.set(key, body);
          return fresh;
        },
      },
      sha256: logCrypto.sha256,
    },
  };
}

const ORDERS = product([table('t0', [])]);
const RETURNS = product([table('t1', [])], { name: 'returns' });

describe('relaying what was committed', () => {
  test('asks once for a product version however many of its records changed, tells the mesh, and keeps the trail', async () => {
    const out = sink();
    const asked = subscription('finance', { clearance: 'public' }, { state: 'approved' });
    expect(await relay([inserted('1', ORDERS), inserted('2', asked)], out.deps)).toEqual([]);
    expect(out.messages.map(({ group, body }) => [group, body])).toEqual([
      [
        laneOf({ domain: 'sales', name: 'orders', major: 1 }),
        expect.objectContaining({ domain: 'sales', name: 'orders', major: 1, cause: 'change' }),
      ],
    ]);
    expect(out.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['ProductPublished', 'SubscriptionRequested']),
    );
    expect([...out.trail.values()].map(({ kind, entity, action }) => `${kind} ${entity} ${action}`)).toEqual([
      'change product Tested',
      'event product ProductPublished',
      'change subscription Tested',
      'event subscription SubscriptionRequested',
      'event subscription SubscriptionApproved',
    ]);
  });

  test('a repeated batch has the same identities everywhere', async () => {
    const out = sink();
    const batch = [inserted('1', ORDERS)];
    await relay(batch, out.deps);
    const first = [...out.trail.keys()];
    await relay(batch, out.deps);
    expect(new Set(out.messages.map(({ deduplication }) => deduplication)).size).toBe(1);
    expect(new Set(out.events.map(({ detail }) => (detail as { id: string }).id)).size).toBe(1);
    expect([...out.trail.keys()]).toEqual(first);
  });

  test('names the records of which something did not go through, and those only', async () => {
    const batch = [inserted('1', ORDERS), inserted('2', RETURNS)];
    expect(await relay(batch, sink({ message: /returns/ }).deps)).toEqual(['2']);
    expect(await relay(batch, sink({ event: 'ProductPublished' }).deps)).toEqual(['1', '2']);
    expect(await relay(batch, sink({ trail: true }).deps)).toEqual(['1', '2']);
  });

  test('what is long of an entry stands apart before the entry is told, or the record comes again', async () => {
    const wide = product([
      table(
        't0',
        Array.from({ length: 1500 }, (_, n) => column(`column_${n}`, 'string')),
      ),
    ]);
    const out = sink();
    expect(await relay([inserted('1', wide)], out.deps)).toEqual([]);
    const [entry] = out.trail.values();
    expect(entry?.state).toBeUndefined();
    const { sha256, text } = JSON.parse(out.details.get(`details/${entry?.stateRef}.json`) ?? '{}');
    expect([sha256, JSON.parse(text).tables[0].columns.length]).toEqual([entry?.stateRef, 1500]);
    const without = sink({ details: true });
    expect(await relay([inserted('1', wide)], without.deps)).toEqual(['1']);
    expect(without.trail.size).toBe(0);
  });

  test('source pointers are nobody’s business', async () => {
    const out = sink();
    const pointer = toItem({ pk: 'SOURCE#1/sales', sk: 't0', type: 'source', product: 'sales/orders' });
    expect(await relay([{ sequence: '1', after: pointer }], out.deps)).toEqual([]);
    expect([out.messages, out.events, out.trail.size]).toEqual([[], [], 0]);
  });
});
