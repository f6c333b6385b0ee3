import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask } from '#cli/demo/sql.ts';
import { World } from '#cli/demo/world.ts';
import { Engine } from '#local/services/athena/engine/instance.ts';
import { landingBucketName } from '#mesh/topology/names.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';
import { type DeployedRepository, deployRepository } from '../pipeline/deployed.ts';

const PRODUCER = 'sales/producer';
const CONSUMER = 'analytics/analyst';
const TABLE = 'sales__orders__v1.orders';
const BUCKET = landingBucketName('shop', 'sales', '210000000011', 'eu-central-1');
const TOTALS = 'SELECT country, orders FROM sales__orders__v1.totals ORDER BY country';
const DAY = 86_400_000;
const COUNT = `SELECT order_date, count(*) AS orders, sum(amount) AS amount FROM ${TABLE} WHERE order_date < DATE '2026-11-05' GROUP BY order_date ORDER BY order_date`;

/** A table that is made anew every day, beside the one that files are added to. */
function addTotals(repository: string): void {
  const add = (path: string, text: string) => appendFileSync(join(repository, path), text);
  const contract = join(repository, 'products/orders/orders.odcs.yaml');
  const table = `  - name: totals
    physicalName: totals
    physicalType: table
    description: Orders by country.
    properties:
      - { name: country, logicalType: string, physicalType: string, classification: internal, description: Where. }
      - { name: orders, logicalType: integer, physicalType: bigint, classification: internal, description: How many. }
slaProperties:`;
  writeFileSync(contract, readFileSync(contract, 'utf8').replace('slaProperties:', table));
  add(
    'pipeline/pipeline.yaml',
    '  - { product: orders, table: totals, sql: totals.sql, on: { every: 1 day }, write: replace }\n',
  );
  add('pipeline/totals.sql', 'SELECT country, count(*) AS orders FROM sales.orders GROUP BY country');
}

describe('a pipeline of files, on the deployed templates', () => {
  const permits = judging();
  let deployed: DeployedRepository;
  let repository: string;
  let world: World;
  let s3: S3Client;

  const sample = (path: string) => readFileSync(join(repository, 'sample', path));
  const land = async (key: string, body: Uint8Array | string) => {
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
    await world.settle();
  };
  const keys = async (prefix: string) => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }));
    return Contents.map(({ Key = '' }) => Key);
  };
  const read = async (key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
    return (await Body?.transformToString()) ?? '';
  };

  beforeAll(async () => {
    deployed = await deployRepository('source-aligned', { watch: permits.watch, change: addTotals });
    ({ world, repository } = deployed);
    s3 = new S3Client({ ...(await world.as(PRODUCER)).client, forcePathStyle: true });
    await deployed.offer('orders');
  }, 180_000);

  afterAll(() => deployed?.close());

  test('a file that lands is in the product once, and what does not fit is aside with its reason', async () => {
    await land('orders/orders-1.csv', sample('orders/orders-1.csv'));
    expect((await ask(world, CONSUMER, COUNT)).rows).toEqual([
      ['2026-11-02', '3', '281.40'],
      ['2026-11-03', '1', '75.25'],
    ]);
    const prefix = 'quarantine/orders.orders/';
    const found = await Promise.all((await keys(prefix)).map(read));
    const [first = ''] = found.filter((text) => text.includes('1005'));
    expect(JSON.parse(first)).toMatchObject({
      order_id: '1005',
      amount: 'not known',
      weft_reasons: 'amount:type',
      weft_cause: 'orders/orders-1.csv',
    });
    // What comes again changes nothing, and JSON and Parquet land beside CSV.
    await land('orders/orders-1.csv', sample('orders/orders-1.csv'));
    await land('orders-json/orders-2.json', sample('orders-json/orders-2.json'));
    await land('orders-parquet/orders-3.parquet', await parquet());
    expect((await ask(world, CONSUMER, COUNT)).rows).toEqual([
      ['2026-11-02', '3', '281.40'],
      ['2026-11-03', '2', '83.25'],
      ['2026-11-04', '2', '164.10'],
    ]);
    const runs = await keys('runs/orders.orders/');
    expect(JSON.parse(await read(runs[0] ?? ''))).toMatchObject({ state: 'done', read: 5, unfit: 1, rows: 4 });
  }, 60_000);

  test('each row that does not fit says why, and the command line tells of it', async () => {
    const whole = {
      order_id: 'x-1',
      customer_id: 'c-1',
      country: 'xx',
      amount: '1',
      currency: 'EUR',
      order_date: '2026-11-09',
    };
    const odd = [
      { ...whole, customer_id: undefined },
      { ...whole, order_date: '2019-12-31' },
      { ...whole, order_date: 'someday', amount: '' },
    ];
    await land('orders-json/odd.json', odd.map((row) => JSON.stringify(row)).join('\n'));
    const found = await Promise.all((await keys('quarantine/')).map(read));
    const [about = ''] = found.filter((text) => text.includes('odd.json'));
    const rows = about
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ weft_reasons }) => weft_reasons).toSorted()).toEqual([
      'amount:required order_date:type',
      'customer_id:required',
      'order_date:partition',
    ]);
    const weft = async (...words: string[]) => {
      const { exit, out, err } = await runWeft(words, { cwd: deployed.folder, columns: 400 });
      expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
      return out + err;
    };
    expect(await weft('pipeline', 'check', repository)).toContain('4 step(s), 3 raw table(s)');
    const again = ['pipeline', 'run', 'orders-from-json', '--repository', repository, '--as', PRODUCER];
    expect(await weft(...again)).toContain('was asked to run for');
    await world.settle();
    const status = JSON.parse(await weft('pipeline', 'status', 'orders-from-json', '--json', '--as', PRODUCER));
    const runs = status.runs.filter(({ cause }: { cause: { key: string } }) => cause.key === 'orders-json/odd.json');
    expect(runs).toMatchObject([{ state: 'done', read: 3, unfit: 3, rows: 0 }]);
    expect(await weft('pipeline', 'status', '--as', PRODUCER)).toContain('orders-json/odd.json');
  }, 60_000);

  test('a table that is made anew shows the newest snapshot, and only that, to those who subscribed', async () => {
    const seen: unknown[] = [];
    for (const country of ['at', 'at']) {
      const line = JSON.stringify({
        order_id: `${seen.length}`,
        customer_id: 'c-1',
        country,
        amount: '1.00',
        currency: 'EUR',
        order_date: '2026-11-05',
      });
      await land(`orders-json/more-${seen.length}.json`, line);
      world.instance.cloud.clock.advance(DAY);
      await world.settle();
      // Sessions that are older than the day have ended.
      world = new World(world.instance, world.local);
      s3 = new S3Client({ ...(await world.as(PRODUCER)).client, forcePathStyle: true });
      seen.push((await ask(world, CONSUMER, TOTALS)).rows[0]);
    }
    expect(seen).toEqual([
      ['AT', '1'],
      ['AT', '2'],
    ]);
  }, 120_000);

  test('an earlier answer is taken again until the data or the access is another', async () => {
    const home = mkdtempSync(join(tmpdir(), 'weft-home-'));
    const totals = "SELECT orders FROM sales__orders__v1.totals WHERE country = 'ZZ'";
    const asked = async (sql = totals) => {
      const { exit, out, err } = await runWeft(['query', sql, '--reuse', '2d', '--json', '--as', CONSUMER], {
        cwd: deployed.folder,
        env: { HOME: home, USER: 'ann' },
      });
      return exit === 0 ? { ...JSON.parse(out), err } : { err };
    };
    const anew = async (id: string) => {
      const row = {
        order_id: id,
        customer_id: 'c-1',
        country: 'zz',
        amount: '1',
        currency: 'EUR',
        order_date: '2026-11-06',
      };
      await land(`orders-json/zz-${id}.json`, JSON.stringify(row));
      world.instance.cloud.clock.advance(DAY);
      await world.settle();
      world = new World(world.instance, world.local);
      s3 = new S3Client({ ...(await world.as(PRODUCER)).client, forcePathStyle: true });
    };
    await anew('zz-1');
    const first = await asked();
    expect(first).toMatchObject({ rows: [['1']], reused: false });
    expect(await asked()).toMatchObject({ rows: [['1']], reused: true, id: first.id });
    // Another person's answer is nobody else's, and a table that files are added to says nothing of its data.
    expect(await asked(`SELECT count(*) FROM ${TABLE}`)).toMatchObject({
      reused: false,
      err: expect.stringContaining('changes in place'),
    });
    await anew('zz-2');
    expect(await asked()).toMatchObject({ rows: [['2']], reused: false });
    expect(await asked()).toMatchObject({ rows: [['2']], reused: true });
    const steward = await world.as('sales/steward');
    const { subscriptions } = await steward.api<{ subscriptions: { id: string }[] }>({
      method: 'GET',
      path: '/subscriptions',
      query: { product: 'sales/orders', state: 'active' },
    });
    const path = `/subscriptions/${subscriptions[0]?.id}/suspension`;
    await steward.api({ method: 'POST', path, body: { action: 'suspend', reason: 'a test' } });
    await world.settle();
    expect(await asked()).toEqual({ err: expect.stringMatching(/Insufficient|not authorized|does not exist/) });
    await steward.api({ method: 'POST', path, body: { action: 'resume' } });
    await world.settle();
    expect(await asked()).toMatchObject({ rows: [['2']], reused: false });
    rmSync(home, { recursive: true });
  }, 120_000);
});

async function parquet(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-parquet-'));
  const engine = await Engine.start(1);
  const columns = [
    "'1008' AS order_id, 'c-23' AS customer_id, NULL::VARCHAR AS customer_email, 'pt' AS country",
    "100::DECIMAL(12,2) AS amount, 'EUR' AS currency, TIMESTAMP '2026-11-04 10:00:00' AS ordered_at",
    "DATE '2026-11-04' AS order_date",
  ];
  try {
    await engine.connection.run(`COPY (SELECT ${columns.join(', ')}) TO '${join(folder, 'a')}' (FORMAT parquet)`);
    return readFileSync(join(folder, 'a'));
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true });
  }
}
