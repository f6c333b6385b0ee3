import { expect, test } from '@jest/globals';
import { planSubscription } from '#control/request-subscription.ts';
import { column, product, table } from '../mesh/fixtures.ts';
import { callerAs, createWorld } from './world.ts';

test('a subscriber cannot choose rows by a column that the clearance withholds; by one that it shows, it can', async () => {
  const world = await createWorld();
  const columns = [column('id', 'int', 'public'), column('salary', 'int', 'secret')];
  await world.registry.write([{ record: product([table('t0', columns)]), replaces: undefined }]);
  const plan = (rows: string, clearance: string, expiresAt?: string) =>
    planSubscription(
      { domain: 'sales', name: 'orders', clearance, rows: { t0: rows }, purpose: 'to know', expiresAt },
      { caller: callerAs('finance/analyst'), correlation: 'c' },
      world.governance,
    );
  for (const rows of ['salary > 5', 'id > 1 OR NOT (SALARY = 5)', '"salary" IS NOT NULL']) {
    await expect(plan(rows, 'public')).rejects.toMatchObject({ code: 'WEFT-REQUEST-002' });
  }
  expect((await plan('id > 1', 'public')).filters).toHaveLength(1);
  expect((await plan('salary > 5', 'secret', '2026-04-01T00:00:00Z')).filters).toHaveLength(1);
});
