import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud, callerFor } from '#local/core/cloud.ts';
import type { Service } from '#local/core/service.ts';
import { DynamoDbService } from '#local/services/dynamodb/service.ts';
import { EventBridgeService } from '#local/services/eventbridge/service.ts';
import { LambdaService } from '#local/services/lambda/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';
import { bundle } from './bundle.ts';

const ACCOUNT = '111111111111';
const REGION = 'us-east-1';
const queueArn = (name: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;

/** A handler that writes down what it got, in a table, through an SDK client over HTTP. */
const RECORDER = `
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
const client = new DynamoDBClient({});
let order = 0;
export const handler = async (event) => {
  const records = event.Records ?? [event];
  const failures = [];
  for (const record of records) {
    const body = record.body ?? JSON.stringify(record.dynamodb?.NewImage?.v?.S ?? record.detail ?? record);
    const id = record.messageId ?? record.dynamodb?.SequenceNumber;
    await client.send(new PutItemCommand({ TableName: 'log', Item: {
      pk: { S: String(process.hrtime.bigint()).padStart(20, '0') + (order++) }, body: { S: body }, batch: { N: String(records.length) } } }));
    if (body.includes('poison')) failures.push({ itemIdentifier: id });
    if (body.includes('throw')) throw new Error('asked to');
    if (failures.length > 0 && process.env.STOP_AT_FIRST) break;
  }
  return { batchItemFailures: failures };
};`;

let recorder: string | undefined;

describe('event sources and rules, down to a function that calls back', () => {
  let cloud: Cloud;
  let clock: Clock;

  beforeEach(async () => {
    clock = new Clock();
    cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock });
    for (const service of [
      new DynamoDbService(cloud),
      new SqsService(cloud),
      new EventBridgeService(cloud),
      new LambdaService(cloud),
    ] satisfies Service[]) {
      cloud.register(service);
    }
    recorder ??= bundle(RECORDER);
    await call('dynamodb', 'CreateTable', {
      TableName: 'log',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    await call('lambda', 'CreateFunction', {
      FunctionName: 'recorder',
      Runtime: 'nodejs24.x',
      Role: `arn:aws:iam::${ACCOUNT}:role/recorder`,
      Handler: 'index.handler',
      MemorySize: 256,
      Timeout: 20,
      Code: { LocalDirectory: recorder },
    });
  });

  afterEach(async () => {
    await cloud.close();
  });

  const call = async <T = Record<string, string>>(service: string, operation: string, input: object): Promise<T> => {
    const found = cloud.serviceNamed(service);
    if (found === undefined) throw new Error(service);
    const context = cloud.contextFor(callerFor(`arn:aws:iam::${ACCOUNT}:root`, 'x'));
    return (await cloud.invoke(found, operation, input, context)) as T;
  };
  const logged = async () => {
    const { Items } = await call<{ Items: { pk: { S: string }; body: { S: string }; batch: { N: string } }[] }>(
      'dynamodb',
      'Scan',
      { TableName: 'log' },
    );
    return Items.sort((left, right) => (left.pk.S < right.pk.S ? -1 : 1)).map((item) => item.body.S);
  };
  const map = (EventSourceArn: string, more: object = {}) =>
    call('lambda', 'CreateEventSourceMapping', { FunctionName: 'recorder', EventSourceArn, ...more });

  test('a queue: what succeeds is deleted, what fails comes back and ends in the dead-letter queue', async () => {
    await call('sqs', 'CreateQueue', { QueueName: 'dead' });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn('dead'), maxReceiveCount: 2 });
    await call('sqs', 'CreateQueue', { QueueName: 'work', Attributes: { RedrivePolicy, VisibilityTimeout: '60' } });
    await map(queueArn('work'), { FunctionResponseTypes: ['ReportBatchItemFailures'] });
    const queues = cloud.service(SqsService);
    for (const body of ['one', 'poison', 'two']) queues.deliver(queueArn('work'), body);
    await cloud.settle();
    expect((await logged()).sort()).toEqual(['one', 'poison', 'two']);
    clock.advance(61_000);
    await cloud.settle();
    expect((await logged()).sort()).toEqual(['one', 'poison', 'poison', 'two']);
    clock.advance(61_000);
    await cloud.settle();
    expect(queues.receive(queueArn('dead'), 10).map((message) => message.body)).toEqual(['poison']);
    expect(await logged()).toHaveLength(4);
  });

  test('a message that a stopped cloud was working on is taken again by the next one, at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weft-'));
    const boot = () => {
      const next = new Cloud({ folder, stateFile: join(folder, 'state.sqlite'), clock });
      for (const type of [DynamoDbService, SqsService, LambdaService]) next.register(new type(next));
      return next;
    };
    await cloud.close();
    cloud = boot();
    const LocalDirectory = bundle(`import { existsSync, writeFileSync } from 'node:fs';
      const file = (name) => ${JSON.stringify(folder)} + '/' + name;
      export const handler = async () => {
        if (existsSync(file('began'))) return writeFileSync(file('done'), 'x');
        writeFileSync(file('began'), 'x');
        await new Promise((resolve) => setTimeout(resolve, 20_000));
      };`);
    await call('sqs', 'CreateQueue', { QueueName: 'work', Attributes: { VisibilityTimeout: '600' } });
    const Role = `arn:aws:iam::${ACCOUNT}:role/slow`;
    const slow = { FunctionName: 'slow', Runtime: 'nodejs24.x', Role, Handler: 'index.handler', Timeout: 60 };
    await call('lambda', 'CreateFunction', { ...slow, Code: { LocalDirectory } });
    await call('lambda', 'CreateEventSourceMapping', { FunctionName: 'slow', EventSourceArn: queueArn('work') });
    cloud.service(SqsService).deliver(queueArn('work'), 'one');
    while (!existsSync(join(folder, 'began'))) await cloud.service(LambdaService).pump();
    await cloud.close();
    cloud = boot();
    await cloud.settle();
    expect(existsSync(join(folder, 'done'))).toBe(true);
  });

  test('a FIFO queue keeps the order of each group', async () => {
    await call('sqs', 'CreateQueue', {
      QueueName: 'work.fifo',
      Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true', VisibilityTimeout: '60' },
    });
    await map(queueArn('work.fifo'), { BatchSize: 1 });
    const queues = cloud.service(SqsService);
    for (let at = 0; at < 6; at += 1)
      queues.deliver(queueArn('work.fifo'), `${at % 2}-${at}`, { groupId: `g${at % 2}` });
    await cloud.settle();
    const bodies = await logged();
    expect(bodies.filter((body) => body.startsWith('0'))).toEqual(['0-0', '0-2', '0-4']);
    expect(bodies.filter((body) => body.startsWith('1'))).toEqual(['1-1', '1-3', '1-5']);
  });

  const source = async (more: object) => {
    const { TableDescription } = await call<{ TableDescription: { LatestStreamArn: string } }>(
      'dynamodb',
      'CreateTable',
      {
        TableName: 'source',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      },
    );
    await map(TableDescription.LatestStreamArn, { StartingPosition: 'TRIM_HORIZON', ...more });
    return (values: string[]) =>
      Promise.all(
        values.map((v, at) =>
          call('dynamodb', 'PutItem', { TableName: 'source', Item: { pk: { S: `${at} ${v}` }, v: { S: v } } }),
        ),
      );
  };

  test('a stream arrives in order, once, and the filter leaves out the rest', async () => {
    const put = await source({
      BatchSize: 2,
      FilterCriteria: {
        Filters: [{ Pattern: JSON.stringify({ dynamodb: { NewImage: { v: { S: [{ prefix: 'v' }] } } } }) }],
      },
    });
    await put(['v1', 'v2', 'skipped', 'v3', 'v4', 'v5']);
    await cloud.settle();
    expect(await logged()).toEqual(['"v1"', '"v2"', '"v3"', '"v4"', '"v5"']);
    await cloud.settle();
    expect(await logged()).toHaveLength(5);
  });

  test('a stream holds still at what fails, bisects, and tells the destination when it gives up', async () => {
    await call('sqs', 'CreateQueue', { QueueName: 'failed' });
    const put = await source({
      BatchSize: 10,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: queueArn('failed') } },
    });
    await put(['a', 'throw', 'b']);
    await cloud.settle();
    expect((await logged()).filter((body) => body === '"b"')).toEqual([]);
    clock.advance(5000);
    await cloud.settle();
    expect((await logged()).at(-1)).toBe('"b"');
    const [message] = cloud.service(SqsService).receive(queueArn('failed'), 10);
    expect(JSON.parse(message?.body ?? '')).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
  });

  test('a partial failure in a stream resumes at the failed record', async () => {
    const put = await source({
      BatchSize: 10,
      MaximumRetryAttempts: 0,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    await put(['a', 'b', 'poison']);
    await cloud.settle();
    expect((await logged()).filter((body) => body === '"a"')).toHaveLength(1);
  });

  test('a disabled mapping takes nothing until it is enabled', async () => {
    await call('sqs', 'CreateQueue', { QueueName: 'work' });
    const { UUID } = await map(queueArn('work'), { Enabled: false });
    cloud.service(SqsService).deliver(queueArn('work'), 'one');
    await cloud.settle();
    expect(await logged()).toEqual([]);
    await call('lambda', 'UpdateEventSourceMapping', { UUID, Enabled: true });
    await cloud.settle();
    expect(await logged()).toEqual(['one']);
  });

  test('a rule reaches the function only once its policy admits the rule', async () => {
    const Arn = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:recorder`;
    await call('sqs', 'CreateQueue', { QueueName: 'dead' });
    const { RuleArn } = await call('events', 'PutRule', { Name: 'all', EventPattern: '{"source":["mine"]}' });
    await call('events', 'PutTargets', { Rule: 'all', Targets: [{ Id: 't', Arn }] });
    const Entries = [{ Source: 'mine', DetailType: 'x', Detail: '{"n":1}' }];
    await call('events', 'PutEvents', { Entries });
    await cloud.settle();
    expect(await logged()).toEqual([]);
    await call('lambda', 'AddPermission', {
      FunctionName: 'recorder',
      StatementId: 'rule',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: RuleArn,
    });
    await call('events', 'PutEvents', { Entries });
    await cloud.settle();
    expect(await logged()).toEqual(['{"n":1}']);
  });
});
