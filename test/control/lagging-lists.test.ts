import { beforeEach, describe, expect, test } from '@jest/globals';
import { grantEntitlement } from '#control/entitlement/grant.ts';
import { reconcileEntitlements } from '#control/entitlement/reconcile.ts';
import { revokeEntitlement } from '#control/entitlement/revoke.ts';
import { suspendProduct } from '#control/suspend.ts';
import type { Call } from '#local/core/service.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { column, product, role, subscription, table } from '../mesh/fixtures.ts';
import { accountOf, callerAs, createWorld, DATABASE, GOVERNANCE, type World } from './world.ts';

const FINANCE = accountOf('finance');
const by = (name: string) => ({ caller: callerAs(name), correlation: 'c-1' });

/** Lake Formation's lists lag behind: for two minutes they may be as they were. */
describe('a list that does not show yet what was granted', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
    const record = product([table('t0', [column('id', 'int', 'public'), column('card', 'string', 'secret')])]);
    await world.registry.write([{ record, replaces: undefined }]);
    await world.run();
  });

  /** Every list is empty while the work goes on. */
  const blind = async (work: () => Promise<unknown>) => {
    const stop = world.cloud.observe({
      after: ({ action }: Call, { output }) => {
        if (action === 'lakeformation:ListPermissions' && output !== undefined)
          Object.assign(output as object, { PrincipalResourcePermissions: [] });
      },
    });
    await work();
    stop();
  };
  const change = async (changed: Partial<SubscriptionRecord>) => {
    const { product: before, subscriptions } = await world.version();
    const generation = before.generation + 1;
    const [former] = subscriptions;
    const record = {
      ...(former ?? subscription('finance', { clearance: 'public' }, { state: 'approved' })),
      ...changed,
      generation,
      revision: (former?.revision ?? 0) + 1,
    };
    await world.registry.write([
      { record: { ...before, generation, revision: before.revision + 1 }, replaces: before.revision },
      { record, replaces: former?.revision },
    ]);
  };
  const central = async () =>
    (await world.grantsIn(GOVERNANCE)).filter((line) => line.startsWith(FINANCE) || line.includes(FINANCE));
  const local = async () =>
    (await world.grantsIn(FINANCE, DATABASE, GOVERNANCE)).filter((line) => line.startsWith(role('finance')));

  test('keeps nobody from losing what he has in the governance account', async () => {
    await change({});
    await world.settle();
    expect((await central()).length).toBeGreaterThan(0);
    await change({ state: 'revoking' });
    await blind(() => world.run());
    expect(await central()).toEqual([]);
  });

  test('keeps no role from losing what its agent gave it', async () => {
    await change({});
    await world.settle();
    expect((await local()).length).toBeGreaterThan(0);
    await change({ state: 'revoking' });
    await world.run();
    await blind(() => world.agents());
    expect(await local()).toEqual([]);
  });

  test('takes nothing away that somebody else still has', async () => {
    await change({});
    const other = subscription(
      'finance',
      { clearance: 'public' },
      { id: 'sales.orders.v1.finance.b', state: 'approved' },
    );
    await world.registry.write([{ record: other, replaces: undefined }]);
    await world.settle();
    const before = await central();
    await change({ state: 'revoking' });
    await world.run();
    expect(await central()).toEqual(before);
  });

  test('keeps no product that is suspended open', async () => {
    await change({});
    await world.settle();
    await suspendProduct(
      { domain: 'sales', name: 'orders' },
      { action: 'suspend' },
      by('sales/steward'),
      world.governance,
    );
    await blind(() => world.run());
    expect(await central()).toEqual([]);
  });

  test('keeps no standing entitlement that is over', async () => {
    const look = () =>
      reconcileEntitlements({ entitlements: true, cause: 'change', correlation: 'c' }, world.governance);
    const wish = { domain: 'sales', to: 'finance', classification: 'public', purpose: 'to report' };
    const { entitlement } = await grantEntitlement(wish, by('sales/steward'), world.governance);
    await look();
    expect((await world.governance.tags.grants()).length).toBeGreaterThan(0);
    await revokeEntitlement(entitlement.id, 'over', by('sales/steward'), world.governance);
    await blind(look);
    expect(await world.governance.tags.grants()).toEqual([]);
  });
});

describe('LF-Tags that a run set and did not live to write down', () => {
  test('are put back by the next run, although the registry says that they are as they were', async () => {
    const world = await createWorld();
    const open = [table('t0', [column('id', 'int', 'public'), column('note', 'string', 'public')])];
    const closed = [table('t0', [column('id', 'int', 'public'), column('note', 'string', 'secret')])];
    await world.registry.write([{ record: product(closed), replaces: undefined }]);
    await world.run();
    const wish = { domain: 'sales', to: 'finance', classification: 'internal', purpose: 'to report' };
    await grantEntitlement(wish, by('sales/steward'), world.governance);
    await reconcileEntitlements({ entitlements: true, cause: 'change', correlation: 'c' }, world.governance);
    await world.run();
    const tagsOfNote = async () => {
      const found = await world.governance.tags.assigned(GOVERNANCE, DATABASE, 't0');
      return JSON.stringify(found?.columns);
    };
    const before = await tagsOfNote();
    const tables = async (next: typeof open) => {
      const { product: was } = await world.version();
      const record = { ...was, tables: next, generation: was.generation + 1, revision: was.revision + 1 };
      await world.registry.write([{ record, replaces: was.revision }]);
    };
    await tables(open);
    const { write } = world.governance.registry;
    Object.assign(world.governance.registry, { write: async () => Promise.reject(new Error('the run has ended')) });
    await expect(world.run()).rejects.toThrow('the run has ended');
    Object.assign(world.governance.registry, { write });
    expect(await tagsOfNote()).not.toBe(before);
    await tables(closed);
    await world.run({ again: true });
    expect(await tagsOfNote()).toBe(before);
  });
});
