import { beforeEach, describe, expect, test } from '@jest/globals';
import { decide } from '#control/decide.ts';
import { publish } from '#control/publish.ts';
import type { ApiDeps } from '#control/request.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { showDomain, suspendDomain } from '#control/suspend-domain.ts';
import { sweep } from '#control/sweep.ts';
import { WeftError } from '#mesh/error.ts';
import { condition } from '#mesh/record.ts';
import { orders } from '../lambdas/orders.ts';
import { accountOf, callerAs, createWorld, DATABASE, GOVERNANCE, type World } from './world.ts';

const by = (name: string) => ({ caller: callerAs(name), correlation: 'c-1' });

describe('the kill switch of a whole domain', () => {
  let world: World;
  let deps: ApiDeps;
  let id: string;

  beforeEach(async () => {
    world = await createWorld();
    deps = world.governance as unknown as ApiDeps;
    await publish(orders(), by('sales/producer'), world.governance);
    id = await request('finance');
    await request('research');
    await world.settle();
  });

  const request = async (consumer: string, clearance = 'public') => {
    const wish = { domain: 'sales', name: 'orders', purpose: `for ${consumer}`, clearance };
    return (await requestSubscription(wish, by(`${consumer}/analyst`), deps)).subscription.id;
  };
  const domain = (name: string, as: string, action: 'suspend' | 'resume', reach?: 'consuming' | 'everything') =>
    suspendDomain(name, { action, ...(reach === undefined ? {} : { reach }) }, by(as), deps);
  const held = async (consumer: string) => ({
    governance: (await world.grantsIn(GOVERNANCE)).filter((grant) => grant.startsWith(accountOf(consumer))),
    consumer: await world.grantsIn(accountOf(consumer), DATABASE, accountOf(consumer)),
  });
  const NOTHING = { governance: [], consumer: [] };
  const now = async (wanted = id) => (await world.version()).subscriptions.find((entry) => entry.id === wanted);
  const code = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => (error instanceof WeftError ? error.code : String(error)),
    );

  test.each<[string, string, string, 'consuming' | 'everything', readonly string[]]>([
    ['a consumer by itself', 'finance', 'finance/steward', 'everything', ['finance']],
    ['a consumer by governance', 'finance', 'governance/platform', 'consuming', ['finance']],
    ['a consumer by an owner', 'finance', 'sales/steward', 'consuming', ['finance']],
    ['an owner by itself', 'sales', 'sales/steward', 'everything', ['finance', 'research']],
    ['what an owner consumes, which is not what it owns', 'sales', 'sales/steward', 'consuming', []],
  ])('stops %s, nobody else, and gives back exactly what was', async (_what, name, as, reach, stopped) => {
    const before = { finance: await held('finance'), research: await held('research') };
    await domain(name, as, 'suspend', reach);
    await world.settle();
    for (const consumer of ['finance', 'research'] as const) {
      expect(await held(consumer)).toEqual(stopped.includes(consumer) ? NOTHING : before[consumer]);
    }
    expect(await now()).toMatchObject({ state: 'active' });
    expect((await showDomain(name, callerAs('governance/platform'), deps)).open).toEqual([]);
    await domain(name, as, 'resume', reach);
    await world.settle();
    expect({ finance: await held('finance'), research: await held('research') }).toEqual(before);
  });

  test('holds for what is approved meanwhile', async () => {
    const pending = await request('finance', 'confidential');
    await domain('finance', 'governance/platform', 'suspend');
    await decide(pending, { decision: 'approve' }, by('sales/steward'), deps);
    await world.settle();
    expect(await held('finance')).toEqual(NOTHING);
    const entry = await now(pending);
    expect([entry?.state, entry && condition(entry, 'Shared')?.reason]).toEqual(['approved', 'Suspended']);
    await domain('finance', 'governance/platform', 'resume');
    await world.settle();
    expect(await now(pending)).toMatchObject({ state: 'active' });
  });

  test('holds from the one record on: a command that stopped half-way takes access away all the same, and the sweep goes on', async () => {
    let writes = 0;
    const registry = {
      ...world.registry,
      write: (...args: Parameters<typeof world.registry.write>) => {
        writes += 1;
        if (writes > 1) throw new Error('the Lambda died');
        return world.registry.write(...args);
      },
    };
    const request = suspendDomain('finance', { action: 'suspend' }, by('finance/steward'), { ...deps, registry });
    await expect(request).rejects.toThrow('the Lambda died');
    await world.run({ cause: 'sweep' });
    await world.agents();
    expect(await held('finance')).toEqual(NOTHING);
    const before = (await world.version()).product.generation;
    const queue = { send: async (entries: readonly unknown[]) => ({ done: entries, failed: [], unclear: [] }) };
    await sweep('c-sweep', { registry: world.registry, queue, now: world.governance.now } as never);
    expect((await world.version()).product.generation).toBe(before + 1);
    expect((await world.registry.domains())[0]?.spreading).toBeUndefined();
  });

  test('is not proven by a report on what was asked before it', async () => {
    await domain('finance', 'finance/steward', 'suspend');
    const { open } = await showDomain('finance', callerAs('finance/steward'), deps);
    expect(open).toEqual([id]);
    await world.run();
    expect((await showDomain('finance', callerAs('finance/steward'), deps)).open).toEqual([id]);
    await world.agents();
    expect((await showDomain('finance', callerAs('finance/steward'), deps)).open).toEqual([]);
  });

  test('is lifted by the side that pulled it; both sides have to', async () => {
    await domain('finance', 'governance/platform', 'suspend');
    expect(await code(domain('finance', 'finance/steward', 'resume'))).toBe('WEFT-REQUEST-008');
    await domain('finance', 'finance/steward', 'suspend');
    await domain('finance', 'governance/platform', 'resume');
    await world.settle();
    expect(await held('finance')).toEqual(NOTHING);
    await domain('finance', 'finance/steward', 'resume');
    await world.settle();
    expect((await held('finance')).consumer).not.toEqual([]);
  });

  test('pulled twice is pulled once', async () => {
    const first = await domain('finance', 'finance/steward', 'suspend');
    expect(await domain('finance', 'finance/steward', 'suspend')).toEqual(first);
  });

  test.each([
    ['another domain, of everything', 'finance', 'research/steward', 'everything', 'WEFT-AUTH-002'],
    ['an analyst of the domain', 'finance', 'finance/analyst', 'everything', 'WEFT-AUTH-002'],
    ['an analyst of an owner', 'finance', 'sales/analyst', 'consuming', 'WEFT-AUTH-002'],
    ['the auditor', 'finance', 'governance/auditor', 'everything', 'WEFT-AUTH-002'],
    ['somebody for a domain that is none', 'nowhere', 'governance/platform', 'everything', 'WEFT-REQUEST-010'],
  ] as const)('is not for %s', async (_who, name, as, reach, expected) => {
    expect(await code(domain(name, as, 'suspend', reach))).toBe(expected);
    expect(await world.registry.domains()).toEqual([]);
  });

  test('of an owner against a consumer stops nothing of other owners', async () => {
    const before = await held('finance');
    await domain('finance', 'research/steward', 'suspend', 'consuming');
    await world.settle();
    expect(await held('finance')).toEqual(before);
  });
});
