import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Cloud } from '#local/core/cloud.ts';
import type { ExportManifest } from '#mesh/product/export-manifest.ts';
import { productSource, rowsSource } from '#mesh/topology/names.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';
import { type EventsWorld, type Heard, OWNER, openEventsWorld, PRODUCT, TABLE } from './events-world.ts';

const TEXAS = {
  origin_state: 'Texas',
  operator: 'DELTA',
  cost_total: 12_000,
  flight_date: '1990-01-08',
  speed_knots: 140,
};
const OHIO = { ...TEXAS, origin_state: 'Ohio' };

describe('the event port, on the deployed templates', () => {
  let events: EventsWorld;
  let analytics: () => Promise<Heard[]>;
  let flights: () => Promise<Heard[]>;
  let refused: () => Promise<Heard[]>;
  const permits = judging();
  let subscription: string;

  beforeAll(async () => {
    events = await openEventsWorld();
    const { cloud }: { cloud: Cloud } = events.world.instance;
    permits.watch(cloud);
    subscription = await events.subscribe('analytics', {
      clearance: 'internal',
      columns: { [TABLE]: ['operator', 'origin_state', 'speed_knots'] },
      rows: { [TABLE]: "origin_state = 'Texas'" },
    });
    const source = [{ prefix: 'weft.product.' }];
    analytics = await events.listen('analytics', { source });
    flights = await events.listen('flight-operations', { source });
    refused = await events.listen(OWNER, { source: [rowsSource(OWNER)], 'detail-type': ['RowsRefused'] });
  }, 120_000);

  afterAll(async () => {
    await events?.world.instance.close();
    if (events !== undefined) rmSync(events.folder, { recursive: true, force: true });
  });

  /** So many minutes pass, and what they set off is done. */
  const later = async (minutes: number) => {
    events.world.instance.cloud.clock.advance(minutes * 60_000 + 1000);
    await events.world.settle();
  };

  test('a consumer gets the columns and rows of its subscription, and nobody else gets anything', async () => {
    await events.rowsChanged([{ after: TEXAS }, { after: OHIO }]);
    const [heard, ...more] = await analytics();
    expect(more).toEqual([]);
    expect(heard).toMatchObject({
      account: events.accountOf(OWNER),
      source: productSource(events.accountOf(OWNER), OWNER),
      'detail-type': 'ProductRowsChanged',
      detail: {
        specversion: '1.0',
        subject: PRODUCT,
        data: { table: TABLE, major: 1, subscription, audience: ['analytics'] },
      },
    });
    expect(heard?.detail.data.rows).toEqual([
      { change: 'insert', after: { operator: 'DELTA', origin_state: 'Texas', speed_knots: 140 } },
    ]);
    expect(await flights()).toEqual([]);
  }, 60_000);

  test.each([
    [
      'leaves the view: a delete without the new values',
      { before: TEXAS, after: { ...OHIO, operator: 'secret' } },
      [{ change: 'delete', before: { operator: 'DELTA', origin_state: 'Texas', speed_knots: 140 } }],
    ],
    [
      'comes into the view: an insert without the old values',
      { before: { ...OHIO, operator: 'secret' }, after: TEXAS },
      [{ change: 'insert', after: { operator: 'DELTA', origin_state: 'Texas', speed_knots: 140 } }],
    ],
    ['changes in a withheld column: nothing', { before: TEXAS, after: { ...TEXAS, cost_total: 1 } }, []],
  ])(
    'a row that %s',
    async (_what, change, expected) => {
      await events.rowsChanged([change]);
      expect((await analytics()).flatMap(({ detail }) => detail.data.rows)).toEqual(expected);
    },
    60_000,
  );

  test.each([
    ['a table that the product does not have', [{ after: TEXAS }], { table: 'other' }, 'WEFT-EVENT-004'],
    ['a product that is not there', [{ after: TEXAS }], { product: 'other' }, 'WEFT-PRODUCT-001'],
    ['a value that is not of its type', [{ after: { ...TEXAS, speed_knots: 'fast' } }], {}, 'WEFT-EVENT-004'],
    ['a row that is none', [{ after: 7 }], {}, 'WEFT-EVENT-002'],
  ])(
    '%s is refused on the domain’s own bus, without a value of any row',
    async (_what, rows, rest, code) => {
      await events.rowsChanged(rows as never, rest);
      const [answer] = await refused();
      expect(answer?.detail.data.problems).toEqual([expect.objectContaining({ code })]);
      expect(JSON.stringify(answer)).not.toMatch(/Texas|fast/);
      expect(await analytics()).toEqual([]);
    },
    60_000,
  );

  test('suspended, resumed: the next event is not delivered, the one after is', async () => {
    const steward = await events.world.as('analytics/steward');
    const path = `/subscriptions/${subscription}/suspension`;
    await steward.api({ method: 'POST', path, body: { action: 'suspend' } });
    await events.rowsChanged([{ after: TEXAS }]);
    expect(await analytics()).toEqual([]);
    await steward.api({ method: 'POST', path, body: { action: 'resume' } });
    await events.rowsChanged([{ after: TEXAS }]);
    expect(await analytics()).toHaveLength(1);
  }, 60_000);

  test('many rows come in several events, each with an id of its own and none too big', async () => {
    const wide = { ...TEXAS, operator: 'x'.repeat(1000) };
    await events.rowsChanged(Array.from({ length: 700 }, (_, index) => ({ after: { ...wide, speed_knots: index } })));
    const heard = await analytics();
    expect(heard.length).toBeGreaterThan(2);
    expect(new Set(heard.map(({ detail }) => detail.id)).size).toBe(heard.length);
    expect(Math.max(...heard.map((event) => JSON.stringify(event).length))).toBeLessThan(256 * 1024);
    expect(heard.flatMap(({ detail }) => detail.data.rows)).toHaveLength(700);
  }, 60_000);

  test('a consumer whose bus is gone gets its rows when it is back, one call in each rest until then, and nobody waits with it', async () => {
    const source = [{ prefix: 'weft.product.' }];
    await events.subscribe('airport-reference');
    const airports = await events.listen('airport-reference', { source }, 'airports');
    await events.rowsChanged([{ after: TEXAS }]);
    expect([(await analytics()).length, (await airports()).length]).toEqual([1, 1]);
    const { calls, stop } = events.callsOf('airport-reference');
    const back = await events.shutBus('airport-reference');
    // The bus that is shut says no.
    await permits.unjudged(async () => {
      // Three failures open the breaker, and what comes after them is not tried at all.
      for (let count = 0; count < 8; count += 1) {
        await events.rowsChanged([{ after: TEXAS }]);
        if (count < 3) await events.world.settle();
      }
      expect(await analytics()).toHaveLength(8);
      expect(calls).toHaveLength(3);
      // The probes: none within a rest, one after it, and each time the rest is twice as long.
      await later(1);
      expect(calls).toHaveLength(4);
      for (const [index, minutes] of [2, 4].entries()) {
        await later(minutes / 2);
        expect(calls).toHaveLength(4 + index);
        await later(minutes / 2);
        expect(calls).toHaveLength(5 + index);
      }
      expect(await airports()).toEqual([]);
    });
    await back();
    calls.length = 0;
    await events.rowsChanged([{ after: OHIO }]);
    expect(calls).toEqual([]);
    await later(8);
    expect(await airports()).toHaveLength(9);
    // One call for each, of which the first was the probe.
    expect(calls).toHaveLength(9);
    expect(new Set(calls).size).toBe(9);
    await events.rowsChanged([{ after: TEXAS }]);
    expect(await airports()).toHaveLength(1);
    stop();
    await analytics();
  }, 120_000);

  test('what waited for a consumer is shown by what he may see when it is given: revoked meanwhile, he gets none of it', async () => {
    const id = await events.subscribe('airport-reference');
    const steward = await events.world.as('airport-reference/steward');
    const airports = await events.listen('airport-reference', { source: [{ prefix: 'weft.product.' }] }, 'revoked');
    const back = await events.shutBus('airport-reference');
    await permits.unjudged(async () => {
      for (let count = 0; count < 5; count += 1) await events.rowsChanged([{ after: TEXAS }]);
      await events.world.settle();
      await steward.api({ method: 'POST', path: `/subscriptions/${id}/revocation`, body: {} });
      await events.world.settle();
    });
    await back();
    await later(2);
    expect(await airports()).toEqual([]);
    await events.subscribe('airport-reference');
    await later(2);
    expect(await airports()).toEqual([]);
    await analytics();
  }, 60_000);

  test('the files of the same subscription hold its table and columns only', async () => {
    const out = join(events.folder, 'files');
    const words = ['product', 'export', PRODUCT, '--out', out, '--as', 'analytics/analyst'];
    const { exit, err } = await runWeft(words, { cwd: events.folder });
    expect([exit, err]).toEqual([0, expect.stringContaining('exported')]);
    const { tables } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as ExportManifest;
    expect(tables.map(({ name, columns }) => [name, columns.map((column) => column.name)])).toEqual([
      [TABLE, ['operator', 'origin_state', 'speed_knots']],
    ]);
  }, 60_000);

  test('every event that the mesh put is as its schema says', async () => {
    await events.rowsChanged([{ after: TEXAS }]);
    await events.rowsChanged([{ after: 7 }] as never);
    expect([await analytics(), await refused()]).toEqual([[expect.anything()], [expect.anything()]]);
    const types = new Set(events.put.map(({ type }) => type));
    for (const type of [
      'ProductPublished',
      'ProductRegistered',
      'SubscriptionActivated',
      'ShareRequested',
      'ShareApplied',
    ])
      expect(types).toContain(type);
    for (const type of ['CatalogChanged', 'ProductRowsChanged', 'RowsRefused']) expect(types).toContain(type);
    expect(events.put.filter((put) => put.violations.length > 0)).toEqual([]);
  }, 60_000);

  test('the audience is told to the owner’s event port alone', async () => {
    const path = `/products/${PRODUCT}/audience`;
    for (const principal of [`${OWNER}/steward`, 'analytics/steward', 'governance/platform']) {
      const { api } = await events.world.as(principal);
      await expect(api({ method: 'GET', path })).rejects.toMatchObject({ code: 'WEFT-AUTH-002' });
    }
  });

  test('revoked: the next event is not delivered', async () => {
    const id = await events.subscribe('airport-reference');
    const airports = await events.listen('airport-reference', { source: [{ prefix: 'weft.product.' }] });
    await events.rowsChanged([{ after: TEXAS }]);
    expect(await airports()).toHaveLength(1);
    const steward = await events.world.as('airport-reference/steward');
    await steward.api({ method: 'POST', path: `/subscriptions/${id}/revocation`, body: {} });
    await events.rowsChanged([{ after: TEXAS }]);
    expect(await airports()).toEqual([]);
    await analytics();
  }, 60_000);
});
