import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  GrantPermissionsCommand,
  LakeFormationClient,
  ListPermissionsCommand,
  RevokePermissionsCommand,
} from '@aws-sdk/client-lakeformation';
import {
  DeleteFunctionConcurrencyCommand,
  LambdaClient,
  ListFunctionsCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localKeys } from '#cli/connection.ts';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { AIRPORTS, ask, refusal, STRIKES } from '#cli/demo/sql.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForAccessOf, waitForProduct, waitForSubscription } from '#cli/wait.ts';
import { openInstance } from '#local/instance/instance.ts';
import type { WeftError } from '#mesh/error.ts';
import type { Plan } from '#mesh/plan/plan.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { type Domain, domainNamed } from '#mesh/topology/topology.ts';
import { judging } from '../judge/judging.ts';

const ANALYST = 'analytics/analyst';
const AIRPORT_COUNT = `SELECT count(*) FROM ${AIRPORTS}`;
const STRIKE_COUNT = `SELECT count(*) FROM ${STRIKES}`;
/** A fifth domain, whose account holds already what its stack would make. */
const GROUND: Domain = {
  name: 'ground-handling',
  account: '210000000015',
  owners: ['kim.berg@aviation.example'],
  contact: 'ground-handling@aviation.example',
};
/** What is not granted is refused, or not even there. */
const NOT_GRANTED = /does not exist|Insufficient Lake Formation permission/;
const SWEEP_EVERY = 15 * 60_000;

let folder: string;
const permits = judging();
let world: World;
let undeployed: WeftError | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weft-resilience-'));
  await occupy(GROUND.account, 'aviation-ground-handling-analyst');
  const topology = readMeshFile(undefined, '/');
  const up = await bringUp({ topology: { ...topology, domains: [...topology.domains, GROUND] }, folder, port: 0 });
  ({ undeployed } = up);
  world = new World(up.instance, up.local);
  permits.watch(world.instance.cloud);
  for (const name of ['airports', 'bird-strikes']) await enrol(world, sourceOf(name));
  for (const name of ['airports', 'bird-strikes']) await publish(filesOf(name));
  const { id } = await request(ANALYST, { product: 'airport-reference/airports' });
  await waitForSubscription(await world.as(ANALYST), id, ['active']);
}, 120_000);

afterAll(async () => {
  await world?.instance.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Somebody made a role of this name by hand, before the mesh. */
async function occupy(account: string, RoleName: string): Promise<void> {
  const instance = await openInstance({ folder, port: 0, live: false });
  const credentials = await localKeys(instance.endpoint, `arn:aws:iam::${account}:root`, 'by-hand');
  const iam = new IAMClient({ region: 'us-east-1', endpoint: instance.endpoint, credentials });
  const Statement = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: account } }];
  const trust = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
  await instance.close();
}

type Files = ReturnType<typeof publishBody> & { readonly domain: string };

function filesOf(name: string): Files {
  const { domain, folder: place } = sourceOf(name);
  return { domain, ...publishBody(readProductFolder(place, place)) };
}

/** The product of airports under another name, on another table. */
function airfields(): Files {
  const { domain, product, contracts } = filesOf('airports');
  const renamed = Object.entries(contracts).map(([file, text]) => [
    file,
    text
      .replace('dataProduct: airports', 'dataProduct: airfields')
      .replace('physicalName: airports', 'physicalName: airfields'),
  ]);
  return {
    domain,
    product: product.replace('name: airports', 'name: airfields'),
    contracts: Object.fromEntries(renamed),
  };
}

async function publish({ domain, ...body }: Files): Promise<ProductRecord> {
  const producer = await world.as(`${domain}/producer`);
  const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
  return waitForProduct(producer, product);
}

async function request(as: string, body: Record<string, unknown>): Promise<SubscriptionRecord> {
  const { api } = await world.as(as);
  const { subscription } = await api<{ subscription: SubscriptionRecord; plan: Plan }>({
    method: 'POST',
    path: '/subscriptions',
    body: { purpose: 'resilience', ...body },
  });
  return subscription;
}

async function subscriptionNow(as: string, id: string): Promise<SubscriptionRecord> {
  const { api } = await world.as(as);
  return (await api<{ subscription: SubscriptionRecord }>({ method: 'GET', path: `/subscriptions/${id}` }))
    .subscription;
}

async function post(as: string, path: string, body: object): Promise<unknown> {
  return (await world.as(as)).api({ method: 'POST', path, body });
}

/** The keys of whoever administers an account's Lake Formation: CloudFormation's own role. */
async function administrator(account: string) {
  const { local } = world;
  return (await world.as(`arn:aws:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-${local.region}`)).client;
}

function accountOf(domain: string): string {
  return domainNamed(world.local.topology, domain)?.account ?? '';
}

/** Takes every function of an account that matches out of service; gives what brings them back. */
async function takeDown(account: string, pattern: RegExp): Promise<() => Promise<void>> {
  const lambda = new LambdaClient(await administrator(account));
  const { Functions: all = [] } = await lambda.send(new ListFunctionsCommand({}));
  const names = all.map((entry) => entry.FunctionName ?? '').filter((name) => pattern.test(name));
  expect(names).not.toEqual([]);
  for (const FunctionName of names)
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  return async () => {
    for (const FunctionName of names) await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
  };
}

/** A subscription that its owner approves and that has arrived. */
async function subscribed(as: string, body: Record<string, unknown>): Promise<string> {
  const { id, state } = await request(as, { product: 'wildlife-safety/bird-strikes', ...body });
  const decision = `/subscriptions/${id}/decision`;
  if (state === 'pending')
    await post('wildlife-safety/steward', decision, { decision: 'approve', expiresAt: inDays(30) });
  await waitForSubscription(await world.as(as), id, ['active']);
  return id;
}

function inDays(days: number): string {
  return new Date(world.instance.cloud.clock.now() + days * 86_400_000).toISOString();
}

async function sweepNow(): Promise<void> {
  world.instance.cloud.clock.advance(SWEEP_EVERY);
  world.instance.cloud.wake();
  await world.settle();
}

describe('a domain whose stack cannot be deployed', () => {
  test('is named with the reason; governance and the other domains are there', async () => {
    expect(undeployed?.code).toBe('WEFT-LOCAL-020');
    expect(undeployed?.message).toMatch(/aviation-ground-handling: .*aviation-ground-handling-analyst.*already exists/);
    expect(undeployed?.message).not.toMatch(/governance|analytics|flight-operations/);
    expect((await ask(world, ANALYST, AIRPORT_COUNT)).rows).toEqual([['3376']]);
  });
});

describe('a domain out of service', () => {
  test('others publish, subscribe and query as usual; its own subscription waits and says why, and arrives afterwards', async () => {
    const broken = 'flight-operations/analyst';
    const back = await takeDown(accountOf('flight-operations'), /./);
    let waiting: SubscriptionRecord;
    try {
      expect((await publish(airfields())).status.registeredAt).toEqual(expect.any(String));
      const other = 'airport-reference/airports';
      const { id } = await request('wildlife-safety/steward', { product: other, purpose: 'while another is broken' });
      await waitForSubscription(await world.as('wildlife-safety/steward'), id, ['active']);
      expect((await ask(world, 'wildlife-safety/analyst', AIRPORT_COUNT)).rows).toEqual([['3376']]);
      expect((await ask(world, ANALYST, AIRPORT_COUNT)).rows).toEqual([['3376']]);
      await post('airport-reference/steward', `/subscriptions/${id}/revocation`, { reason: 'while another is broken' });
      await waitForSubscription(await world.as('airport-reference/steward'), id, ['revoked']);
      expect(await refusal(world, 'wildlife-safety/analyst', AIRPORT_COUNT)).toMatch(NOT_GRANTED);

      waiting = await request(broken, { product: other });
      let { state, status } = await subscriptionNow(broken, waiting.id);
      for (let tries = 0; status.conditions.length === 0 && tries < 100; tries += 1) {
        await sleep(200);
        ({ state, status } = await subscriptionNow(broken, waiting.id));
      }
      expect({ state, conditions: status.conditions }).toMatchObject({
        state: 'approved',
        conditions: expect.arrayContaining([
          expect.objectContaining({ type: 'Linked', status: 'false', reason: 'WaitingForAgent' }),
        ]),
      });
      expect(await refusal(world, broken, AIRPORT_COUNT)).toMatch(NOT_GRANTED);
    } finally {
      await back();
    }
    await sweepNow();
    expect(await subscriptionNow(broken, waiting.id)).toMatchObject({ state: 'active' });
    expect((await ask(world, broken, AIRPORT_COUNT)).rows).toEqual([['3376']]);
  }, 60_000);
});

describe('governance out of service', () => {
  test('what was granted keeps answering, and nothing more than that; what was pending arrives afterwards', async () => {
    const { governanceAccount } = world.local.topology;
    const wish = { product: 'wildlife-safety/bird-strikes', clearance: 'internal' };
    const pending = await request(ANALYST, wish);
    const [masked, suspended] = ['flight-operations/analyst', 'airport-reference/analyst'];
    await subscribed(masked, { clearance: 'internal', tables: ['bird_strikes_masked'] });
    const revoked = await subscribed(masked, { clearance: 'internal', tables: ['bird_strikes'] });
    await post('wildlife-safety/steward', `/subscriptions/${revoked}/revocation`, { reason: 'over' });
    await waitForSubscription(await world.as(masked), revoked, ['revoked']);
    const stopped = await subscribed(suspended, { clearance: 'internal', tables: ['bird_strikes'] });
    expect((await ask(world, suspended, STRIKE_COUNT)).rows).toEqual([['10000']]);
    const owner = await world.as('wildlife-safety/steward');
    const path = `/subscriptions/${stopped}/suspension`;
    const { subscription } = await owner.api<{ subscription: SubscriptionRecord }>({
      method: 'POST',
      path,
      body: { action: 'suspend' },
    });
    await waitForAccessOf(owner, subscription);
    const seen = `SELECT operator, cost_total FROM ${STRIKES}_masked WHERE operator IS NOT NULL ORDER BY flight_date, 1 LIMIT 5`;
    const before = await ask(world, masked, seen);
    expect(before.rows).toHaveLength(5);
    for (const row of before.rows) expect(row).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), null]);
    const back = await takeDown(governanceAccount, /relay|reconcile|sync|sweep/i);
    let apiBack = async () => {};
    try {
      await post('wildlife-safety/steward', `/subscriptions/${pending.id}/decision`, { decision: 'approve' });
      apiBack = await takeDown(governanceAccount, /./);
      await sleep(500);
      expect((await ask(world, ANALYST, AIRPORT_COUNT)).rows).toEqual([['3376']]);
      expect(await refusal(world, ANALYST, STRIKE_COUNT)).toMatch(NOT_GRANTED);
      expect((await ask(world, masked, seen)).rows).toEqual(before.rows);
      for (const who of [masked, suspended]) expect(await refusal(world, who, STRIKE_COUNT)).toMatch(NOT_GRANTED);
      await expect(request('flight-operations/analyst', wish)).rejects.toThrow(/Internal server error/);
    } finally {
      await apiBack();
      await back();
    }
    await sweepNow();
    expect(await subscriptionNow(ANALYST, pending.id)).toMatchObject({ state: 'active' });
    expect((await ask(world, ANALYST, STRIKE_COUNT)).rows).toEqual([['10000']]);
    for (const who of [masked, suspended]) expect(await refusal(world, who, STRIKE_COUNT)).toMatch(NOT_GRANTED);
  }, 120_000);
});

describe('time and drift', () => {
  test('what runs out while all of governance is gone ends at its time and nothing else does; governance learns of it when it is back', async () => {
    const [who, other] = ['wildlife-safety/analyst', 'wildlife-safety/steward'];
    const principals = ([domain = '', role = '']: string[]) => [
      `arn:aws:iam::${accountOf(domain)}:role/aviation-${domain}-${role}`,
    ];
    const wish = { product: 'airport-reference/airports' };
    const expiresAt = new Date(world.instance.cloud.clock.now() + 60_000).toISOString();
    const ends = await request(who, { ...wish, principals: principals(who.split('/')), expiresAt });
    const later = { expiresAt: inDays(30), principals: principals(other.split('/')) };
    const stays = await request(other, { ...wish, ...later });
    for (const { id } of [ends, stays]) await waitForSubscription(await world.as(who), id, ['active']);
    for (const reader of [who, other]) expect((await ask(world, reader, AIRPORT_COUNT)).rows).toEqual([['3376']]);
    const back = await takeDown(world.local.topology.governanceAccount, /./);
    try {
      world.instance.cloud.clock.advance(60_000);
      world.instance.cloud.wake();
      let refused: string | undefined;
      for (let tries = 0; refused === undefined && tries < 50; tries += 1) {
        await sleep(200);
        refused = await refusal(world, who, AIRPORT_COUNT);
      }
      expect(refused).toMatch(NOT_GRANTED);
      world.instance.cloud.clock.advance(2 * SWEEP_EVERY);
      expect(await refusal(world, who, AIRPORT_COUNT)).toMatch(NOT_GRANTED);
      expect((await ask(world, other, AIRPORT_COUNT)).rows).toEqual([['3376']]);
    } finally {
      await back();
    }
    await sweepNow();
    expect(await subscriptionNow(who, ends.id)).toMatchObject({
      state: 'expired',
      status: { endedAt: expect.any(String) },
    });
    const settled = await subscriptionNow(other, stays.id);
    expect(settled.state).toBe('active');
    await sweepNow();
    expect(await subscriptionNow(other, stays.id)).toEqual(settled);
    expect(await refusal(world, who, AIRPORT_COUNT)).toMatch(NOT_GRANTED);
    expect((await ask(world, other, AIRPORT_COUNT)).rows).toEqual([['3376']]);
  }, 60_000);

  test('a grant taken away or added by hand is put right by the sweep', async () => {
    const { governanceAccount } = world.local.topology;
    const lakeFormation = new LakeFormationClient(await administrator(governanceAccount));
    const Resource = {
      Table: { CatalogId: governanceAccount, DatabaseName: AIRPORTS.split('.')[0], TableWildcard: {} },
    };
    const holds = async (account: string) => {
      const { PrincipalResourcePermissions: found = [] } = await lakeFormation.send(
        new ListPermissionsCommand({ Resource }),
      );
      return found.some(
        ({ Principal: who, Permissions: what }) =>
          who?.DataLakePrincipalIdentifier === account && what?.includes('SELECT') === true,
      );
    };
    const [consumer, stranger] = [accountOf('analytics'), '210000000099'];
    const table = (account: string) => ({ Principal: { DataLakePrincipalIdentifier: account }, Resource });
    await lakeFormation.send(
      new RevokePermissionsCommand({
        ...table(consumer),
        Permissions: ['SELECT'],
        PermissionsWithGrantOption: ['SELECT'],
      }),
    );
    await lakeFormation.send(new GrantPermissionsCommand({ ...table(stranger), Permissions: ['SELECT'] }));
    expect([await holds(consumer), await holds(stranger)]).toEqual([false, true]);
    expect(await refusal(world, ANALYST, AIRPORT_COUNT)).toBeDefined();
    await sweepNow();
    expect([await holds(consumer), await holds(stranger)]).toEqual([true, false]);
    expect((await ask(world, ANALYST, AIRPORT_COUNT)).rows).toEqual([['3376']]);
  }, 30_000);
});
