import { describe, expect, test } from '@jest/globals';
import { answerShare } from '#control/answer-share.ts';
import { sync } from '#control/sync.ts';
import { domainEvent, type MeshEvent, meshEvent } from '#mesh/event/envelope.ts';
import type { ShareReported } from '#mesh/event/report.ts';
import type { ShareRecord } from '#mesh/subscription/subscription.ts';
import { column, product, role, subscription, table } from '../mesh/fixtures.ts';
import { accountOf, createWorld, GOVERNANCE, type World } from './world.ts';

const FINANCE = accountOf('finance');

/** The event that asks an agent for a share's intent. */
function asking({ intent, generation }: ShareRecord): MeshEvent {
  const { domain, product: name, major, consumer } = intent;
  const data = { domain, product: name, major, consumer, correlation: 'c', intent, generation };
  return meshEvent('ShareRequested', { id: `s-${generation}`, time: 'now', data, audience: [consumer] });
}

describe('an intent that comes late', () => {
  const agentFor = (world: World) => {
    const reports: unknown[] = [];
    const bus = {
      put: async (events: readonly { detail: unknown }[]) => {
        reports.push(...events.map(({ detail }) => detail));
        return { done: [], failed: [], unclear: [] };
      },
    };
    const deps = { ...world.agentOf('finance'), domain: 'finance', bus: bus as never };
    const answer = (share: ShareRecord) => answerShare(asking(share), deps);
    return { reports, answer };
  };

  const withTwoRoles = async () => {
    const world = await createWorld();
    await world.registry.write([
      { record: product([table('t0', [column('id', 'int', 'public')])]), replaces: undefined },
    ]);
    await world.run();
    const roles = [role('finance'), role('finance', 'producer')];
    await subscribe(world, roles);
    await world.run();
    return { world, roles };
  };

  const subscribe = async (world: World, principals: readonly string[]) => {
    const { product: before } = await world.version();
    const generation = before.generation + 1;
    const record = subscription('finance', { clearance: 'public' }, { state: 'approved', generation, principals });
    await world.registry.write([
      { record: { ...before, generation, revision: before.revision + 1 }, replaces: before.revision },
      { record, replaces: undefined },
    ]);
  };

  const share = async (world: World) => (await world.version()).shares[0] as ShareRecord;
  const holders = async (world: World) =>
    [...new Set((await world.grantsIn(FINANCE, undefined, GOVERNANCE)).map((line) => line.split(' ')[0]))].toSorted();

  test('does not put back what a newer one took away, not even for a moment', async () => {
    const { world, roles } = await withTwoRoles();
    const { answer } = agentFor(world);
    const older = await share(world);
    await answer(older);
    expect(await holders(world)).toEqual(expect.arrayContaining([...roles]));
    const newer: ShareRecord = {
      ...older,
      generation: older.generation + 1,
      intent: {
        ...older.intent,
        grants: older.intent.grants.filter(({ principal }) => principal === roles[0]),
        former: { principals: roles, tables: [], filtered: [] },
      },
    };
    await answer(newer);
    const left = await holders(world);
    expect(left).not.toContain(roles[1]);
    const granted: string[] = [];
    const stop = world.cloud.observe({ before: ({ action }) => void granted.push(action) });
    const said = await answer(older);
    stop();
    expect(granted).toEqual([]);
    expect(said?.report).toMatchObject({ ok: false, overtakenBy: newer.generation });
    expect(await holders(world)).toEqual(left);
  });

  test('is numbered anew where the registry was put back to an earlier day', async () => {
    const { world } = await withTwoRoles();
    const { answer } = agentFor(world);
    const now = await share(world);
    await answer({ ...now, generation: now.generation + 40 });
    const said = (await answer(now)) as ShareReported;
    expect(said.report.overtakenBy).toBe(now.generation + 40);
    const detail = domainEvent(said);
    expect(await sync({ id: said.id, account: FINANCE, detail }, world.governance)).toBe('repeated');
    const next = await share(world);
    expect(next.generation).toBe(now.generation + 41);
    expect((await answer(next))?.report.ok).toBe(true);
  });
});
