import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  BatchRevokePermissionsCommand,
  LakeFormationClient,
  ListPermissionsCommand,
} from '@aws-sdk/client-lakeformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { ask, refusal } from '#cli/demo/sql.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct, waitForSubscription } from '#cli/wait.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';
import { keepingSecrets } from '../judge/secrets.ts';

const DATABASE = 'wildlife_safety__bird_strikes__v1';
const CLEAR = 'flight-operations/analyst';
const MASKED = 'analytics/analyst';
const DENIED = 'airport-reference/analyst';
const OWNER = 'wildlife-safety/steward';
const TABLE = `${DATABASE}.bird_strikes`;
const VIEW = `${DATABASE}.bird_strikes_masked`;
/** What is not granted is refused, or not even there. */
const NOT_GRANTED = /does not exist|Insufficient Lake Formation permission/;

/** One question for both: who is shown the table gets clear values, who is shown the view gets masked ones. */
const dearest = (from: string) =>
  `SELECT operator, cost_total FROM ${from} WHERE effect = 'Substantial' ORDER BY cost_total DESC, flight_date LIMIT 3`;

describe('a masked port, on the deployed templates', () => {
  let folder: string;
  const permits = judging();
  const secrets = keepingSecrets();
  let world: World;
  let contracts: string;

  const publish = async (change: (contract: string) => string = (text) => text) => {
    writeFileSync(join(contracts, 'bird-strikes.odcs.yaml'), change(original('bird-strikes.odcs.yaml')));
    const producer = await world.as('wildlife-safety/producer');
    const body = publishBody(readProductFolder(contracts, contracts));
    const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
    await waitForProduct(producer, product);
    await world.settle();
  };
  const original = (file: string) => readFileSync(join(sourceOf('bird-strikes').folder, file), 'utf8');
  const subscribe = async (as: string, clearance: string, tables: string[]) => {
    const analyst = await world.as(as);
    const body = { product: 'wildlife-safety/bird-strikes', purpose: 'safety', clearance, tables };
    const { subscription } = await analyst.api<{ subscription: SubscriptionRecord }>({
      method: 'POST',
      path: '/subscriptions',
      body,
    });
    const steward = await world.as(OWNER);
    if (subscription.state === 'pending') {
      const path = `/subscriptions/${subscription.id}/decision`;
      const end = new Date(world.instance.cloud.clock.now() + 86_400_000).toISOString();
      await steward.api({ method: 'POST', path, body: { decision: 'approve', expiresAt: end } });
    }
    return waitForSubscription(steward, subscription.id, ['active']);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-masked-'));
    contracts = mkdtempSync(join(tmpdir(), 'weft-masked-product-'));
    writeFileSync(join(contracts, 'bird-strikes.odps.yaml'), original('bird-strikes.odps.yaml'));
    const topology = readMeshFile(undefined, '/');
    const { instance, local } = await bringUp({ topology, folder: join(folder, '.weft'), port: 0 });
    world = new World(instance, local);
    permits.watch(world.instance.cloud);
    secrets.watch(world.instance.cloud);
    await enrol(world, sourceOf('bird-strikes'));
    await publish();
    await subscribe(CLEAR, 'confidential', ['bird_strikes']);
    await subscribe(MASKED, 'internal', ['bird_strikes_masked']);
  }, 180_000);

  afterAll(async () => {
    await world?.instance.close();
    for (const path of [folder, contracts]) rmSync(path, { recursive: true, force: true });
  });

  test('one question, three roles: clear, masked, denied', async () => {
    const clear = await ask(world, CLEAR, dearest(TABLE));
    expect(clear.rows.map(([, cost]) => Number(cost)).every((cost) => cost > 100_000)).toBe(true);
    const masked = await ask(world, MASKED, dearest(VIEW));
    expect(masked.columns).toEqual(clear.columns);
    expect(masked.rows).toHaveLength(3);
    for (const [operator, cost] of masked.rows)
      expect([operator, cost]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), null]);
    for (const from of [TABLE, VIEW]) expect(await refusal(world, DENIED, dearest(from))).toMatch(NOT_GRANTED);
    expect(await refusal(world, MASKED, dearest(TABLE))).toMatch(NOT_GRANTED);
    expect(await refusal(world, CLEAR, dearest(VIEW))).toMatch(NOT_GRANTED);
  });

  test('what a token stands for is not found by joins, groups, predicates or a dictionary', async () => {
    const names = (await ask(world, CLEAR, `SELECT DISTINCT operator FROM ${TABLE}`)).rows.flat().filter(Boolean);
    expect(names.length).toBeGreaterThan(10);
    const list = names.map((name) => `('${String(name).replaceAll("'", "''")}')`).join(', ');
    const count = async (condition: string) =>
      (await ask(world, MASKED, `SELECT count(*) FROM ${VIEW} v JOIN (VALUES ${list}) AS d(name) ON ${condition}`))
        .rows[0];
    expect(await count('d.name = v.operator')).toEqual(['0']);
    expect(await count('v.operator LIKE concat(d.name, chr(37))')).toEqual(['0']);
    expect(await count('v.operator = lower(to_hex(sha256(to_utf8(d.name))))')).toEqual(['0']);
    expect(await count("v.operator = lower(to_hex(hmac_sha256(to_utf8(d.name), to_utf8(''))))")).toEqual(['0']);
    const groups = `SELECT count(DISTINCT cost_total), count(DISTINCT operator) FROM ${VIEW}`;
    expect((await ask(world, MASKED, groups)).rows).toEqual([['0', String(names.length)]]);
    for (const sql of [
      `SELECT b.operator FROM ${VIEW} v JOIN ${TABLE} b ON b.flight_date = v.flight_date`,
      `SELECT * FROM ${VIEW} WHERE cost_other > 0`,
      `SELECT (SELECT max(cost_total) FROM ${TABLE}) FROM ${VIEW}`,
      `SELECT * FROM "${DATABASE}__keys".mask_key_1`,
    ]) {
      expect(await refusal(world, MASKED, sql)).toMatch(/does not exist|Insufficient|cannot be resolved/);
    }
  });

  test('the view’s text tells neither key nor value, and its key is granted to the definer alone', async () => {
    const { client } = await world.as(MASKED);
    const { Table } = await new GlueClient(client).send(
      new GetTableCommand({ DatabaseName: DATABASE, Name: 'bird_strikes_masked' }),
    );
    const definer = 'arn:aws:iam::210000000001:role/aviation-view-definer';
    expect(Table?.ViewDefinition).toMatchObject({ Definer: definer, IsProtected: true });
    expect(JSON.stringify(Table)).not.toMatch(/[0-9a-f]{64}/);
    const governance = await world.as('arn:aws:iam::210000000001:role/aviation-reconcile');
    const lake = new LakeFormationClient(governance.client);
    const held = await lake.send(
      new ListPermissionsCommand({
        Resource: { Table: { DatabaseName: `${DATABASE}__keys`, Name: 'mask_key_1' } },
      }),
    );
    const principals = held.PrincipalResourcePermissions?.map(
      ({ Principal }) => Principal?.DataLakePrincipalIdentifier,
    );
    expect(new Set(principals)).toEqual(new Set([definer, 'arn:aws:iam::210000000001:role/aviation-reconcile']));
  });

  test('a row filter on the view is refused by name', async () => {
    const analyst = await world.as(DENIED);
    const rows = { bird_strikes_masked: "effect = 'None'" };
    const body = { product: 'wildlife-safety/bird-strikes', purpose: 'safety', clearance: 'internal', rows };
    await expect(analyst.api({ method: 'POST', path: '/subscriptions', body })).rejects.toThrow(
      /`?"?bird_strikes_masked"? is a view, and Lake Formation cannot limit the rows of a view/,
    );
  });

  test('an internal column is renamed and the product stays as it is', async () => {
    const before = await ask(
      world,
      MASKED,
      `SELECT species, count(*) FROM ${VIEW} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3`,
    );
    // The files are CSV, read by position: a new name for the column is all that changes inside.
    const hidden = (text: string) =>
      text.replace(
        '      - property: weft.header\n',
        '      - property: weft.internal\n        value: true\n      - property: weft.header\n',
      );
    await expect(publish(hidden)).rejects.toThrow(/WEFT-PUBLISH-003|breaks/);
    const two = (text: string) => hidden(text).replace('version: 1.0.0', 'version: 2.0.0');
    writeFileSync(
      join(contracts, 'bird-strikes.odps.yaml'),
      original('bird-strikes.odps.yaml').replaceAll('version: 1.0.0', 'version: 2.0.0'),
    );
    await publish(two);
    const renamed = (text: string) =>
      two(text)
        .replace('version: 2.0.0', 'version: 2.1.0')
        .replace('- name: wildlife_species', '- name: creature')
        .replace('value: wildlife_species', 'value: creature');
    writeFileSync(
      join(contracts, 'bird-strikes.odps.yaml'),
      original('bird-strikes.odps.yaml').replaceAll('version: 1.0.0', 'version: 2.1.0'),
    );
    const analyst = await world.as(MASKED);
    const body = { product: 'wildlife-safety/bird-strikes', major: 2, purpose: 'safety', clearance: 'internal' };
    const { subscription } = await analyst.api<{ subscription: SubscriptionRecord }>({
      method: 'POST',
      path: '/subscriptions',
      body,
    });
    const steward = await world.as(OWNER);
    if (subscription.state === 'pending') {
      const path = `/subscriptions/${subscription.id}/decision`;
      await steward.api({ method: 'POST', path, body: { decision: 'approve' } });
    }
    await waitForSubscription(steward, subscription.id, ['active']);
    const next = VIEW.replace('__v1', '__v2');
    const same = () =>
      ask(world, MASKED, `SELECT species, count(*) FROM ${next} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 3`);
    expect((await same()).rows).toEqual(before.rows);
    await publish(renamed);
    expect((await same()).rows).toEqual(before.rows);
    expect(await refusal(world, MASKED, `SELECT * FROM ${TABLE.replace('__v1', '__v2')}`)).toMatch(NOT_GRANTED);
    // All versions of a product hash alike.
    const tokens = (from: string) => ask(world, MASKED, `SELECT DISTINCT operator FROM ${from} ORDER BY 1 LIMIT 5`);
    expect((await tokens(next)).rows).toEqual((await tokens(VIEW)).rows);
  }, 120_000);

  test('a snapshot of what a subscriber sees holds the view as it is masked', async () => {
    const out = join(folder, 'snapshot');
    const words = ['product', 'export', 'wildlife-safety/bird-strikes', '--major', '1', '--out', out, '--as', MASKED];
    const { exit, err } = await runWeft(words, { cwd: folder, columns: 200 });
    expect({ exit, err: exit === 0 ? '' : err }).toEqual({ exit: 0, err: '' });
    expect(JSON.stringify(readFileSync(join(out, 'manifest.json'), 'utf8'))).toMatch(/bird_strikes_masked/);
  }, 60_000);

  test('a sweep finds nothing to do, and mends what somebody takes from the definer', async () => {
    const governance = await world.as('arn:aws:iam::210000000001:role/aviation-reconcile');
    const lake = new LakeFormationClient(governance.client);
    const lost = [
      [DATABASE, 'bird_strikes'],
      [`${DATABASE}__keys`, 'mask_key_1'],
    ].map(([DatabaseName, Name]) => ({
      Id: `${Name}`,
      Principal: { DataLakePrincipalIdentifier: 'arn:aws:iam::210000000001:role/aviation-view-definer' },
      Resource: { Table: { DatabaseName, Name } },
      Permissions: ['SELECT' as const],
      PermissionsWithGrantOption: ['SELECT' as const],
    }));
    const { Failures } = await lake.send(new BatchRevokePermissionsCommand({ Entries: lost }));
    expect(Failures ?? []).toEqual([]);
    expect(await refusal(world, MASKED, `SELECT operator FROM ${VIEW}`)).toMatch(/Insufficient/);
    world.instance.cloud.clock.advance(16 * 60_000);
    world.instance.cloud.wake();
    await world.settle();
    expect((await ask(world, MASKED, `SELECT count(*) FROM ${VIEW}`)).rows).toEqual([['10000']]);
  }, 60_000);

  test('an import says what columns seem to hold, and a person has to confirm it', async () => {
    const { client } = await world.as('wildlife-safety/producer');
    const place = 'products/staff/';
    const Bucket = 'aviation-wildlife-safety-210000000013-us-east-1';
    const people = Array.from(
      { length: 8 },
      (_, index) => `${index},p${index}@birds.example,+1 212 555 010${index},${index}`,
    );
    const Body = ['id,handle,reach,nest', ...people, ''].join('\n');
    await new S3Client({ ...client, forcePathStyle: true }).send(
      new PutObjectCommand({ Bucket, Key: `${place}a.csv`, Body }),
    );
    await new GlueClient(client).send(
      new CreateTableCommand({
        DatabaseName: 'wildlife_safety',
        TableInput: {
          Name: 'staff',
          TableType: 'EXTERNAL_TABLE',
          Parameters: { EXTERNAL: 'TRUE', 'skip.header.line.count': '1' },
          PartitionKeys: [],
          StorageDescriptor: {
            Columns: ['id', 'handle', 'reach', 'nest'].map((Name) => ({ Name, Type: 'string' })),
            Location: `s3://${Bucket}/${place}`,
            InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
            OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
            SerdeInfo: {
              SerializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
              Parameters: { 'field.delim': ',' },
            },
          },
        },
      }),
    );
    const words = ['product', 'import', '--table', 'wildlife_safety.staff', '--sample', '--out', 'staff'];
    const { exit, err } = await runWeft([...words, '--as', 'wildlife-safety/producer'], { cwd: folder, columns: 400 });
    expect({ exit, err: exit === 0 ? '' : err }).toEqual({ exit: 0, err: '' });
    expect(err).toMatch(/"handle" may be an e-mail address.*nobody has confirmed it/);
    const contract = readFileSync(join(folder, 'staff/staff.odcs.yaml'), 'utf8');
    expect(contract).toMatch(/an e-mail address: confidential, personal \(8 of 8 values look like it\)/);
    expect(contract).toMatch(/a telephone number: confidential, personal/);
    expect(contract.match(/weft.suggested/g)).toHaveLength(2);
    expect(contract).not.toMatch(/classification:|weft.personal|birds\.example|555/);
  }, 60_000);
});
