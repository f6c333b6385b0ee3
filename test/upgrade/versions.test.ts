import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { answerShare } from '#control/answer-share.ts';
import { meshStatus } from '#control/mesh-status.ts';
import { publish } from '#control/publish.ts';
import type { ApiDeps } from '#control/request.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { sync } from '#control/sync.ts';
import type { MeshEvent } from '#mesh/event/envelope.ts';
import { VERSION } from '#mesh/version.ts';
import { accountOf, callerAs, createWorld, DATABASE, type World } from '../control/world.ts';
import { orders } from '../lambdas/orders.ts';

const by = (name: string) => ({ caller: callerAs(name), correlation: 'c-2' });

test('the version that Lambdas say is that of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(VERSION).toBe(version);
});

describe('governance and a domain of two versions', () => {
  let world: World;
  let deps: ApiDeps;

  beforeEach(async () => {
    world = await createWorld();
    deps = world.governance as unknown as ApiDeps;
    await publish(orders(), by('sales/producer'), world.governance);
    await world.run();
    const asked = { domain: 'sales', name: 'orders', purpose: 'to know', clearance: 'public' };
    await requestSubscription(asked, by('finance/analyst'), deps);
    await world.run();
  });

  /** What governance asks of the agent of finance now, as it stands on the bus. */
  const asked = async (more: object = {}, intent: object = {}): Promise<MeshEvent> => {
    const [share] = (await world.version()).shares;
    const data = { generation: share?.generation, intent: { ...share?.intent, ...intent }, ...more };
    return { id: 'e-1', type: 'ShareRequested', data } as unknown as MeshEvent;
  };

  /** The agent of finance does what it is asked; gives the events that it put. */
  const agent = async (event: MeshEvent): Promise<Record<string, unknown>[]> => {
    const put: Record<string, unknown>[] = [];
    const bus = {
      put: async (entries: readonly { detail: unknown }[]) => {
        put.push(...entries.map(({ detail }) => detail as Record<string, unknown>));
        return { done: entries, failed: [], unclear: [] };
      },
    };
    await answerShare(event, { ...world.agentOf('finance'), bus: bus as never, domain: 'finance' });
    return put;
  };
  const take = (detail: unknown, from = 'finance') =>
    sync({ id: 'd-1', account: accountOf(from), detail }, world.governance);
  const sees = () => world.grantsIn(accountOf('finance'), DATABASE);

  test('a report of a type that is not known is refused, kept for the trail, and stops nothing', async () => {
    const [report] = await agent(await asked());
    const kept: unknown[] = [];
    const registry = { ...world.registry, attempt: async (record: unknown) => void kept.push(record) };
    const unknown = { ...report, type: 'SomethingOfTomorrow', data: { wonder: true } };
    const result = await sync(
      { id: 'd-2', account: accountOf('finance'), detail: unknown },
      { ...world.governance, registry },
    );
    expect(result).toBe('refused');
    expect(kept).toMatchObject([{ change: { action: 'ReportRefused', details: { type: 'SomethingOfTomorrow' } } }]);
    expect(await take(report)).toBe('applied');
  });

  test('members of tomorrow in a report and its envelope are passed over', async () => {
    const [report] = await agent(await asked());
    const { data } = report as { data: { report: object } };
    const newer = {
      ...report,
      extension: 'new',
      data: { ...data, also: [1], report: { ...data.report, mood: 'fine' } },
    };
    expect(await take(newer)).toBe('applied');
    await world.run({ cause: 'sweep' });
    expect((await world.version()).subscriptions.map(({ state }) => state)).toEqual(['active']);
  });

  test('an agent that does not say yet that it looked, and of which version it is, is believed as before', async () => {
    const [report] = await agent(await asked());
    const { data } = report as { data: { report: { looked?: boolean; weft?: string } } };
    const { looked: _looked, weft: _weft, ...older } = data.report;
    expect(await take({ ...report, data: { ...data, report: older } })).toBe('applied');
    await world.run({ cause: 'sweep' });
    expect((await world.version()).subscriptions.map(({ state }) => state)).toEqual(['active']);
    expect((await meshStatus(callerAs('governance/platform'), deps)).versions).toMatchObject({
      governance: VERSION,
      domains: {},
    });
  });

  test('an agent does what it understands of a newer intent', async () => {
    const [report] = await agent(await asked({ urgency: 'high' }, { retentionOfTomorrow: { days: 3 } }));
    expect(report).toMatchObject({ type: 'ShareApplied' });
    expect(await sees()).not.toEqual([]);
  });

  test('an agent takes an intent of before there were filters in it', async () => {
    const older = { former: { principals: [], tables: ['orders'] } };
    const [report] = await agent(await asked({}, older));
    expect(report).toMatchObject({ type: 'ShareApplied' });
  });

  test('an agent passes over an event that it does not know', async () => {
    const event = await asked();
    expect(await agent({ ...event, type: 'SomethingOfTomorrow' } as never)).toEqual([]);
  });

  test('governance knows of which version an agent is by its last report', async () => {
    const [report] = await agent(await asked());
    await take(report);
    expect((await meshStatus(callerAs('governance/platform'), deps)).versions.domains).toEqual({ finance: VERSION });
  });
});
