import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listenToMesh } from '#cli/demo/event-queue.ts';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { AIRPORTS, ATTEMPTS, ask, refusal, STRIKES } from '#cli/demo/sql.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct } from '#cli/wait.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';

const COLUMNS = [
  'airport_name',
  'aircraft',
  'effect',
  'flight_date',
  'operator',
  'origin_state',
  'phase_of_flight',
  'wildlife_size',
  'wildlife_species',
  'time_of_day',
  'speed_knots',
];
const ANALYST = 'analytics/analyst';
const STEWARD = 'wildlife-safety/steward';
/** What is not granted is refused, or not even there. */
const NOT_GRANTED = /does not exist|Insufficient Lake Formation permission|COLUMN_NOT_FOUND|cannot be resolved/;

describe('a standing entitlement to a domain, on the deployed templates', () => {
  let folder: string;
  const permits = judging();
  let world: World;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-entitlement-'));
    const mesh = join(folder, '.weft');
    const { instance, local } = await bringUp({ topology: readMeshFile(undefined, '/'), folder: mesh, port: 0 });
    world = new World(instance, local);
    permits.watch(world.instance.cloud);
    await publish('bird-strikes');
  }, 300_000);

  afterAll(async () => {
    await world?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const publish = async (name: string) => {
    const source = sourceOf(name);
    await enrol(world, source);
    const producer = await world.as(`${source.domain}/producer`);
    const body = publishBody(readProductFolder(source.folder, source.folder));
    const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
    await waitForProduct(producer, product);
  };
  const weft = async (...words: string[]) => {
    const { exit, out, err } = await runWeft(words, { cwd: folder, columns: 400 });
    expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
    return out;
  };
  const GRANT = [
    '--domain',
    'wildlife-safety',
    '--to',
    'analytics',
    '--clearance',
    'internal',
    '--purpose',
    'safety reports',
    '--as',
    STEWARD,
  ];

  test('shows what it gives, what comes later too, to an account and to the organization, and leaves nothing when it is revoked', async () => {
    // Is planned, granted and listed by the steward; the analyst sees the columns up to the clearance and no other.
    {
      expect(await refusal(world, ANALYST, `SELECT count(*) FROM ${STRIKES}`)).toMatch(NOT_GRANTED);
      expect(await weft('entitlement', 'plan', ...GRANT)).toMatch(/by LF-Tags: 2 further grants by LF-Tags/);
      expect(await weft('entitlement', 'grant', ...GRANT)).toMatch(
        /analytics: wildlife-safety\/bird-strikes v1 visible/,
      );
      expect(await weft('entitlement', 'list', '--as', 'analytics/steward')).toMatch(/active .*up to internal/);
      const { columns } = await ask(world, ANALYST, `SELECT * FROM ${STRIKES} LIMIT 1`);
      expect(columns.map(({ name }) => name)).toEqual(COLUMNS);
      for (const { sql } of ATTEMPTS)
        expect([sql, await refusal(world, ANALYST, sql)]).toEqual([sql, expect.stringMatching(NOT_GRANTED)]);
    }
    // Shows a product that is published later without a request, and tells its people.
    {
      const granted = [
        '--domain',
        'airport-reference',
        '--to',
        'analytics',
        '--clearance',
        'public',
        '--purpose',
        'places',
      ];
      await weft('entitlement', 'grant', ...granted, '--as', 'airport-reference/steward');
      await listenToMesh(world);
      await publish('airports');
      await world.settle();
      expect((await ask(world, ANALYST, `SELECT count(*) FROM ${AIRPORTS}`)).rows).toEqual([['3376']]);
      const { client } = await world.as('analytics/steward');
      const sqs = new SQSClient({ ...client, useQueueUrlAsEndpoint: false });
      const receive = new ReceiveMessageCommand({ QueueUrl: world.notes.eventQueue, MaxNumberOfMessages: 10 });
      const told = ((await sqs.send(receive)).Messages ?? []).map(({ Body = '{}' }) => JSON.parse(Body).detail);
      expect(told.map(({ type, subject }) => [type, subject])).toContainEqual([
        'ProductShared',
        'airport-reference/airports',
      ]);
      expect(await weft('subscription', 'list', '--as', ANALYST)).toBe('');
    }
    // Reaches the analysts of every domain of the organization by two grants, and no other level.
    {
      const arn = `arn:aws:organizations::210000000001:organization/${world.local.topology.organization}`;
      const granted = ['--domain', 'airport-reference', '--to', arn, '--clearance', 'public', '--purpose', 'places'];
      const out = await weft('entitlement', 'grant', ...granted, '--as', 'airport-reference/steward');
      for (const domain of ['flight-operations', 'wildlife-safety', 'analytics'])
        expect(out).toContain(`${domain}: airport-reference/airports v1 visible`);
      expect((await ask(world, 'flight-operations/analyst', `SELECT count(*) FROM ${AIRPORTS}`)).rows).toEqual([
        ['3376'],
      ]);
    }
    // Leaves nothing when it is revoked, and the other one whole.
    {
      const list = JSON.parse(
        await weft('entitlement', 'list', '--domain', 'wildlife-safety', '--json', '--as', STEWARD),
      );
      const id = list.entitlements[0].id;
      expect(await weft('entitlement', 'revoke', id, '--reason', 'over', '--as', 'analytics/steward')).toMatch(
        /analytics: wildlife-safety\/bird-strikes v1 gone/,
      );
      expect(await refusal(world, ANALYST, `SELECT count(*) FROM ${STRIKES}`)).toMatch(NOT_GRANTED);
      expect((await ask(world, ANALYST, `SELECT count(*) FROM ${AIRPORTS}`)).rows).toEqual([['3376']]);
      await world.settle();
      const trail = await weft('audit', 'list', '--limit', '500', '--as', 'governance/auditor');
      for (const word of ['EntitlementGranted', 'EntitlementActivated', 'EntitlementRevoking'])
        expect(trail).toContain(word);
    }
  }, 300_000);
});
