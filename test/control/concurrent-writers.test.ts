import { expect, test } from '@jest/globals';
import { holdProduct } from '#control/hold.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { column, product, table } from '../mesh/fixtures.ts';
import { callerAs, createWorld, ORDERS } from './world.ts';

const WRITERS = Array.from({ length: 12 }, (_, index) => `writer-${index}`);

async function published() {
  const world = await createWorld();
  await world.registry.write([
    { record: product([table('t0', [column('id', 'int', 'public')])]), replaces: undefined },
  ]);
  return world;
}

/** What those who were told yes wrote, and what the others were told. */
function sorted<T>(results: readonly PromiseSettledResult<T>[]) {
  const won = results.flatMap((one, index) => (one.status === 'fulfilled' ? [WRITERS[index] ?? ''] : []));
  const lost = results.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code?: string }).code] : []));
  return { won, lost };
}

test('of writers of one revision one wins, the others are told, and nothing of the winner is lost', async () => {
  const world = await published();
  const { product: seen } = await world.version();
  const { won, lost } = sorted(
    await Promise.allSettled(
      WRITERS.map((description) =>
        world.registry.write([{ record: { ...seen, description, revision: 2 }, replaces: seen.revision }]),
      ),
    ),
  );
  expect(won).toHaveLength(1);
  expect(lost).toEqual(Array.from({ length: 11 }, () => 'WEFT-REGISTRY-001'));
  expect((await world.version()).product).toMatchObject({ description: won[0], revision: 2 });
});

test('of writers that read again, every yes is in the record, and every no is none', async () => {
  const world = await published();
  const { won, lost } = sorted(
    await Promise.allSettled(
      WRITERS.map((session) =>
        holdProduct(
          ORDERS,
          { action: 'place', reason: session },
          { caller: callerAs('sales/steward', session), correlation: session },
          world.governance,
        ),
      ),
    ),
  );
  const { holds = [], revision } = (await world.version()).product;
  expect(won.length).toBeGreaterThan(1);
  expect(holds.map(({ reason }) => reason).toSorted()).toEqual(won.toSorted());
  expect(revision).toBe(1 + won.length);
  expect(new Set(lost)).toEqual(new Set(lost.length === 0 ? [] : ['WEFT-REGISTRY-001']));
});

test('who asks for one thing many times at once has it once', async () => {
  const world = await published();
  const results = await Promise.allSettled(
    WRITERS.map(() =>
      requestSubscription(
        { domain: 'sales', name: 'orders', clearance: 'public', purpose: 'to know' },
        { caller: callerAs('finance/analyst'), correlation: 'c' },
        world.governance,
      ),
    ),
  );
  const { won, lost } = sorted(results);
  expect(won.length).toBeGreaterThan(0);
  expect(new Set(lost)).toEqual(new Set(lost.length === 0 ? [] : ['WEFT-REGISTRY-001']));
  const ids = new Set(results.flatMap((one) => (one.status === 'fulfilled' ? [one.value.subscription.id] : [])));
  expect((await world.version()).subscriptions.map(({ id }) => id)).toEqual([...ids]);
  expect(ids.size).toBe(1);
});
