import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listenToMesh } from '#cli/demo/event-queue.ts';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import type { QualityView } from '#cli/quality.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';

const DOMAIN = 'airport-reference';
const OWNER = `${DOMAIN}/steward`;
const PRODUCT = `${DOMAIN}/airports`;
/** Stands for the pipeline: it may put reports on the domain's bus, and no person may. */
const REPORTER = 'arn:aws:iam::210000000012:role/aviation-airport-reference-catalog-watch';
const BUCKET = 'aviation-airport-reference-210000000012-us-east-1';
const HEADER = 'iata,name,city,state,country,latitude,longitude';
const GOOD = 'ZZZ9,Good Field,Town,TX,USA,30.5,-97.5';
/** Its code is there already. */
const TWICE = '00M,Twice,Town,TX,USA,30.5,-97.5';

describe('new data and how good it is, on the deployed templates', () => {
  let folder: string;
  const permits = judging();
  let world: World;

  const weft = async (...words: string[]) => {
    const { exit, out, err } = await runWeft(words, { cwd: folder, columns: 400 });
    expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
    return out + err;
  };
  const quality = async (): Promise<QualityView> =>
    JSON.parse(await weft('product', 'quality', PRODUCT, '--as', 'analytics/analyst', '--json'));

  /** Rows in the table's folder in the place of those that came before, and the word of them. */
  const deliver = async (run: string, row: string) => {
    const s3 = new S3Client({ ...(await world.as(`${DOMAIN}/producer`)).client, forcePathStyle: true });
    const Body = `${HEADER}\n${row}\n`;
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'products/airports/more.csv', Body }));
    const at = new Date().toISOString();
    const { source, type, ...rest } = domainEvent({
      type: 'DataDelivered',
      id: `delivered-${run}`,
      time: at,
      from: DOMAIN,
      domain: DOMAIN,
      product: 'airports',
      major: 1,
      table: 'airports',
      at,
      run,
      rows: 1,
    });
    const entry = {
      EventBusName: 'aviation-airport-reference',
      Source: source,
      DetailType: type,
      Detail: JSON.stringify({ source, type, ...rest }),
    };
    const events = new EventBridgeClient((await world.as(REPORTER)).client);
    // Told twice, as a pipeline that does not know whether it was heard would.
    await events.send(new PutEventsCommand({ Entries: [entry, entry] }));
    await world.settle();
  };

  /** What the consumer's bus has got of data and its quality since it was last asked. */
  const heard = async (): Promise<string[]> => {
    const sqs = new SQSClient((await world.as('analytics/steward')).client);
    const QueueUrl = world.notes.eventQueue;
    const all: string[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return all.filter((text) => /^(Data|Quality|Sla)/.test(text)).toSorted();
      for (const { Body = '{}', ReceiptHandle } of Messages) {
        const { detail } = JSON.parse(Body) as { detail: { type: string; data: { run?: string; quality?: string } } };
        all.push([detail.type, detail.data.run, detail.data.quality].filter((part) => part !== undefined).join(' '));
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-quality-'));
    const topology = readMeshFile(undefined, '/');
    const { instance, local } = await bringUp({ topology, folder: join(folder, '.weft'), port: 0 });
    world = new World(instance, local);
    await listenToMesh(world);
    permits.watch(world.instance.cloud);
    await enrol(world, sourceOf('airports'));
    await weft('product', 'publish', sourceOf('airports').folder, '--as', OWNER);
    await weft('subscription', 'request', PRODUCT, '--purpose', 'to know', '--as', 'analytics/analyst');
    await world.settle();
    await heard();
  }, 120_000);

  afterAll(async () => {
    await world?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const goodData = async () => {
    await deliver('r-1', GOOD);
    expect(await heard()).toEqual(['DataUpdated r-1 passed']);
    const { measured, conditions } = await quality();
    expect(measured?.results.map(({ rule, ok }) => [rule, ok])).toEqual([
      ['rowCount', true],
      ['iata: nullValues', true],
      ['iata: duplicateValues', true],
      ['iata: invalidValues', true],
      ['city: missingValues', true],
      ['latitude: on earth', true],
    ]);
    expect(measured?.history).toHaveLength(1);
    expect(conditions.find(({ type }) => type === 'Healthy')?.status).toBe('true');
  };

  const badData = async () => {
    await deliver('r-2', TWICE);
    expect(await heard()).toEqual(['QualityFailed']);
    const shown = await weft('product', 'quality', PRODUCT, '--as', OWNER);
    expect(shown).toMatch(/broken +airports +iata: duplicateValues +1 +mustBe 0 +error/);
    expect(shown).toMatch(/Announced false HeldBack/);
    expect(shown).toMatch(/data of airports from run r-2, .*, is held back: .*duplicateValues is 1/);
    // The fault stays one fault.
    await weft('quality', 'run', PRODUCT, '--as', `${DOMAIN}/producer`);
    await world.settle();
    expect(await heard()).toEqual([]);
  };

  const mended = async () => {
    await deliver('r-3', GOOD);
    expect(await heard()).toEqual(['DataUpdated r-3 passed', 'QualityRestored']);
    const { deliveries, conditions } = await quality();
    expect([deliveries?.waiting, deliveries?.updated?.rows]).toEqual([undefined, 2]);
    expect(conditions.find(({ type }) => type === 'Announced')?.status).toBe('true');
  };

  const letGo = async () => {
    await deliver('r-4', TWICE);
    await weft('product', 'release-data', PRODUCT, '--reason', 'known, and harmless', '--as', OWNER);
    await world.settle();
    expect(await heard()).toEqual(['DataUpdated r-4 failed', 'QualityFailed']);
    const trail = await weft('audit', 'list', '--product', PRODUCT, '--limit', '500', '--as', 'governance/auditor');
    expect(trail).toMatch(/DataReleased.*known, and harmless/);
    expect(await weft('quality', 'list', '--as', 'analytics/analyst')).toMatch(/airport-reference\/airports v1 +6 /);
  };

  test('good data is told, bad data is held back until it is mended, or until the owner lets it go', async () => {
    await goodData();
    await badData();
    await mended();
    await letGo();
  }, 120_000);
});
