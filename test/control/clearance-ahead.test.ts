import { beforeEach, describe, expect, test } from '@jest/globals';
import { grantEntitlement } from '#control/entitlement/grant.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { column, product, table } from '../mesh/fixtures.ts';
import { callerAs, createWorld, type World } from './world.ts';

const by = (name: string) => ({ caller: callerAs(name), correlation: 'c' });
const END = '2026-06-01T00:00:00Z';

describe('a clearance above all that a product holds so far', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
    const columns = [column('id', 'int', 'public')];
    await world.registry.write([{ record: product([table('t0', columns)]), replaces: undefined }]);
  });

  const request = async (wish: object) =>
    (
      await requestSubscription(
        { domain: 'sales', name: 'orders', purpose: 'to know', expiresAt: END, ...wish },
        by('finance/analyst'),
        world.governance,
      )
    ).subscription;

  test.each([
    ['public', {}, 'approved', undefined],
    ['internal', {}, 'pending', ['owner']],
    ['secret', {}, 'pending', ['owner', 'platform']],
    ['secret', { columns: { t0: ['id'] } }, 'pending', ['owner', 'platform']],
    ['secret', { tables: ['t0'] }, 'pending', ['owner', 'platform']],
    ['secret', { tables: ['t0'], columns: { t0: ['id'] } }, 'approved', undefined],
  ])('needs the approvals of its level, for what comes later is shown, too: %s %j', async (clearance, scope, state, approvers) => {
    const subscription = await request({ clearance, ...scope });
    expect([subscription.state, subscription.approvers]).toEqual([state, approvers]);
  });

  test('is no way round a policy for whole accounts either', async () => {
    const wish = { domain: 'sales', to: 'finance', classification: 'secret', purpose: 'to know', expiresAt: END };
    await expect(grantEntitlement(wish, by('sales/steward'), world.governance)).rejects.toMatchObject({
      code: 'WEFT-ENTITLEMENT-005',
    });
  });
});
