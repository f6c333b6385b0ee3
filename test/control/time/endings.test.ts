import { beforeEach, describe, expect, test } from '@jest/globals';
import { decide, revokeSubscription } from '#control/decide.ts';
import { grantEntitlement } from '#control/entitlement/grant.ts';
import { reconcileEntitlements } from '#control/entitlement/reconcile.ts';
import { revokeEntitlement } from '#control/entitlement/revoke.ts';
import { publish } from '#control/publish.ts';
import type { ApiDeps } from '#control/request.ts';
import { requestSubscription, type SubscriptionWish } from '#control/request-subscription.ts';
import { retireProduct } from '#control/retire.ts';
import { rolloutProduct } from '#control/rollout.ts';
import { share } from '#control/share.ts';
import { suspendProduct, suspendSubscription } from '#control/suspend.ts';
import { suspendDomain } from '#control/suspend-domain.ts';
import { sync } from '#control/sync.ts';
import type { Reason } from '#mesh/audit/time/reasons.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import type { ShareReport } from '#mesh/subscription/subscription.ts';
import { orders } from '../../lambdas/orders.ts';
import { role } from '../../mesh/fixtures.ts';
import { accountOf, callerAs, createWorld, DATABASE, type World } from '../world.ts';
import { type Witness, witness } from './witness.ts';

const by = (name: string) => ({ caller: callerAs(name), correlation: 'c-1' });
const STEWARD = by('sales/steward');
const NAME = { domain: 'sales', name: 'orders' };
const HOUR = 3_600_000;

describe('the trail tells of every moment what Lake Formation allowed then', () => {
  let world: World;
  let deps: ApiDeps;
  let seen: Witness;

  beforeEach(async () => {
    world = await createWorld();
    deps = world.governance as unknown as ApiDeps;
    seen = witness(world, [DATABASE, 'sales__orders__v2']);
    await publish(orders(), by('sales/producer'), world.governance);
    await run('registered');
  });

  const run = (what: string) => seen.step(`${what}, reconciled`, () => world.run({ cause: 'sweep' }));
  const settle = async (what: string) => {
    await run(what);
    await seen.step(`${what}, by the agents`, () => world.agents());
    await run(`${what} again`);
  };
  const request = async (wish: Partial<SubscriptionWish> = {}) => {
    const asked = { ...NAME, purpose: 'to know', clearance: 'public', ...wish };
    const { subscription } = await seen.step('asked for', () =>
      requestSubscription(asked, by('finance/analyst'), deps),
    );
    return subscription.id;
  };

  /** Of each moment, what the trail tells now and told then; and some of them showed something, some nothing. */
  const expectTruth = (thenToo = true) => {
    const shown = new Set(seen.moments.map(({ cells }) => cells.length > 0));
    expect(shown).toEqual(new Set([true, false]));
    for (const { what, at, cells } of seen.moments) {
      expect({ what, cells: seen.told(at) }).toEqual({ what, cells });
      if (thenToo) expect({ what, known: seen.told(at, at) }).toEqual({ what, known: cells });
    }
  };
  const reasonsAt = (at: number): Reason[] => seen.facts(at).flatMap(({ reasons }) => reasons);

  test('revoked', async () => {
    const id = await request();
    await settle('granted');
    const held = world.clock.now() - 1;
    await seen.step('revoked', () => revokeSubscription(id, 'over', STEWARD, deps));
    expect(reasonsAt(world.clock.now())).toMatchObject([{ kind: 'subscription', id, state: 'revoking' }]);
    await settle('revoked');
    expectTruth();
    const [fact] = seen.facts(held);
    // It ends where it was found to be gone, and no sooner.
    const gone = seen.moments.findLast(({ cells }) => cells.length > 0)?.at ?? 0;
    expect(Date.parse(fact?.until ?? '') - gone).toBe(2_000);
    expect(fact?.reasons).toMatchObject([{ kind: 'subscription', id, state: 'active', purpose: 'to know' }]);
  });

  test('expired with its end', async () => {
    const id = await request({ expiresAt: new Date(world.clock.now() + HOUR).toISOString() });
    await settle('granted');
    world.clock.advance(HOUR);
    await settle('expired');
    expectTruth();
    expect((await world.version()).subscriptions.find((one) => one.id === id)?.state).toBe('expired');
  });

  test.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    [
      'the product',
      () => suspendProduct(NAME, { action: 'suspend' }, STEWARD, deps),
      () => suspendProduct(NAME, { action: 'resume' }, STEWARD, deps),
    ],
    [
      'the consuming domain',
      () => suspendDomain('finance', { action: 'suspend' }, by('finance/steward'), deps),
      () => suspendDomain('finance', { action: 'resume' }, by('finance/steward'), deps),
    ],
    [
      'the owning domain',
      () => suspendDomain('sales', { action: 'suspend', reach: 'everything' }, STEWARD, deps),
      () => suspendDomain('sales', { action: 'resume', reach: 'everything' }, STEWARD, deps),
    ],
  ])('suspended with %s, and resumed', async (_what, suspend, resume) => {
    await request();
    await settle('granted');
    await seen.step('suspended', suspend);
    await settle('suspended');
    await seen.step('resumed', resume);
    await settle('resumed');
    expectTruth();
    expect(seen.moments.filter(({ cells }) => cells.length === 0).length).toBeGreaterThan(4);
  });

  test('suspended by the consumer, and resumed', async () => {
    const id = await request();
    await settle('granted');
    const steward = by('finance/steward');
    await seen.step('suspended', () => suspendSubscription(id, { action: 'suspend' }, steward, deps));
    await settle('suspended');
    await seen.step('resumed', () => suspendSubscription(id, { action: 'resume' }, steward, deps));
    await settle('resumed');
    expectTruth();
  });

  test('narrowed by its approver to some columns and rows, beside another that is whole', async () => {
    const id = await request({ clearance: 'confidential' });
    await settle('asked');
    const table = (await world.version()).product.tables[0];
    const column = table?.columns[0]?.name ?? '';
    const rows = { [table?.name ?? '']: `${column} IS NOT NULL` };
    const narrowed = {
      decision: 'approve' as const,
      clearance: 'public',
      columns: { [table?.name ?? '']: [column] },
      rows,
    };
    await seen.step('approved', () => decide(id, narrowed, STEWARD, deps));
    await settle('approved');
    expect(seen.moments.at(-1)?.cells).toEqual([expect.stringMatching(/IS NOT NULL/)]);
    const whole = await request();
    await settle('granted whole');
    await seen.step('revoked', () => revokeSubscription(whole, 'over', STEWARD, deps));
    await settle('revoked');
    expectTruth();
    const [fact] = seen.facts(world.clock.now());
    expect(fact?.rows).toMatch(/IS NOT NULL/);
    expect(fact?.reasons).toMatchObject([
      {
        id,
        approvals: [{ class: 'owner', by: STEWARD.caller.arn }],
        judgements: [{ policies: expect.anything() }, expect.anything()],
      },
    ]);
  });

  test('retired with the product', async () => {
    await request();
    await settle('granted');
    const wish = { major: 1, force: true, reason: 'nobody keeps it' };
    await seen.step('retired', () => retireProduct(NAME, wish, STEWARD, deps));
    await settle('retired');
    expectTruth();
  });

  test.each(['public', 'internal'])('by a standing entitlement up to %s, revoked', async (classification) => {
    const look = (what: string) =>
      seen.step(what, () =>
        reconcileEntitlements({ entitlements: true, cause: 'change', correlation: 'c-run' }, world.governance),
      );
    const { entitlement } = await seen.step('entitled', () =>
      grantEntitlement(
        { domain: 'sales', to: 'finance', classification, purpose: 'to report' },
        by('sales/steward'),
        world.governance,
      ),
    );
    await look('entitlements');
    await settle('entitled');
    await look('entitlements again');
    const held = world.clock.now();
    await seen.step('revoked', () => revokeEntitlement(entitlement.id, 'over', by('sales/steward'), world.governance));
    await look('entitlements');
    await settle('revoked');
    await look('entitlements again');
    // What goes by LF-Tags is capped by what the roles were given: that stands until the agent lets go of it.
    for (const { what, at, cells } of seen.moments) {
      expect({ what, told: seen.told(at) }).toEqual({ what, told: expect.arrayContaining([...cells]) });
    }
    const quiet = seen.moments.filter(({ what }) => /agents|again/.test(what));
    for (const { what, at, cells } of quiet) expect({ what, told: seen.told(at) }).toEqual({ what, told: cells });
    expect(reasonsAt(held)).toMatchObject([{ kind: 'entitlement', id: entitlement.id, purpose: 'to report' }]);
  });

  test('by a rollout to the next version, and back', async () => {
    await request();
    await settle('granted');
    await publish(orders('2.0.0'), STEWARD, world.governance);
    const second = async (what: string) => {
      await seen.step(what, () => world.run({ major: 2, cause: 'sweep' }));
      const { shares } = await world.version({ ...NAME, major: 2 });
      for (const { intent, generation } of shares) {
        const report = await seen.step(`${what}, by the agent`, () =>
          share({ intent, generation }, world.agentOf('finance')),
        );
        await seen.step(`${what}, reported`, () => tell(intent.major, generation, report));
      }
      await seen.step(`${what} again`, () => world.run({ major: 2, cause: 'sweep' }));
    };
    await second('registered');
    await seen.step('rolled out', () => rolloutProduct(NAME, { to: 2, share: 100 }, STEWARD, world.governance));
    await second('rolled out');
    expectTruth(false);
    const both = seen.facts(world.clock.now());
    expect(new Set(both.map(({ major }) => major))).toEqual(new Set([1, 2]));
    const [later] = both.filter(({ major }) => major === 2);
    expect(later?.reasons).toMatchObject([{ kind: 'subscription', follows: expect.stringMatching(/orders\.v1/) }]);
  });

  const tell = (major: number, generation: number, report: ShareReport) => {
    const said = {
      type: report.ok ? ('ShareApplied' as const) : ('ShareFailed' as const),
      id: `report-${major}-${generation}-${report.at}`,
      time: report.at,
      from: 'finance',
      domain: 'sales',
      product: 'orders',
      major,
      consumer: 'finance',
      report,
    };
    return sync({ id: said.id, account: accountOf('finance'), detail: domainEvent(said) }, world.governance);
  };

  test('to a whole account, which is told of as such', async () => {
    const id = await request({ wholeAccount: true });
    await settle('granted');
    const whole = seen.facts(world.clock.now());
    expect(whole).toMatchObject([{ principal: accountOf('finance'), reasons: [{ kind: 'subscription', id }] }]);
    await seen.step('revoked', () => revokeSubscription(id, 'over', STEWARD, deps));
    await settle('revoked');
    expect(seen.facts(world.clock.now())).toEqual([]);
  });

  test('that fails between the grant and its record is told of from when the grant stood', async () => {
    await request();
    const { write } = world.registry;
    Object.assign(world.registry, { write: () => Promise.reject(new Error('the Lambda was killed')) });
    await seen.step('granted, and killed', () => world.run().catch(() => undefined));
    Object.assign(world.registry, { write });
    await run('granted');
    const [asked] = (await world.version()).shares;
    if (asked === undefined) throw new Error('nothing was shared');
    const agent = world.agentOf('finance');
    await seen.step('given to the role, and killed', () => share(asked, agent));
    const stood = world.clock.now();
    world.clock.advance(HOUR);
    const report = await seen.step('by the agent again', () => share(asked, agent));
    await seen.step('reported', () => tell(1, asked.generation, report));
    expectTruth(false);
    expect(seen.moments.find(({ what }) => what === 'given to the role, and killed')?.cells).not.toEqual([]);
    const [fact] = seen.facts(stood);
    expect(Date.parse(fact?.from ?? '')).toBeLessThan(stood);
    expect(Date.parse(fact?.recorded ?? '')).toBeGreaterThan(stood + HOUR);
  });

  test('that the agent tells late is told of from when it stood, and was not known before', async () => {
    await request();
    await run('granted');
    const [asked] = (await world.version()).shares;
    if (asked === undefined) throw new Error('nothing was shared');
    const { intent, generation } = asked;
    const report = await seen.step('by the agent', () => share({ intent, generation }, world.agentOf('finance')));
    const stood = world.clock.now();
    world.clock.advance(HOUR);
    await seen.step('reported', () => tell(1, generation, report));
    const known = world.clock.now();
    expectTruth(false);
    expect([seen.told(stood, stood), seen.told(stood, known).length > 0]).toEqual([[], true]);
    const [fact] = seen.facts(stood);
    expect(Date.parse(fact?.recorded ?? '') - Date.parse(fact?.from ?? '')).toBeGreaterThan(HOUR);
  });

  test('that an agent puts back, as an old intent came late, is told of until it is mended', async () => {
    const id = await request();
    await settle('granted');
    const [older] = (await world.version()).shares;
    if (older === undefined) throw new Error('nothing was shared');
    await seen.step('revoked', () => revokeSubscription(id, 'over', STEWARD, deps));
    await run('revoked');
    await seen.step('by the agent', () => world.agents());
    // The account lost what its roles could be given: what is put back is a grant that shows nothing.
    const agent = world.agentOf('finance');
    const report = await seen.step('put back', () => share(older, agent));
    await seen.step('reported', () => tell(1, older.generation, report));
    expect(seen.entries.at(-1)?.details?.late).toMatchObject({ generation: older.generation });
    await seen.step('mended', () => world.agents());
    await run('revoked again');
    expectTruth(false);
    expect((await world.version()).subscriptions[0]?.principals).toEqual([role('finance')]);
  });
});
