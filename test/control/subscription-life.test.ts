import { GrantPermissionsCommand, LakeFormationClient, ListPermissionsCommand } from '@aws-sdk/client-lakeformation';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { decide, revokeSubscription } from '#control/decide.ts';
import { publish } from '#control/publish.ts';
import { renewSubscription } from '#control/renew.ts';
import type { ApiDeps } from '#control/request.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { sweep } from '#control/sweep.ts';
import { WeftError } from '#mesh/error.ts';
import { condition } from '#mesh/record.ts';
import { orders } from '../lambdas/orders.ts';
import { accountOf, callerAs, createWorld, DATABASE, GOVERNANCE, TOPOLOGY, type World } from './world.ts';

const by = (name: string, session = 'someone') => ({ caller: callerAs(name, session), correlation: 'c-1' });
const DAY = 86_400_000;

describe('the life of a subscription', () => {
  let world: World;
  let deps: ApiDeps;

  beforeEach(async () => {
    world = await createWorld();
    deps = world.governance as unknown as ApiDeps;
    await publish(orders(), by('sales/producer'), world.governance);
  });

  const request = async (wish: object = {}, as = 'finance/analyst') => {
    const asked = { domain: 'sales', name: 'orders', purpose: 'to know', clearance: 'public', ...wish };
    const { subscription } = await requestSubscription(asked, by(as), deps);
    await world.settle();
    return subscription.id;
  };
  const now = async (id: string) => {
    const found = (await world.version()).subscriptions.find((entry) => entry.id === id);
    if (found === undefined) throw new Error('no subscription');
    return found;
  };
  const queue = { send: async (entries: readonly unknown[]) => ({ done: entries, failed: [], unclear: [] }) };
  const swept = () => sweep('c-sweep', { registry: world.registry, queue, now: world.governance.now } as never);
  const later = (days: number) => world.clock.advance(days * DAY);
  const at = (days: number) => new Date(world.clock.now() + days * DAY).toISOString();
  const code = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => (error instanceof WeftError ? error.code : String(error)),
    );
  const held = async () => ({
    governance: (await world.grantsIn(GOVERNANCE)).filter((grant) => grant.startsWith(accountOf('finance'))),
    consumer: await world.grantsIn(accountOf('finance'), DATABASE, accountOf('finance')),
  });

  test('ends with the clock: the next reconcile takes everything away, though no sweep came', async () => {
    const id = await request({ expiresAt: at(1) });
    expect(await now(id)).toMatchObject({ state: 'active' });
    expect((await held()).consumer).not.toEqual([]);
    later(1);
    await world.run({ cause: 'sweep' });
    await world.agents();
    expect(await held()).toEqual({ governance: [], consumer: [] });
    const { state, endedFor, status } = await now(id);
    expect([state, endedFor, status.endedAt]).toEqual(['expired', `it ended ${at(0)}`, at(0)]);
  });

  test('leaves a subscription beside it whole when it ends', async () => {
    const short = await request({ expiresAt: at(1) });
    const before = await held();
    const long = await request();
    later(2);
    await world.settle();
    expect([(await now(short)).state, (await now(long)).state]).toEqual(['expired', 'active']);
    expect(await held()).toEqual(before);
    expect((await now(short)).status.proof?.others).toEqual([long]);
  });

  test('gives notice once, fourteen days before, and goes on giving access', async () => {
    const id = await request({ expiresAt: at(30) });
    expect(await swept()).toMatchObject({ noticed: 0 });
    later(16);
    expect(await swept()).toMatchObject({ noticed: 1, expired: 0 });
    expect(await now(id)).toMatchObject({ state: 'expiring', change: { action: 'SubscriptionExpiring' } });
    expect(await swept()).toMatchObject({ noticed: 0 });
    await world.settle();
    expect(await now(id)).toMatchObject({ state: 'expiring' });
    expect((await held()).consumer).not.toEqual([]);
    later(14);
    expect(await swept()).toMatchObject({ expired: 1 });
    await world.settle();
    expect(await held()).toEqual({ governance: [], consumer: [] });
  });

  describe('that has to be certified', () => {
    let id: string;

    beforeEach(async () => {
      const governed = {
        ...TOPOLOGY,
        governance: { recertifyEvery: { confidential: 90, internal: 90, public: 90, secret: 90 } },
      };
      deps = { ...deps, topology: async () => governed };
      id = await request();
    });

    test('ends like one that ran out, with its own reason, when nobody does', async () => {
      expect((await now(id)).recertifyBy).toBe(at(90));
      later(80);
      expect(await swept()).toMatchObject({ noticed: 1 });
      later(10);
      expect(await swept()).toMatchObject({ expired: 1 });
      expect(await now(id)).toMatchObject({ state: 'expired', endedFor: `its owner did not certify it by ${at(0)}` });
    });

    test('goes on when a steward of the owner certifies it', async () => {
      later(80);
      await swept();
      const renewed = await renewSubscription(id, {}, by('sales/steward'), deps);
      expect(renewed).toMatchObject({ state: 'active', recertifyBy: at(90) });
      expect(renewed.renewal).toBeUndefined();
      later(20);
      expect(await swept()).toMatchObject({ expired: 0, noticed: 0 });
    });

    test('is not certified by its own side', async () => {
      const asked = await renewSubscription(id, { reason: 'still needed' }, by('finance/analyst'), deps);
      // Nothing above the lowest level is asked for, so the starter policies let either side go on; a stricter one asks.
      expect(asked.change.actor).toBe('weft:policy');
      expect(asked.change.reason).toBe('still needed');
    });
  });

  describe('that is renewed', () => {
    let id: string;
    let until: string;

    beforeEach(async () => {
      id = await request({ clearance: 'confidential', expiresAt: at(20) });
      await decide(id, { decision: 'approve' }, by('sales/steward'), deps);
      await world.settle();
      until = at(200);
    });

    const renew = (as: string, wish: object = { until }) => renewSubscription(id, wish, by(as), deps);
    const say = (as: string, wish: object = { decision: 'approve' }) => decide(id, wish as never, by(as), deps);

    test('waits for the owner, and moves nothing but the end', async () => {
      const before = await now(id);
      const asked = await renew('finance/analyst');
      expect(asked).toMatchObject({
        state: 'active',
        expiresAt: before.expiresAt,
        renewal: { until, approvers: ['owner'] },
      });
      const { subscription } = await say('sales/steward');
      expect(subscription).toMatchObject({ state: 'active', expiresAt: until });
      expect([subscription.approved, subscription.principals, subscription.renewal]).toEqual([
        before.approved,
        before.principals,
        undefined,
      ]);
    });

    test.each([
      ['the one who asked', 'finance/analyst', 'WEFT-AUTH-002'],
      ['another steward of the consumer', 'finance/steward', 'WEFT-AUTH-002'],
      ['the platform team, which nobody asked', 'governance/platform', 'WEFT-AUTH-002'],
    ])('is not approved by %s', async (_who, as, expected) => {
      await renew('finance/analyst');
      expect(await code(say(as))).toBe(expected);
      expect(await now(id)).toMatchObject({ expiresAt: expect.not.stringMatching(until) });
    });

    test('may be approved for less, never for more, and for nothing else', async () => {
      await renew('finance/analyst');
      expect(await code(say('sales/steward', { decision: 'approve', clearance: 'public' }))).toBe('WEFT-REQUEST-002');
      const { subscription } = await say('sales/steward', { decision: 'approve', expiresAt: at(900) });
      expect(subscription.expiresAt).toBe(until);
    });

    test('ends when it would have, once it is rejected or withdrawn', async () => {
      const { expiresAt } = await now(id);
      for (const as of ['sales/steward', 'finance/analyst']) {
        await renew('finance/analyst');
        const { subscription } = await say(as, { decision: 'reject' });
        expect(subscription).toMatchObject({ state: 'active', expiresAt });
        expect(subscription.renewal).toBeUndefined();
      }
    });

    test('goes from expiring back to active', async () => {
      later(10);
      await swept();
      expect(await now(id)).toMatchObject({ state: 'expiring' });
      expect(await renew('sales/steward')).toMatchObject({ state: 'active', expiresAt: until });
    });

    test.each([
      ['an end that is no later', () => ({ until: at(5) })],
      ['no end, with nothing to certify', () => ({})],
    ])('is refused with %s', async (_what, wish) => {
      expect(await code(renew('sales/steward', wish()))).toBe('WEFT-REQUEST-006');
    });

    test('is too late once the clock has ended it, though no sweep has said so', async () => {
      await renew('finance/analyst');
      world.clock.advance(21 * 86_400_000);
      expect((await now(id)).state).toBe('active');
      expect(await code(say('sales/steward'))).toBe('WEFT-REQUEST-006');
      expect(await now(id)).toMatchObject({ expiresAt: expect.not.stringMatching(until) });
    });

    test('is too late after its end', async () => {
      later(20);
      await world.settle();
      expect(await code(renew('sales/steward'))).toBe('WEFT-REQUEST-006');
    });
  });

  test('keeps as proof exactly what Lake Formation lists in both accounts', async () => {
    const gone = await request();
    const stays = await request({ tables: ['orders'], purpose: 'to keep' });
    await revokeSubscription(gone, 'over', by('finance/steward'), deps);
    await world.settle();
    const { state, endedFor, status } = await now(gone);
    const { proof } = status;
    expect([state, endedFor, proof?.others]).toEqual(['revoked', 'over', [stays]]);
    const said = (grants: readonly { principal: string; permissions: readonly string[] }[] = []) =>
      grants.map(({ principal, permissions }) => `${principal} ${[...permissions].sort().join(',')}`).sort();
    const listed = async (account: string, role: string, mine: (principal: string) => boolean) => {
      const client = new LakeFormationClient(world.cloud.clientConfig(`arn:aws:iam::${account}:role/${role}`));
      const { PrincipalResourcePermissions: all = [] } = await client.send(
        new ListPermissionsCommand({ MaxResults: 1000 }),
      );
      return all
        .filter(({ Principal }) => mine(Principal?.DataLakePrincipalIdentifier ?? ''))
        .filter(({ Resource }) => JSON.stringify(Resource).includes(`"${DATABASE}"`))
        .map(
          ({ Principal, Permissions = [] }) =>
            `${Principal?.DataLakePrincipalIdentifier} ${[...Permissions].sort().join(',')}`,
        )
        .sort();
    };
    const finance = accountOf('finance');
    expect(said(proof?.governance.grants)).toEqual(
      await listed(GOVERNANCE, 'toy-reconcile', (name) => name === finance),
    );
    const local = await listed(
      finance,
      'toy-finance-agent',
      (name) => name.startsWith('arn:') && !name.endsWith('-agent'),
    );
    expect(said(proof?.consumer?.grants)).toEqual(local);
    expect(local).not.toEqual([]);
    expect(proof?.consumer?.linkExists).toBe(true);
  });

  test('is not revoked while the agent has not reported that nothing is left', async () => {
    const id = await request();
    await revokeSubscription(id, undefined, by('finance/steward'), deps);
    await world.run();
    expect(await now(id)).toMatchObject({ state: 'revoking', status: { conditions: expect.anything() } });
    expect((await now(id)).status.proof).toBeUndefined();
    await world.agents();
    const { state, status } = await now(id);
    expect([state, status.proof?.governance.grants, status.proof?.consumer?.linkExists]).toEqual([
      'revoked',
      [],
      false,
    ]);
  });

  test('of a whole account gives the account its grants and the link, and no role anything', async () => {
    const id = await request({ wholeAccount: true });
    expect(await now(id)).toMatchObject({ state: 'active', principals: [], wholeAccount: true });
    const { governance, consumer } = await held();
    expect([governance.length > 0, consumer]).toEqual([true, []]);
    expect(condition(await now(id), 'Linked')?.status).toBe('true');
    await revokeSubscription(id, undefined, by('finance/steward'), deps);
    await world.settle();
    expect(await now(id)).toMatchObject({ state: 'revoked' });
    expect(await held()).toEqual({ governance: [], consumer: [] });
  });

  test('of a whole account takes what was passed on with it, though other subscriptions stay', async () => {
    const stays = await request({ purpose: 'to keep' });
    const id = await request({ wholeAccount: true });
    const finance = accountOf('finance');
    const intern = `arn:aws:iam::${finance}:role/intern`;
    const admin = new LakeFormationClient(world.cloud.clientConfig(`arn:aws:iam::${finance}:role/toy-finance-agent`));
    const Resource = { Table: { CatalogId: GOVERNANCE, DatabaseName: DATABASE, Name: 'orders' } };
    const [named] = (await world.version()).product.tables;
    const columns = named?.columns.filter(({ classification }) => classification === 'public').map(({ name }) => name);
    await admin.send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: intern },
        Resource: { TableWithColumns: { ...Resource.Table, ColumnNames: columns } },
        Permissions: ['SELECT'],
      }),
    );
    const passed = async () =>
      (await world.grantsIn(finance, DATABASE, GOVERNANCE)).filter((one) => one.startsWith(intern));
    expect(await passed()).toHaveLength(1);
    await revokeSubscription(id, undefined, by('finance/steward'), deps);
    await world.settle();
    expect([(await now(id)).state, (await now(stays)).state]).toEqual(['revoked', 'active']);
    expect(await passed()).toEqual([]);
  });

  test('of a whole account names no roles beside it', async () => {
    expect(
      await code(request({ wholeAccount: true, principals: [`arn:aws:iam::${accountOf('finance')}:role/x`] })),
    ).toBe('WEFT-REQUEST-001');
  });
});
