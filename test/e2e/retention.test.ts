import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AthenaClient, GetWorkGroupCommand } from '@aws-sdk/client-athena';
import {
  BatchCreatePartitionCommand,
  CreateTableCommand,
  GetPartitionsCommand,
  GlueClient,
  type TableInput,
} from '@aws-sdk/client-glue';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask } from '#cli/demo/sql.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { readProductFolder } from '#cli/product-folder.ts';
import { listVersions } from '#local/services/s3/objects.ts';
import { toTableInput } from '#mesh/contract/glue-table.ts';
import { parseProduct } from '#mesh/contract/parse.ts';
import type { ProductTable } from '#mesh/product/product.ts';
import type { SignedDisposal } from '#mesh/retention/record.ts';
import type { DisposalNote } from '#mesh/retention/status.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';

const DAY = 86_400_000;
const PRODUCT = 'airport-reference/weather';
const TABLE = 'airport_reference__weather__v1.weather';
const BUCKET = 'aviation-airport-reference-210000000012-us-east-1';
const PRODUCER = 'airport-reference/producer';
const ANALYST = 'analytics/analyst';
const DAYS = `SELECT day, count(*) FROM ${TABLE} GROUP BY day ORDER BY day`;

const PRODUCT_FILE = `apiVersion: v1.0.0
kind: DataProduct
id: 0d8e7a52-6a31-4a8c-9f0e-3f3ff1f2c901
name: weather
version: 1.0.0
domain: airport-reference
status: active
description: { purpose: What the weather was at each airport. }
tags: [weather]
team: { members: [{ username: tomas.lind@airport-reference.example, role: owner }] }
support: [{ channel: airport-reference, url: "mailto:airport-reference@aviation.example" }]
outputPorts:
  - { name: weather, type: query, version: 1.0.0, contractId: 0d8e7a52-6a31-4a8c-9f0e-3f3ff1f2c902 }
  - { name: files, type: file, version: 1.0.0, contractId: 0d8e7a52-6a31-4a8c-9f0e-3f3ff1f2c902 }
`;

const CONTRACT = `apiVersion: v3.1.0
kind: DataContract
id: 0d8e7a52-6a31-4a8c-9f0e-3f3ff1f2c902
name: weather
version: 1.0.0
status: active
domain: airport-reference
dataProduct: weather
description: { purpose: One row for each look. }
servers:
  - server: lake
    type: glue
    account: "210000000012"
    database: airport_reference
    location: s3://${BUCKET}/products/
    format: csv
schema:
  - name: weather
    physicalName: weather
    physicalType: table
    description: Weather by airport.
    properties:
      - { name: iata, logicalType: string, physicalType: string, classification: public, description: Code. }
      - { name: sky, logicalType: string, physicalType: string, classification: public, description: What was seen. }
      - name: day
        logicalType: date
        physicalType: date
        partitioned: true
        partitionKeyPosition: 1
        classification: public
        description: The day of the look.
        customProperties: [{ property: weft.projection, value: { type: date, from: 2020-01-01 } }]
slaProperties:
  - { property: frequency, value: 1, unit: d }
  - { property: retention, value: 30, unit: d, element: weather.day }
`;

describe('retention, on the deployed templates', () => {
  let folder: string;
  const permits = judging();
  let world: World;
  const events: { type: string; audience: readonly string[]; data: unknown }[] = [];
  let days: { old: string; soon: string; young: string };

  const weft = async (...words: string[]) => {
    const { exit, out, err } = await runWeft(words, { cwd: folder, columns: 400 });
    expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
    return out + err;
  };
  const refused = async (...words: string[]) => {
    const { exit, err } = await runWeft(words, { cwd: folder, columns: 400 });
    expect({ words, exit }).toEqual({ words, exit: 1 });
    return err;
  };
  /** Moves the clock, and lets everything that is due be done. */
  const pass = async (count: number) => {
    // What runs has keys that end long before the clock is moved.
    await world.settle();
    world.instance.cloud.clock.advance(count * DAY);
    await world.settle();
    // Sessions that are older than the day have ended.
    world = new World(world.instance, world.local);
  };
  const s3 = async () => new S3Client({ ...(await world.as(PRODUCER)).client, forcePathStyle: true });
  const put = async (day: string, name: string, rows: string) => {
    await (await s3()).send(
      new PutObjectCommand({ Bucket: BUCKET, Key: `products/weather/day=${day}/${name}`, Body: rows }),
    );
  };
  /** Keys of every version and mark of deletion below a prefix of a bucket. */
  const versions = (bucket: string, prefix: string) =>
    listVersions(world.instance.cloud.store, bucket, prefix).map(({ key }) => key);
  const partitions = async () => {
    const glue = new GlueClient((await world.as(PRODUCER)).client);
    const { Partitions = [] } = await glue.send(
      new GetPartitionsCommand({ DatabaseName: 'airport_reference', TableName: 'weather' }),
    );
    return Partitions.map(({ Values }) => Values);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-retention-'));
    const topology = readMeshFile(undefined, '/');
    const { instance, local } = await bringUp({ topology, folder: join(folder, '.weft'), port: 0 });
    world = new World(instance, local);
    permits.watch(world.instance.cloud);
    world.instance.cloud.observe({
      before: async ({ action, input }) => {
        if (action !== 'events:PutEvents') return;
        for (const { Source, Detail } of (input as { Entries: { Source: string; Detail: string }[] }).Entries) {
          if (Source !== 'weft.mesh') continue;
          const { type, data } = JSON.parse(Detail) as { type: string; data: { audience: string[] } };
          events.push({ type, audience: data.audience, data });
        }
      },
    });
    mkdirSync(join(folder, 'weather'));
    writeFileSync(join(folder, 'weather', 'weather.odps.yaml'), PRODUCT_FILE);
    writeFileSync(join(folder, 'weather', 'weather.odcs.yaml'), CONTRACT);
    const now = world.instance.cloud.clock.now();
    const ago = (count: number) => new Date(now - count * DAY).toISOString().slice(0, 10);
    days = { old: ago(40), soon: ago(25), young: ago(1) };
    const parsed = parseProduct(readProductFolder(join(folder, 'weather'), folder), topology);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const glue = new GlueClient((await world.as(PRODUCER)).client);
    const table = toTableInput(parsed.value, parsed.value.tables[0] as ProductTable) as TableInput;
    await glue.send(new CreateTableCommand({ DatabaseName: 'airport_reference', TableInput: table }));
    await put(days.old, 'a.csv', 'SEA,rain\n');
    await put(days.old, 'a.csv', 'SEA,rain\nDEN,sun\n');
    await put(days.old, 'b.csv', 'BOS,fog\n');
    await (await s3()).send(new DeleteObjectCommand({ Bucket: BUCKET, Key: `products/weather/day=${days.old}/b.csv` }));
    await put(days.soon, 'a.csv', 'SEA,snow\n');
    await put(days.young, 'a.csv', 'SEA,sun\nDEN,sun\nBOS,sun\n');
    await glue.send(
      new BatchCreatePartitionCommand({
        DatabaseName: 'airport_reference',
        TableName: 'weather',
        PartitionInputList: Object.values(days).map((day) => ({
          Values: [day],
          StorageDescriptor: {
            ...table.StorageDescriptor,
            Location: `s3://${BUCKET}/products/weather/day=${day}/`,
          },
        })),
      }),
    );
    await weft('product', 'publish', 'weather', '--as', 'airport-reference/steward');
    await weft('subscription', 'request', PRODUCT, '--purpose', 'to see', '--as', ANALYST);
  }, 180_000);

  afterAll(async () => {
    await world?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const all = () => [
    [days.old, '2'],
    [days.soon, '1'],
    [days.young, '3'],
  ];

  const auditor = ['--as', 'governance/auditor'];
  const platform = ['--as', 'governance/platform'];
  /** The bucket that a domain's analysts have their results in. */
  const resultsOf = async (principal: string) => {
    const { client, topology } = await world.as(principal);
    const name = `${topology.mesh}-${principal.split('/')[0]}`;
    const { WorkGroup } = await new AthenaClient(client).send(new GetWorkGroupCommand({ WorkGroup: name }));
    return new URL(WorkGroup?.Configuration?.ResultConfiguration?.OutputLocation ?? '').hostname;
  };

  /** Data that is past goes, announced first, held while somebody holds it, and with every copy. */
  const goes = async () => {
    expect((await ask(world, ANALYST, DAYS)).rows).toEqual(all());
    await weft('product', 'export', PRODUCT, '--out', 'files', '--as', ANALYST);
    const other = await ask(world, ANALYST, 'SELECT 1 AS flight_operations__flights__v1');
    const results = await resultsOf(ANALYST);
    const exported = () => versions(results, 'results/exports/airport_reference__weather__v1/');
    const cached = () => versions(results, 'results/').filter((key) => key.endsWith('.csv'));
    expect(exported().length).toBeGreaterThan(0);
    const plan = () => weft('retention', 'plan', PRODUCT, '--as', PRODUCER);
    expect(await plan()).toMatch(
      new RegExp(`day=${days.old} +3 .*to be announced\\n.*day=${days.soon} +1 .*to be announced`),
    );

    // Announced with what will be past by then: nothing goes before its time.
    await pass(1);
    expect((await ask(world, ANALYST, DAYS)).rows).toEqual(all());
    const on = new Date(world.instance.cloud.clock.now() + 7 * DAY).toISOString().slice(0, 10);
    expect(await weft('retention', 'show', PRODUCT, ...auditor)).toMatch(new RegExp(`30 d +day +up to .* on ${on}`));
    expect(await plan()).toMatch(new RegExp(`day=${days.old} .*${on}\\n.*day=${days.soon} .*${on}`));

    // A hold stops what was announced, wherever it lies.
    expect(await refused('retention', 'hold', PRODUCT, '--as', 'airport-reference/steward')).toMatch(
      /WEFT-RETENTION-001/,
    );
    expect(await refused('retention', 'hold', PRODUCT, '--reason', 'x', '--as', ANALYST)).toMatch(
      /403|may not|IAM refused/,
    );
    await weft('retention', 'hold', PRODUCT, '--reason', 'inquiry 12', ...auditor);
    await pass(9);
    expect((await ask(world, ANALYST, DAYS)).rows).toEqual(all());
    expect(await plan()).toMatch(new RegExp(`day=${days.old} .*held by`));
    expect(await weft('retention', 'show', PRODUCT, ...auditor)).toMatch(/held: .*inquiry 12[\s\S]*stays: .*held/);
    expect(await weft('retention', 'show', PRODUCT, '--as', ANALYST)).not.toMatch(/inquiry 12/);
    expect(await refused('retention', 'release', PRODUCT, ...auditor)).toMatch(/WEFT-RETENTION-005/);
    expect(await refused('retention', 'release', PRODUCT, '--as', 'airport-reference/steward')).toMatch(
      /WEFT-AUTH-002/,
    );
    await weft('retention', 'release', PRODUCT, '--reason', 'closed', ...platform);
    const late = await ask(world, ANALYST, DAYS);

    await pass(1);
    expect((await ask(world, ANALYST, DAYS)).rows).toEqual([[days.young, '3']]);
    expect(versions(BUCKET, 'products/')).toEqual([`products/weather/day=${days.young}/a.csv`]);
    expect(await partitions()).toEqual([[days.young]]);
    // Copies went with it, and what is another product's stayed.
    expect(exported()).toEqual([]);
    expect(cached().some((key) => key.includes(late.id))).toBe(false);
    expect(cached().some((key) => key.includes(other.id))).toBe(true);
  };

  /** What was removed is told in a record that anybody can check. */
  const proven = async () => {
    await weft('retention', 'records', PRODUCT, '--out', 'records', '--as', PRODUCER);
    const [name = ''] = readdirSync(join(folder, 'records'));
    const file = join(folder, 'records', name);
    const genuine = readFileSync(file, 'utf8');
    const signed = JSON.parse(genuine) as SignedDisposal;
    expect(signed.record).toMatchObject({
      product: PRODUCT,
      table: 'weather',
      rule: 'retention 30 d, by day',
      totals: { partitions: 2, objects: 5, bytes: 17 + 9 + 8 + 9 },
      left: { partitions: 0, objects: 0 },
    });
    expect(signed.record.objects.map(({ key }) => key).toSorted()).toEqual([
      ...[1, 2].map(() => `products/weather/day=${days.old}/a.csv`),
      ...[1, 2].map(() => `products/weather/day=${days.old}/b.csv`),
      `products/weather/day=${days.soon}/a.csv`,
    ]);
    expect(await weft('retention', 'verify', file, ...auditor)).toMatch(/genuine: 5 objects and 2 partitions/);
    writeFileSync(join(folder, 'key.txt'), signed.signature.publicKey);
    expect(await weft('retention', 'verify', file, '--key', 'key.txt')).toMatch(/genuine/);
    for (const [was, is] of [
      ['"bytes":17', '"bytes":18'],
      [days.soon, days.young],
      [signed.digest, signed.digest.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))],
    ] as const) {
      writeFileSync(join(folder, 'forged.json'), genuine.replace(was, is));
      expect(await refused('retention', 'verify', 'forged.json', '--key', 'key.txt')).toMatch(/error:/);
      expect(await refused('retention', 'verify', 'forged.json', ...auditor)).toMatch(/error:/);
    }
  };

  /** The trail's bucket has every record, out of the domains' reach, for the auditor to check. */
  const archived = async () => {
    await weft('retention', 'records', PRODUCT, '--out', 'archive', ...auditor);
    const files = readdirSync(join(folder, 'archive'));
    expect(files).toHaveLength(3);
    for (const file of files) {
      expect(await weft('retention', 'verify', join('archive', file), ...auditor)).toMatch(/genuine/);
    }
  };

  /** The copies in the consumer's account have a record of theirs. */
  const copiesProven = async () => {
    const told = JSON.parse(await weft('retention', 'records', PRODUCT, '--json', ...auditor)) as {
      records: DisposalNote[];
    };
    expect(told.records.map(({ by, what }) => `${by} ${what}`).toSorted()).toEqual([
      'airport-reference table',
      'analytics exports',
      'analytics results',
    ]);
    expect(told.records.every(({ digest, objects }) => digest.length === 64 && objects > 0)).toBe(true);
  };

  /** A second run removes nothing and says nothing. */
  const stays = async () => {
    const before = await weft('retention', 'records', PRODUCT, ...auditor);
    await pass(1);
    expect(await weft('retention', 'records', PRODUCT, ...auditor)).toBe(before);
    expect((await ask(world, ANALYST, DAYS)).rows).toEqual([[days.young, '3']]);
  };

  /** Each step is an entry of the trail, and subscribers were told. */
  const told = async () => {
    const trail = JSON.parse(await weft('audit', 'list', '--product', PRODUCT, '--json', ...auditor)) as {
      entries: { action: string; kind: string }[];
    };
    const actions = trail.entries.filter(({ kind }) => kind !== 'event').map(({ action }) => action);
    for (const action of [
      'DisposalAnnounced',
      'LegalHoldPlaced',
      'DisposalBlocked',
      'LegalHoldReleased',
      'DataDisposed',
    ])
      expect(actions).toContain(action);
    expect(actions.filter((action) => action === 'DataDisposed')).toHaveLength(3);
    const types = events.filter(({ audience }) => audience.includes('analytics')).map(({ type }) => type);
    for (const type of ['DisposalAnnounced', 'LegalHoldPlaced', 'LegalHoldReleased', 'DataDisposed'])
      expect(types).toContain(type);
    expect(events.filter(({ type }) => type === 'DisposalBlocked').map(({ audience }) => audience)).toEqual([
      ['airport-reference'],
    ]);
    expect(JSON.stringify(events)).not.toMatch(/inquiry 12/);
  };

  test('data that is past is announced, held, removed with every copy, proven, and told', async () => {
    for (const step of [goes, proven, archived, copiesProven, stays, told]) await step();
  }, 180_000);
});
