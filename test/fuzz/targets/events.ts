import { rmSync } from 'node:fs';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type LocalServer, serve } from '#local/core/server.ts';
import { AthenaService } from '#local/services/athena/service.ts';
import { EventBridgeService } from '#local/services/eventbridge/service.ts';
import { KmsService } from '#local/services/kms/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { SchedulerService } from '#local/services/scheduler/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';
import { SsmService } from '#local/services/ssm/service.ts';
import { StsService } from '#local/services/sts.ts';
import { createWorld, GOVERNANCE, TOPOLOGY, type World } from '../../control/world.ts';
import { type Bench, oneByOne, type Target, type Verdict } from '../target.ts';
import { CONSUMERS, type Consumer, type EventInput, someEvent } from './event-texts.ts';

const REGION = 'us-east-1';
const ROLE = `arn:aws:iam::${GOVERNANCE}:role/toy-reconcile`;

/** Messages to the Lambdas that take them, each in a batch between two that are sound. */
export const target: Target = {
  name: 'events',
  what: 'a message that cannot be read or worked fails alone: the batch does not, and those beside it go through',
  suffix: 'json',
  limit: 2_000,
  make: someEvent,
  open,
};

type Handler = (event: unknown, context: object) => Promise<unknown>;

async function open(): Promise<Bench> {
  // Of metrics that are switched off the library warns at each invocation.
  console.warn = () => undefined;
  const world = await createWorld();
  const server = await prepare(world);
  const handlers = new Map<Consumer, Handler>();
  for (const name of CONSUMERS) {
    const { handler } = (await import(`../../../lambdas/${name}/handler.ts`)) as { handler: Handler };
    handlers.set(name, handler);
  }
  return oneByOne(
    (input) => judge(input, handlers),
    async () => {
      await server.close();
      await world.cloud.close();
      rmSync(world.cloud.folder, { recursive: true, force: true });
    },
  );
}

/** What the handlers' environment names, in one account: whose it is decides nothing here. */
async function prepare({ cloud }: World): Promise<LocalServer> {
  for (const service of [
    new AthenaService(),
    new EventBridgeService(cloud),
    new KmsService(cloud),
    new S3Service(cloud),
    new SchedulerService(cloud),
    new SqsService(cloud),
    new SsmService(),
    new StsService(),
  ])
    cloud.register(service);
  const server = await serve(cloud, 0);
  const config = cloud.clientConfig(ROLE) as never;
  await new S3Client(config).send(new CreateBucketCommand({ Bucket: 'toy-audit' }));
  await new SchedulerClient(config).send(new CreateScheduleGroupCommand({ Name: 'toy-finance-ends' }));
  const sqs = new SQSClient(config);
  const queues = ['reconcile.fifo', 'audit.fifo', 'queries', 'held.fifo', 'held-letters.fifo', 'intents.fifo'];
  const [reconcile, audit, queries, held, letters] = await Promise.all(
    queues.map(async (QueueName) => {
      const Attributes = QueueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
      return (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
    }),
  );
  for (const Name of ['toy-mesh', 'toy-finance'])
    await new EventBridgeClient(config).send(new CreateEventBusCommand({ Name }));
  const key = await new KMSClient(config).send(
    new CreateKeyCommand({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' }),
  );
  const { domains, ...rest } = TOPOLOGY;
  const parameters = [
    ['/weft/toy/mesh', JSON.stringify(rest)],
    ...domains.map((domain) => [`/weft/toy/domains/${domain.name}`, JSON.stringify(domain)]),
    ['/weft/toy/api', `${server.endpoint}/none`],
  ] as const;
  for (const [Name, Value] of parameters)
    await new SSMClient(config).send(new PutParameterCommand({ Name, Value, Type: 'String' }));
  const { accessKeyId, secretAccessKey, sessionToken } = cloud.credentials(ROLE);
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: server.endpoint,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    POWERTOOLS_DEV: 'true',
    WEFT_MESH: 'toy',
    WEFT_REGION: REGION,
    WEFT_REGISTRY_TABLE: 'registry',
    WEFT_MESH_BUS: 'toy-mesh',
    WEFT_RECONCILE_QUEUE_URL: reconcile,
    WEFT_AUDIT_BUCKET: 'toy-audit',
    WEFT_AUDIT_QUEUE_URL: audit,
    WEFT_LOG_KEY: key.KeyMetadata?.KeyId ?? '',
    WEFT_DEAD_LETTERS: '[]',
    WEFT_DOMAIN: 'finance',
    WEFT_ACCOUNT: GOVERNANCE,
    WEFT_DOMAIN_BUS: 'toy-finance',
    WEFT_INTENTS_QUEUE_ARN: `arn:aws:sqs:${REGION}:${GOVERNANCE}:intents.fifo`,
    WEFT_TIMER_GROUP: 'toy-finance-ends',
    WEFT_TIMER_ROLE: ROLE,
    WEFT_GOVERNANCE_ACCOUNT: GOVERNANCE,
    WEFT_WORKGROUP: 'primary',
    WEFT_WORKGROUPS: 'primary',
    WEFT_QUERIES_URL: queries,
    WEFT_HELD_QUEUE_URL: held,
    WEFT_HELD_QUEUE_ARN: `arn:aws:sqs:${REGION}:${GOVERNANCE}:held.fifo`,
    WEFT_HELD_LETTERS_URL: letters,
  });
  return server;
}

async function judge(input: string, handlers: ReadonlyMap<Consumer, Handler>): Promise<Verdict> {
  let given: EventInput;
  try {
    given = JSON.parse(input) as EventInput;
  } catch {
    return 'refused';
  }
  const handler = handlers.get(given.handler);
  if (handler === undefined || typeof given.body !== 'string') return 'refused';
  const event = eventOf(given);
  if (event === undefined) return 'refused';
  let answer: unknown;
  try {
    answer = await handler(event, { awsRequestId: 'r-1', functionName: given.handler });
  } catch (error) {
    // One event that comes alone, by itself or by hand: it is given back, and parked after its attempts.
    if (isAlone(given.handler)) return 'refused';
    // The stream halves a batch that fails until the record is alone, and parks it.
    if (given.handler === 'relay') return aside(handler);
    return { wrong: `${given.handler}: the batch fails: ${error instanceof Error ? error.stack : String(error)}` };
  }
  const failed = ((answer ?? {}) as { batchItemFailures?: { itemIdentifier: string }[] }).batchItemFailures ?? [];
  const others = failed.filter(({ itemIdentifier }) => itemIdentifier !== 'poison');
  if (others.length > 0) return { wrong: `${given.handler}: ${others.length} sound messages fail beside it` };
  return failed.length > 0 ? 'refused' : 'accepted';
}

/** What stands beside a record that cannot be worked goes through without it. */
async function aside(relay: Handler): Promise<Verdict> {
  const event = eventOf({ handler: 'relay', body: '' }) as { Records: object[] };
  const answer = (await relay(
    { Records: event.Records.filter((_, index) => index !== 1) },
    { awsRequestId: 'r-2' },
  )) as {
    batchItemFailures: object[];
  };
  return answer.batchItemFailures.length === 0 ? 'refused' : { wrong: 'relay: sound records fail by themselves' };
}

function isAlone(handler: Consumer): boolean {
  return handler === 'query-watch' || handler === 'catalog-watch' || handler === 'dead-letters';
}

function eventOf({ handler, body }: EventInput): unknown {
  if (isAlone(handler)) {
    try {
      return JSON.parse(body);
    } catch {
      return undefined;
    }
  }
  const [first, last] = GOOD[handler] ?? [];
  if (handler === 'relay') {
    const image = (text: string) => {
      try {
        return JSON.parse(text) as object;
      } catch {
        return undefined;
      }
    };
    const records = [
      [first ?? '', 'first'],
      [body, 'poison'],
      [last ?? '', 'last'],
    ] as const;
    return {
      Records: records.map(([text, SequenceNumber]) => ({ dynamodb: { SequenceNumber, NewImage: image(text) } })),
    };
  }
  const record = (messageId: string, text: string) => ({
    messageId,
    receiptHandle: messageId,
    eventSourceARN: `arn:aws:sqs:${REGION}:${GOVERNANCE}:reconcile.fifo`,
    body: text,
    attributes: { ApproximateReceiveCount: '1' },
  });
  // A queue whose messages come one by one has none beside it.
  if (first === undefined || last === undefined) return { Records: [record('poison', body)] };
  return { Records: [record('first', first), record('poison', body), record('last', last)] };
}

/** Sound messages that a handler is done with at once. */
const GOOD: Readonly<Partial<Record<Consumer, readonly [string, string]>>> = {
  reconcile: ['a', 'b'].map((name) =>
    JSON.stringify({ domain: 'sales', name, major: 1, cause: 'change', correlation: 'c' }),
  ) as [string, string],
  sync: ['a', 'b'].map((id) => JSON.stringify({ id, account: '222222222222', detail: { type: 'DataDelivered' } })) as [
    string,
    string,
  ],
  agent: ['a', 'b'].map((id) =>
    JSON.stringify({
      detail: { id, type: 'ShareRequested', subject: `sales/${id}`, data: { major: 1, consumer: 'research' } },
    }),
  ) as [string, string],
  'event-port': ['a', 'b'].map((id) => JSON.stringify({ id, detail: { id } })) as [string, string],
  appender: ['a', 'b'].map((id) => JSON.stringify({ id, at: '2026-03-01T12:00:00Z' })) as [string, string],
  relay: ['a', 'b'].map((id) => JSON.stringify({ pk: { S: id }, sk: { S: id }, type: { S: 'source' } })) as [
    string,
    string,
  ],
};
