import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask } from '#cli/demo/sql.ts';
import { PRODUCT_ROWS_CHANGED } from '#mesh/event/product-event.ts';
import { domainBusName, landingBucketName, ROWS_CHANGED, rowsSource } from '#mesh/topology/names.ts';
import { domainNamed } from '#mesh/topology/topology.ts';
import { judging } from '../judge/judging.ts';
import { type DeployedRepository, deployRepository } from '../pipeline/deployed.ts';

const CONSUMER = 'analytics/analyst';
const BUCKET = landingBucketName('shop', 'sales', '210000000011', 'eu-central-1');
const SCANS = 'SELECT scan_id, place, weight_kg FROM sales__shipments__v1.scans ORDER BY scan_id';
const MINUTE = 60_000;

describe('a service that tells its events, on the deployed templates', () => {
  const permits = judging();
  let deployed: DeployedRepository;
  let sequence = 0;

  const rows = (): object[] =>
    readFileSync(join(deployed.repository, 'sample/scans.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
  const tell = async (changes: readonly object[], id: string) => {
    const { client } = await deployed.world.as('sales/producer');
    sequence += 1;
    const source = rowsSource('sales');
    const data = { product: 'shipments', major: 1, table: 'scans', sequence, rows: changes };
    const detail = { specversion: '1.0', id, source, type: ROWS_CHANGED, time: '2026-11-03T10:00:00Z', data };
    const entry = {
      EventBusName: domainBusName('shop', 'sales'),
      Source: source,
      DetailType: ROWS_CHANGED,
      Detail: JSON.stringify(detail),
    };
    const { FailedEntryCount } = await new EventBridgeClient(client).send(new PutEventsCommand({ Entries: [entry] }));
    expect(FailedEntryCount).toBe(0);
  };
  const pass = async (milliseconds: number) => {
    await deployed.world.settle();
    deployed.world.instance.cloud.clock.advance(milliseconds);
    await deployed.world.settle();
  };

  beforeAll(async () => {
    deployed = await deployRepository('event-stream', { watch: permits.watch });
    await deployed.offer('shipments');
  }, 180_000);

  afterAll(() => deployed?.close());

  test('one event is a row of the product and an event for its consumers', async () => {
    const heard = await queueOf(deployed);
    await tell(rows(), 'first');
    await deployed.world.settle();
    expect(await heard()).toEqual([['s-1', 's-2', 's-3']]);
    // Firehose buffers for a minute.
    await pass(MINUTE);
    expect((await ask(deployed.world, CONSUMER, SCANS)).rows).toEqual([
      ['s-1', 'Hamburg', '2.50'],
      ['s-2', 'Hannover', '2.50'],
      ['s-3', 'Bremen', '12.00'],
    ]);
  }, 60_000);

  test('what comes again is there once, and what does not fit is aside with its reason', async () => {
    const [scan = {}] = rows() as { after: object }[];
    await tell(
      [...rows(), { after: { ...(scan as { after: object }).after, scan_id: 's-9', weight_kg: 'heavy' } }],
      'second',
    );
    await tell(rows(), 'second, once more');
    await pass(MINUTE);
    const { rows: found } = await ask(deployed.world, CONSUMER, SCANS);
    expect(found.map(([id]) => id)).toEqual(['s-1', 's-2', 's-3']);
    const s3 = new S3Client({ ...(await deployed.world.as('sales/producer')).client, forcePathStyle: true });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'quarantine/' }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: Contents[0]?.Key }));
    expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({
      scan_id: 's-9',
      weight_kg: 'heavy',
      weft_reasons: 'weight_kg:type',
    });
  }, 60_000);
});

/** A queue of the consumer behind its own bus; gives the scans that it has heard of since. */
async function queueOf({ world }: DeployedRepository): Promise<() => Promise<string[][]>> {
  const { instance, local } = world;
  const { account = '' } = domainNamed(local.topology, 'analytics') ?? {};
  const client = instance.cloud.clientConfig(`arn:aws:iam::${account}:root`);
  const sqs = new SQSClient(client);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'heard' }));
  const Arn = `arn:aws:sqs:${local.region}:${account}:heard`;
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: Arn },
    ],
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  const events = new EventBridgeClient(client);
  const EventBusName = domainBusName('shop', 'analytics');
  const EventPattern = JSON.stringify({ 'detail-type': [PRODUCT_ROWS_CHANGED] });
  await events.send(new PutRuleCommand({ Name: 'heard', EventBusName, EventPattern }));
  await events.send(new PutTargetsCommand({ Rule: 'heard', EventBusName, Targets: [{ Id: 'queue', Arn }] }));
  return async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    return Messages.map(({ Body = '' }) => {
      const { detail } = JSON.parse(Body) as { detail: { data: { rows: { after: { scan_id: string } }[] } } };
      return detail.data.rows.map(({ after }) => after.scan_id);
    });
  };
}
