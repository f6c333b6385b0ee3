import {
  GetDataLakeSettingsCommand,
  LakeFormationClient,
  PutDataLakeSettingsCommand,
} from '@aws-sdk/client-lakeformation';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createLakeFormation } from '#aws/lake-formation.ts';
import { type AnswerDeps, answerShare, latestIntents } from '#control/answer-share.ts';
import { sweep } from '#control/sweep.ts';
import { sync } from '#control/sync.ts';
import { domainEvent, type MeshEvent, meshEvent } from '#mesh/event/envelope.ts';
import type { ShareReported } from '#mesh/event/report.ts';
import type { AccessScope, ShareRecord, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { column, product, role, subscription, table } from '../mesh/fixtures.ts';
import { strangerIn } from './drift/tamper.ts';
import { accountOf, createWorld, DATABASE, GOVERNANCE, noWait, type World } from './world.ts';

const FINANCE = accountOf('finance');
const END = '2026-03-02T12:00:00.000Z';
const LATER = '2026-03-09T12:00:00.000Z';
const [ANALYST, STEWARD] = [role('finance'), role('finance', 'steward')];
const ALL: AccessScope = { clearance: 'public' };

let world: World;
beforeEach(async () => {
  world = await createWorld();
  const columns = [column('id', 'int', 'public'), column('state', 'string', 'public')];
  await world.registry.write([{ record: product([table('t0', columns)]), replaces: undefined }]);
  await world.run();
});

async function subscribe(name: string, rest: Partial<SubscriptionRecord>, scope = ALL): Promise<void> {
  const { product: before } = await world.version();
  const generation = before.generation + 1;
  const fields = { id: `sales.orders.v1.finance.${name}`, state: 'approved' as const, generation, ...rest };
  await world.registry.write([
    { record: { ...before, generation, revision: before.revision + 1 }, replaces: before.revision },
    { record: subscription('finance', scope, fields), replaces: undefined },
  ]);
}

async function asked(more: Partial<MeshEvent['data']> = {}): Promise<MeshEvent> {
  const { intent, generation } = (await world.version()).shares[0] as ShareRecord;
  const { domain, product: name, major, consumer } = intent;
  const data = { domain, product: name, major, consumer, correlation: 'c', intent, generation, ...more };
  return meshEvent('ShareRequested', { id: `s-${generation}`, time: 'now', data, audience: [consumer] });
}

function agent(change: Partial<AnswerDeps> = {}): AnswerDeps {
  const bus = { put: async () => ({ done: [], failed: [], unclear: [] }) };
  return { ...world.agentOf('finance'), domain: 'finance', bus: bus as never, ...change };
}

/** The agent answers, and governance hears of it. */
async function answered(event: MeshEvent, change: Partial<AnswerDeps> = {}): Promise<ShareReported> {
  const said = (await answerShare(event, agent(change))) as ShareReported;
  await sync({ id: said.id, account: FINANCE, detail: domainEvent(said) }, world.governance);
  return said;
}

/** Who of finance holds something of the product, on the target or the link. */
async function holders(): Promise<string[]> {
  const lines = [
    ...(await world.grantsIn(FINANCE, DATABASE, GOVERNANCE)),
    ...(await world.grantsIn(FINANCE, DATABASE, FINANCE)),
  ];
  return [...new Set(lines.map((line) => line.split(' ')[0] as string))]
    .filter((name) => name.startsWith('arn'))
    .sort();
}

const timer = () => world.timers.get(`finance ${DATABASE}`);
const to = (at: string) => world.clock.advance(Date.parse(at) - world.clock.now());
const subscriptions = async () => (await world.version()).subscriptions;

describe('an end that comes while nobody of governance is there', () => {
  beforeEach(async () => {
    await subscribe('ends', { principals: [ANALYST], expiresAt: END });
    await subscribe('stays', { principals: [STEWARD] });
    await world.run();
    await answered(await asked());
    await world.run({ cause: 'sweep' });
  });

  test('is applied by the agent at its time, to nobody else', async () => {
    expect(timer()?.at).toBe(END);
    expect(await holders()).toEqual([ANALYST, STEWARD]);
    to(END);
    const [ringing] = world.ring();
    const said = await answerShare(ringing?.message.detail as MeshEvent, agent());
    expect(said?.report).toMatchObject({ ok: true, ended: END });
    expect(await holders()).toEqual([STEWARD]);
    expect(timer()).toBeUndefined();
  });

  test('is neither drift nor a failure for governance, which then says that it has expired', async () => {
    const before = await subscriptions();
    expect(before.map(({ state }) => state)).toEqual(['active', 'active']);
    to(END);
    await answered(world.ring()[0]?.message.detail as MeshEvent);
    expect(await subscriptions()).toEqual(before);
    expect((await world.version()).shares[0]).not.toHaveProperty('drift');
    const queue = { send: async <T>(messages: readonly T[]) => ({ done: [...messages], failed: [], unclear: [] }) };
    await sweep('c-sweep', { ...world.governance, queue });
    await world.run();
    await answered(await asked());
    const [ended, stays] = await subscriptions();
    expect(ended).toMatchObject({ state: 'expired', status: { endedAt: expect.any(String) } });
    expect(stays).toMatchObject({ state: 'active', status: { activatedAt: before[1]?.status.activatedAt } });
    expect(stays?.status.conditions.map(({ status }) => status)).toEqual(['true', 'true']);
    expect(await holders()).toEqual([STEWARD]);
  });

  test('does not come back by an intent of before, nor by a look', async () => {
    const event = await asked();
    to(END);
    await answered(world.ring()[0]?.message.detail as MeshEvent);
    expect((await answered(event)).report).toMatchObject({ ok: true, ended: END });
    const look = await answered({ ...event, data: { ...event.data, look: { at: END, mend: true } } });
    expect(look.report.drift).toEqual({ found: [], open: [] });
    expect(await holders()).toEqual([STEWARD]);
  });

  test.each([true, false])('is no drift to a look that comes before the timer (mend: %s)', async (mend) => {
    to(END);
    const { report } = await answered(await asked({ look: { at: END, mend } }));
    expect(report).toMatchObject({ ok: true, ended: END, drift: { found: [], open: [] } });
    expect(await holders()).toEqual([STEWARD]);
  });

  test('comes by the timer’s word where the agent’s own clock is behind', async () => {
    to(END);
    const behind = () => new Date(Date.parse(END) - 1_500);
    await answered(world.ring()[0]?.message.detail as MeshEvent, { now: behind });
    expect(await holders()).toEqual([STEWARD]);
  });

  test('that was put off does not come: the timer moves, and the former one is late', async () => {
    const former = timer()?.message.detail as MeshEvent;
    const { subscriptions: all } = await world.version();
    const { product: before } = await world.version();
    const renewed = { ...(all[0] as SubscriptionRecord), expiresAt: LATER };
    await world.registry.write([
      {
        record: { ...before, generation: before.generation + 1, revision: before.revision + 1 },
        replaces: before.revision,
      },
      { record: { ...renewed, revision: renewed.revision + 1 }, replaces: renewed.revision },
    ]);
    await world.run();
    await answered(await asked());
    expect(timer()?.at).toBe(LATER);
    to(END);
    expect((await answerShare(former, agent()))?.report).toMatchObject({ overtakenBy: expect.any(Number) });
    expect(await holders()).toEqual([ANALYST, STEWARD]);
    expect((await subscriptions()).map(({ state }) => state)).toEqual(['active', 'active']);
  });

  test('of several asks for the one with the end that is due', async () => {
    const event = await asked();
    const due = { ...event, data: { ...event.data, due: END } };
    for (const records of [
      [event, due],
      [due, event],
    ])
      expect(latestIntents(records, (one) => one).map(({ work }) => work)).toEqual([due]);
  });
});

describe('a role that has the product twice', () => {
  test('keeps what does not end, and its subscription stays active', async () => {
    await subscribe('ends', { principals: [ANALYST], expiresAt: END });
    await subscribe('stays', { principals: [ANALYST] }, { clearance: 'public', columns: { t0: ['id'] } });
    await world.run();
    await answered(await asked());
    await world.run({ cause: 'sweep' });
    to(END);
    const said = await answered(world.ring()[0]?.message.detail as MeshEvent);
    expect(said.report.readBack).toContainEqual(
      expect.objectContaining({ principal: ANALYST, resource: expect.objectContaining({ columns: ['id'] }) }),
    );
    expect(
      (await subscriptions()).map(({ state, status }) => [state, status.conditions.map((one) => one.status)]),
    ).toEqual([
      ['active', ['true', 'true']],
      ['active', ['true', 'true']],
    ]);
  });

  test('loses again what somebody gives back of it, which is drift', async () => {
    await subscribe('ends', { principals: [ANALYST], expiresAt: END });
    await subscribe('stays', { principals: [ANALYST] }, { clearance: 'public', columns: { t0: ['id'] } });
    await world.run();
    await answered(await asked());
    to(END);
    await answered(world.ring()[0]?.message.detail as MeshEvent);
    const client = new LakeFormationClient(world.cloud.clientConfig(role('finance', 'agent')));
    const { DataLakeSettings: settings } = await client.send(new GetDataLakeSettingsCommand({}));
    const admins = [role('finance', 'agent'), strangerIn(FINANCE)];
    const DataLakeAdmins = admins.map((arn) => ({ DataLakePrincipalIdentifier: arn }));
    await client.send(new PutDataLakeSettingsCommand({ DataLakeSettings: { ...settings, DataLakeAdmins } }));
    const given = (await world.version()).shares[0]?.intent.grants ?? [];
    const stranger = createLakeFormation(
      new LakeFormationClient(world.cloud.clientConfig(strangerIn(FINANCE))),
      noWait(),
    );
    await stranger.apply(given.map((grant) => ({ kind: 'grant' as const, grant })));
    const { report } = await answered(await asked({ look: { at: END, mend: false } }));
    expect(report.drift?.found).toContainEqual(
      expect.objectContaining({ kind: 'LocalGrantAdded', by: strangerIn(FINANCE) }),
    );
    const left = report.readBack.filter(({ resource }) => resource.kind === 'columns');
    expect(left.map(({ resource }) => 'columns' in resource && resource.columns)).toEqual([['id']]);
  });
});

/** Each of its calls may be its last, before it is made or after. */
const dying = (at: number): { deps: AnswerDeps; calls: () => number } => {
  let calls = 0;
  const mortal =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      calls += 1;
      if (calls === at) throw new Error('the process ends');
      const result = await work(...args);
      calls += 1;
      if (calls === at) throw new Error('the process ends');
      return result;
    };
  const { generations, timers, lakeFormation, catalog, bus, ...rest } = agent();
  const deps = {
    ...rest,
    generations: { ...generations, keep: mortal(generations.keep) },
    timers: { set: mortal(timers.set), clear: mortal(timers.clear) },
    lakeFormation: { ...lakeFormation, apply: mortal(lakeFormation.apply) },
    catalog: { ...catalog, createLink: mortal(catalog.createLink) },
    bus: { put: mortal(bus.put) } as AnswerDeps['bus'],
  };
  return { deps, calls: () => calls };
};

describe('an agent that ends half way', () => {
  test.each(
    Array.from({ length: 14 }, (_, index) => index + 1),
  )('leaves nothing that ends without a timer, and is repeated (call %i)', async (at) => {
    await subscribe('ends', { principals: [ANALYST], expiresAt: END });
    await subscribe('stays', { principals: [STEWARD] });
    await world.run();
    const event = await asked();
    const { deps, calls } = dying(at);
    const died = await answerShare(event, deps).then(
      () => false,
      () => true,
    );
    expect(died).toBe(calls() >= at);
    if ((await holders()).includes(ANALYST)) expect(timer()?.at).toBe(END);
    expect((await answered(event)).report.ok).toBe(true);
    expect([await holders(), timer()?.at]).toEqual([[ANALYST, STEWARD], END]);
  });
});

describe('an agent that ends half way through a later intent', () => {
  test.each(
    Array.from({ length: 10 }, (_, index) => index + 1),
  )('and is not asked again ends by its timer what has an end (call %i)', async (at) => {
    await subscribe('ends', { principals: [ANALYST], expiresAt: END });
    await world.run();
    await answered(await asked());
    await subscribe('stays', { principals: [STEWARD] });
    await world.run();
    await answerShare(await asked(), dying(at).deps).catch(() => undefined);
    to(END);
    for (const { message } of world.ring()) await answerShare(message.detail as MeshEvent, agent());
    expect(await holders()).not.toContain(ANALYST);
  });
});

describe('a timer that cannot be set', () => {
  const failing = (error: object): Partial<AnswerDeps> => ({
    timers: {
      set: async () => {
        throw Object.assign(new Error('no'), error);
      },
      clear: async () => {
        throw Object.assign(new Error('no'), error);
      },
    },
  });
  const denied = failing({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } });

  beforeEach(async () => {
    await subscribe('stays', { principals: [STEWARD] });
    await subscribe('ends', { principals: [ANALYST], expiresAt: END });
    await world.run();
  });

  test('leaves what has an end ungranted, and is reported', async () => {
    const { report } = await answered(await asked(), denied);
    expect(report).toMatchObject({ ok: false, error: expect.stringMatching(/^the timer for what ends .* Access/) });
    expect(await holders()).toEqual([STEWARD]);
    const states = Object.fromEntries((await subscriptions()).map(({ id, state }) => [id.split('.').at(-1), state]));
    expect(states).toEqual({ ends: 'approved', stays: 'active' });
    await world.run({ cause: 'sweep' });
    await answered(await asked());
    expect(await holders()).toEqual([ANALYST, STEWARD]);
  });

  test('is no drift to a look', async () => {
    await answered(await asked());
    const { report } = await answered(await asked({ look: { at: END, mend: true } }), denied);
    expect(report).toMatchObject({ ok: false, drift: { found: [], open: [] } });
    expect(await holders()).toEqual([STEWARD]);
  });

  test('for a while has the message come again, and what the intent takes away goes at once', async () => {
    await answered(await asked());
    const event = await asked({ generation: 9 });
    const intent = event.data.intent as ShareRecord['intent'];
    const lost = { ...intent, grants: intent.grants.filter(({ principal }) => principal !== STEWARD) };
    const former = { principals: [ANALYST, STEWARD], tables: [], filtered: [] };
    const narrower = { ...event, data: { ...event.data, intent: { ...lost, former } } };
    const busy = failing({ name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } });
    await expect(answerShare(narrower, agent(busy))).rejects.toThrow('no');
    expect(await holders()).toEqual([]);
    expect((await answerShare(narrower, agent()))?.report.ok).toBe(true);
    expect(await holders()).toEqual([ANALYST]);
  });

  test('does not matter where nothing ends', async () => {
    const event = await asked();
    const { ends: _, ...intent } = event.data.intent as ShareRecord['intent'];
    const endless = { ...event, data: { ...event.data, intent } };
    expect((await answerShare(endless, agent(denied)))?.report.ok).toBe(true);
  });

  test('nor does one that cannot be taken away', async () => {
    await answered(await asked());
    const event = await asked({ generation: 9 });
    const { ends: _, ...intent } = event.data.intent as ShareRecord['intent'];
    const busy = failing({ name: 'ThrottlingException', $metadata: { httpStatusCode: 429 } });
    const endless = { ...event, data: { ...event.data, intent } };
    expect((await answerShare(endless, agent(busy)))?.report.ok).toBe(true);
  });
});
