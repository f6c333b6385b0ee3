import { beforeEach, describe, expect, test } from '@jest/globals';
import { decide, revokeSubscription } from '#control/decide.ts';
import { publish } from '#control/publish.ts';
import type { ApiDeps } from '#control/request.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { WeftError } from '#mesh/error.ts';
import type { Decision } from '#mesh/policy/decision.ts';
import { orders } from '../lambdas/orders.ts';
import { callerAs, createWorld, TOPOLOGY, type World } from './world.ts';

const by = (name: string, session = 'someone') => ({ caller: callerAs(name, session), correlation: 'c-1' });

/** The mesh names a class that stewards of research speak for. */
const GOVERNED = { ...TOPOLOGY, governance: { approvers: { legal: ['research:steward'] } } };

describe('approval by classes', () => {
  let world: World;
  let verdict: Decision;
  let deps: ApiDeps;

  beforeEach(async () => {
    world = await createWorld();
    await publish(orders(), by('sales/producer'), world.governance);
    verdict = { effect: 'ask', policies: [{ id: 'p', message: 'm' }], approvers: ['owner', 'legal', 'platform'] };
    deps = {
      ...world.governance,
      topology: async () => GOVERNED,
      policy: async () => ({ decide: () => verdict, reads: () => false }),
    } as unknown as ApiDeps;
  });

  const request = async (session = 'someone') =>
    (
      await requestSubscription(
        { domain: 'sales', name: 'orders', purpose: 'to know', clearance: 'internal' },
        by('finance/analyst', session),
        deps,
      )
    ).subscription;
  const say = (id: string, as: string, wish: object = {}, session?: string) =>
    decide(id, { decision: 'approve', ...wish }, by(as, session), deps).then(({ subscription }) => subscription);
  const code = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => (error instanceof WeftError ? error.code : String(error)),
    );
  const codes = (work: Promise<unknown>) =>
    work.then(
      () => [],
      (error: unknown) => (error as WeftError).problems.map((problem) => problem.code),
    );

  test('counts with the last class, whatever the order, and keeps who said what', async () => {
    const { id, approvers } = await request();
    expect(approvers).toEqual(['owner', 'legal', 'platform']);
    expect(await say(id, 'governance/platform')).toMatchObject({ state: 'pending' });
    expect(await say(id, 'sales/steward', { reason: 'fine' })).toMatchObject({ state: 'pending' });
    const last = await say(id, 'research/steward');
    expect(last.state).toBe('approved');
    expect(last.approvals?.map(({ class: name, by: who, reason }) => [name, who.split('/')[1], reason])).toEqual([
      ['platform', 'toy-platform', undefined],
      ['owner', 'toy-sales-steward', 'fine'],
      ['legal', 'toy-research-steward', undefined],
    ]);
  });

  test('gives nothing while a class is missing', async () => {
    const { id } = await request();
    await say(id, 'sales/steward');
    await say(id, 'research/steward');
    await world.settle();
    const { subscriptions, shares } = await world.version();
    expect([subscriptions[0]?.state, shares]).toEqual(['pending', []]);
  });

  test.each([
    ['an analyst of the owner', 'sales/analyst', 'WEFT-AUTH-002'],
    ['a steward of a domain that no class names', 'finance/steward', 'WEFT-AUTH-002'],
    ['the auditor', 'governance/auditor', 'WEFT-AUTH-002'],
  ])('is nothing for %s', async (_who, as, expected) => {
    const { id } = await request();
    expect(await code(say(id, as))).toBe(expected);
    expect(await code(decide(id, { decision: 'reject' }, by(as), deps))).toBe(expected);
  });

  test('is for the class that somebody may speak for, not for another', async () => {
    const { id } = await request();
    expect(await code(say(id, 'sales/steward', { class: 'platform' }))).toBe('WEFT-AUTH-002');
    await say(id, 'sales/steward', { class: 'owner' });
    expect(await codes(say(id, 'sales/steward', {}, 'other-session'))).toContain('WEFT-SUBSCRIPTION-008');
  });

  test('knows a person behind two roles by the e-mail address of the sessions', async () => {
    const { id } = await request('ann@example.org');
    expect(await codes(say(id, 'sales/steward', {}, 'Ann@Example.org'))).toEqual(['WEFT-SUBSCRIPTION-002']);
    await say(id, 'sales/steward', {}, 'bob@example.org');
    expect(await codes(say(id, 'governance/platform', {}, 'bob@example.org'))).toEqual(['WEFT-SUBSCRIPTION-009']);
    expect(await say(id, 'governance/platform', {}, 'cleo@example.org')).toMatchObject({ state: 'pending' });
  });

  test('adds up what each narrows, in any order', async () => {
    const { id } = await request();
    await say(id, 'sales/steward', { clearance: 'public' });
    const before = (await world.version()).subscriptions[0];
    expect(before?.narrowed).toMatchObject({ clearance: 'public' });
    await say(id, 'research/steward', { clearance: 'internal', expiresAt: '2026-09-01T00:00:00Z' });
    const last = await say(id, 'governance/platform', { expiresAt: '2026-10-01T00:00:00Z' });
    expect(last).toMatchObject({ approved: { clearance: 'public' }, expiresAt: '2026-09-01T00:00:00.000Z' });
    expect(last.narrowed).toBeUndefined();
  });

  test('is asked again as of now: what policy refuses meanwhile is refused, and classes that it adds count', async () => {
    verdict = { effect: 'ask', policies: [], approvers: ['owner'] };
    const { id } = await request();
    verdict = { effect: 'deny', policies: [{ id: 'p', message: 'no more' }] };
    expect(await code(say(id, 'sales/steward'))).toBe('WEFT-POLICY-002');
    verdict = { effect: 'ask', policies: [], approvers: ['platform'] };
    expect(await say(id, 'sales/steward')).toMatchObject({ state: 'pending', approvers: ['owner', 'platform'] });
    verdict = { effect: 'allow', policies: [] };
    expect(await say(id, 'governance/platform')).toMatchObject({ state: 'approved' });
  });

  test('ends with one no, of any class that was asked', async () => {
    const { id } = await request();
    await say(id, 'sales/steward');
    const { subscription } = await decide(id, { decision: 'reject', reason: 'no basis' }, by('research/steward'), deps);
    expect(subscription).toMatchObject({ state: 'rejected', endedFor: 'no basis' });
  });

  test('can be withdrawn by whoever asked', async () => {
    const { id } = await request();
    const reason = 'not needed';
    expect(await revokeSubscription(id, reason, by('finance/analyst'), deps)).toMatchObject({ state: 'revoked' });
    const again = await request();
    await say(again.id, 'sales/steward');
    await say(again.id, 'research/steward');
    await say(again.id, 'governance/platform');
    expect(await code(revokeSubscription(again.id, reason, by('finance/analyst'), deps))).toBe('WEFT-AUTH-002');
  });
});
