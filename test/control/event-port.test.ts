import { describe, expect, test } from '@jest/globals';
import type { BusEvent } from '#aws/eventbridge.ts';
import { deliverRows } from '#control/event-port.ts';
import { userError } from '#mesh/error.ts';
import { audienceOf } from '#mesh/event/audience.ts';
import { AT, column, product, subscription, TOPOLOGY, table } from '../mesh/fixtures.ts';

const NOW = new Date(AT);
const PRODUCT = product([table('orders', [column('id', 'int', 'public')])], { ports: ['event'] });
const AUDIENCE = audienceOf(
  PRODUCT,
  ['finance', 'research'].map((consumer) =>
    subscription(consumer, { clearance: 'public' }, { id: `sales.orders.v1.${consumer}.a1` }),
  ),
  TOPOLOGY,
  NOW,
);

const ROWS = {
  specversion: '1.0',
  id: 'r-1',
  source: 'weft.rows.sales',
  type: 'RowsChanged',
  time: AT,
  data: { product: 'orders', major: 1, table: 'orders', sequence: 1, rows: [{ after: { id: 1 } }] },
};

/** A port whose buses of the named consumers take nothing, and what everybody got. */
function port(broken: readonly string[], ask: () => unknown = () => AUDIENCE) {
  const got: [string, string][] = [];
  const busOf = (consumer: string) => ({
    async put<T extends BusEvent>(events: readonly T[]) {
      const symptom = { name: 'AccessDeniedException', message: 'no' };
      if (broken.includes(consumer))
        return { done: [], unclear: [], failed: events.map((entry) => ({ entry, symptom })) };
      got.push(...events.map((event): [string, string] => [consumer, (event.detail as { id: string }).id]));
      return { done: events, unclear: [], failed: [] };
    },
  });
  const api = { get: async <T>() => ask() as T };
  const deps = { api, own: busOf('sales'), busOf, domain: 'sales', account: '222222222222', now: () => NOW };
  return { deps, got };
}

describe('the delivery of rows', () => {
  test('one bus that takes nothing holds up no other, and the message comes again', async () => {
    const { deps, got } = port(['finance']);
    await expect(deliverRows(ROWS, deps)).rejects.toThrow(/finance: an event was not taken: AccessDeniedException/);
    expect(got.map(([consumer]) => consumer)).toEqual(['research']);
  });

  test('what comes again has the ids that it had', async () => {
    const first = port(['finance']);
    await expect(deliverRows(ROWS, first.deps)).rejects.toThrow();
    const second = port([]);
    expect(await deliverRows(ROWS, second.deps)).toEqual({ outcome: 'delivered', events: { finance: 1, research: 1 } });
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
