import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import {
  CreateTableCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { logCrypto } from '#aws/log-crypto.ts';
import { appendToLog } from '#control/append-log.ts';
import { verifierKey } from '#mesh/audit/log/note.ts';
import { BUCKET, type Clients, LOG_BUCKET, TABLE } from './clients.ts';
import { digestOf, type Ledger } from './ledger.ts';

const QUEUE = 'durable';
const POLICY = JSON.stringify({
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: '*' },
  ],
});
const privateKey = generateKeyPairSync('ed25519').privateKey;
const raw = new Uint8Array(Buffer.from(String(privateKey.export({ format: 'jwk' }).x), 'base64url'));
/** The key of the trail's log. */
export const LOG_KEY = verifierKey('toy.weft/audit/111111111111/us-east-1', raw, logCrypto.sha256);

/** What the clients write to; the address of the queue. */
export async function makeReady({ s3, sqs, dynamodb, events }: Clients): Promise<string> {
  for (const Bucket of [BUCKET, LOG_BUCKET]) await s3.send(new CreateBucketCommand({ Bucket }));
  await dynamodb.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: QUEUE, Attributes: { VisibilityTimeout: '1', Policy: POLICY } }),
  );
  await events.send(new PutRuleCommand({ Name: 'to-queue', EventPattern: '{"source":["durability"]}' }));
  await events.send(
    new PutTargetsCommand({
      Rule: 'to-queue',
      Targets: [{ Id: 'q', Arn: `arn:aws:sqs:us-east-1:111111111111:${QUEUE}`, InputPath: '$.detail' }],
    }),
  );
  return QueueUrl;
}

let names = 0;
const next = (kind: string) => {
  names += 1;
  return `${kind}-${names}`;
};

/** One write of each kind, told to the ledger before it is tried and after it was acknowledged. */
export const WRITERS: readonly ((clients: Clients, ledger: Ledger, queueUrl: string) => Promise<void>)[] = [
  async ({ s3 }, ledger) => {
    const Key = `objects/${Math.floor(Math.random() * 200)}`;
    const Body = randomBytes(1 + Math.floor(Math.random() ** 3 * 400_000));
    const known = ledger.objects.get(Key) ?? { tried: new Set<string>() };
    ledger.objects.set(Key, known);
    known.tried.add(digestOf(Body));
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
    known.acknowledged = digestOf(Body);
    known.tried = new Set([known.acknowledged]);
  },
  async ({ dynamodb }, ledger) => {
    const pk = `item-${Math.floor(Math.random() * 100)}`;
    const known = ledger.items.get(pk) ?? { acknowledged: 0, tried: 0 };
    ledger.items.set(pk, known);
    known.tried += 1;
    const revision = known.tried;
    await dynamodb.send(
      new PutItemCommand({
        TableName: TABLE,
        Item: { pk: { S: pk }, revision: { N: String(revision) } },
        ConditionExpression: 'attribute_not_exists(pk) OR revision < :r',
        ExpressionAttributeValues: { ':r': { N: String(revision) } },
      }),
    );
    known.acknowledged = Math.max(known.acknowledged, revision);
  },
  async ({ dynamodb }, ledger) => {
    ledger.counter.tried += 1;
    const add = { UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } };
    await dynamodb.send(new UpdateItemCommand({ TableName: TABLE, Key: { pk: { S: 'counter' } }, ...add }));
    ledger.counter.acknowledged += 1;
  },
  async ({ dynamodb }, ledger) => {
    const name = next('pair');
    ledger.pairs.set(name, false);
    const put = (side: string) => ({ Put: { TableName: TABLE, Item: { pk: { S: `${name}/${side}` } } } });
    await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [put('left'), put('right')] }));
    ledger.pairs.set(name, true);
  },
  async ({ sqs }, ledger, QueueUrl) => {
    const MessageBody = next('message');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    ledger.sent.add(MessageBody);
  },
  async ({ events }, ledger) => {
    const name = next('event');
    const { FailedEntryCount } = await events.send(
      new PutEventsCommand({ Entries: [{ Source: 'durability', DetailType: 'd', Detail: JSON.stringify({ name }) }] }),
    );
    if (FailedEntryCount === 0) ledger.sent.add(name);
  },
  append,
];

/** Adds an entry to the trail, and finishes what an appender before it left. */
export async function append({ log }: Clients, ledger: Ledger): Promise<void> {
  const id = next('entry');
  const entry = {
    id,
    at: new Date().toISOString(),
    kind: 'command',
    actor: 'arn:aws:iam::111111111111:role/r',
    action: 'ProductPublished',
    correlation: id,
    policies: [],
    entity: 'product',
    summary: 's',
  };
  await appendToLog([JSON.stringify(entry)], {
    ...logCrypto,
    store: log,
    key: LOG_KEY,
    sign: async (message) => sign(undefined, message, privateKey),
    missed: () => undefined,
    now: () => new Date(),
  });
  ledger.entries.add(id);
}

/** Takes some messages; what a consumer has, it keeps. */
export async function consume({ sqs }: Clients, ledger: Ledger, QueueUrl: string): Promise<number> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  for (const { Body = '', ReceiptHandle } of Messages) {
    ledger.received.add(Body.startsWith('{') ? (JSON.parse(Body) as { name: string }).name : Body);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
  return Messages.length;
}
