import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteDatabaseCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  GetDataLakeSettingsCommand,
  GrantPermissionsCommand,
  LakeFormationClient,
  PutDataLakeSettingsCommand,
} from '@aws-sdk/client-lakeformation';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { AIRPORTS, ask, refusal } from '#cli/demo/sql.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct, waitForSubscription } from '#cli/wait.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';

const PRODUCT = 'airport-reference/airports';
const DATABASE = 'airport_reference__airports__v1';
const COUNT = `SELECT count(*) FROM ${AIRPORTS}`;

describe('a change past the mesh, on the deployed templates', () => {
  let folder: string;
  const permits = judging();
  let world: World;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-drift-'));
    const topology = readMeshFile(undefined, '/');
    const { instance, local } = await bringUp({ topology, folder: join(folder, '.weft'), port: 0 });
    world = new World(instance, local);
    permits.watch(world.instance.cloud);
    const source = sourceOf('airports');
    await enrol(world, source);
    const producer = await world.as(`${source.domain}/producer`);
    const body = publishBody(readProductFolder(source.folder, source.folder));
    const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
    await waitForProduct(producer, product);
    const analyst = await world.as('analytics/analyst');
    const wish = { product: PRODUCT, purpose: 'to count' };
    const { subscription } = await analyst.api<{ subscription: SubscriptionRecord }>({
      method: 'POST',
      path: '/subscriptions',
      body: wish,
    });
    await waitForSubscription(analyst, subscription.id, ['active']);
  }, 120_000);

  afterAll(async () => {
    await world?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const weft = async (...words: string[]) => {
    const { exit, out, err } = await runWeft(words, { cwd: folder, columns: 600 });
    expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
    return out + err;
  };

  /** The configuration of a person in an account who made himself an administrator of Lake Formation. */
  const admin = async (account: string) => {
    const someone = `arn:aws:iam::${account}:role/someone`;
    const { region } = readMeshFile(undefined, '/');
    const deployer = `arn:aws:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-${region}`;
    const root = new LakeFormationClient(world.instance.cloud.clientConfig(deployer));
    const { DataLakeSettings: settings } = await root.send(new GetDataLakeSettingsCommand({}));
    const DataLakeAdmins = [...(settings?.DataLakeAdmins ?? []), { DataLakePrincipalIdentifier: someone }];
    await root.send(new PutDataLakeSettingsCommand({ DataLakeSettings: { ...settings, DataLakeAdmins } }));
    return world.instance.cloud.clientConfig(someone);
  };

  test('a grant to another account is shown with who made it, and is gone', async () => {
    const { governanceAccount, domains } = readMeshFile(undefined, '/');
    const other = domains.find(({ name }) => name === 'wildlife-safety')?.account;
    const client = new LakeFormationClient(await admin(governanceAccount));
    await client.send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: other },
        Resource: { Table: { DatabaseName: DATABASE, Name: 'airports' } },
        Permissions: ['SELECT'],
        PermissionsWithGrantOption: ['SELECT'],
      }),
    );
    const told = await weft('drift', 'check', PRODUCT, '--as', 'governance/platform');
    expect(told).toMatch(/repaired .*GrantAdded.*airports.*role\/someone/);
    const open = await weft('drift', 'show', '--open', '--as', 'governance/platform');
    expect(open).toMatch(/AdministratorAdded.*role\/someone administers.*see PutDataLakeSettings in CloudTrail/);
    expect(open).not.toMatch(/GrantAdded/);
    await weft('drift', 'check', PRODUCT, '--as', 'airport-reference/steward');
    const again = JSON.parse(await weft('drift', 'show', '--product', PRODUCT, '--json', '--as', 'governance/auditor'));
    expect(again.drift.filter(({ kind }: { kind: string }) => kind === 'GrantAdded')).toHaveLength(1);
    await world.settle();
    const trail = await weft('audit', 'list', '--product', PRODUCT, '--limit', '500', '--as', 'governance/auditor');
    for (const word of ['DriftCheckAsked', 'DriftRepaired', 'role/someone']) expect(trail).toContain(word);
  }, 60_000);

  test('a link that somebody deleted comes back, and so does the answer', async () => {
    const account = readMeshFile(undefined, '/').domains.find(({ name }) => name === 'analytics')?.account ?? '';
    const before = await ask(world, 'analytics/analyst', COUNT);
    await new GlueClient(
      world.instance.cloud.clientConfig(`arn:aws:iam::${account}:role/aviation-analytics-agent`),
    ).send(new DeleteDatabaseCommand({ Name: DATABASE }));
    expect(await refusal(world, 'analytics/analyst', COUNT)).toMatch(/does not exist|Insufficient/);
    expect(await weft('drift', 'repair', PRODUCT, '--as', 'governance/platform')).toMatch(/repaired .*LinkMissing/);
    expect((await ask(world, 'analytics/analyst', COUNT)).rows).toEqual(before.rows);
    expect(await weft('drift', 'show', '--as', 'analytics/steward')).toMatch(
      /LinkMissing.*see DeleteDatabase in CloudTrail/,
    );
  }, 60_000);

  test('an analyst can neither have it looked for nor mended', async () => {
    for (const verb of ['check', 'repair']) {
      const { exit, err } = await runWeft(['drift', verb, PRODUCT, '--as', 'analytics/analyst'], { cwd: folder });
      expect([exit === 0, err]).toEqual([false, expect.stringMatching(/AccessDenied|not authorized|WEFT-AUTH/)]);
    }
  }, 60_000);
});
