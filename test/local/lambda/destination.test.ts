import * as sdk from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud, callerFor } from '#local/core/cloud.ts';
import { LambdaService } from '#local/services/lambda/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';
import { temporaryFolder } from '../deployer/assembly.ts';
import { bundle } from './bundle.ts';

const ACCOUNT = '111111111111';
const Role = `arn:aws:iam::${ACCOUNT}:role/fn`;
const FunctionName = 'picky';
const arnOf = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

describe('an asynchronous invocation', () => {
  let cloud: Cloud;
  let client: sdk.LambdaClient;

  beforeEach(async () => {
    cloud = new Cloud({ folder: temporaryFolder(), clock: new Clock() });
    const lambda = new LambdaService(cloud);
    for (const service of [lambda, new SqsService(cloud)]) cloud.register(service);
    const sqs = new SQSClient(cloud.clientConfig(Role));
    for (const QueueName of ['done', 'failed', 'dead']) await sqs.send(new CreateQueueCommand({ QueueName }));
    const source = 'export const handler = async (e) => { if (e.bad) throw new TypeError("bad"); return e.n + 1; };';
    const definition = {
      FunctionName,
      Runtime: 'nodejs24.x',
      Role,
      Handler: 'index.handler',
      MemorySize: 256,
      DeadLetterConfig: { TargetArn: arnOf('dead') },
      Code: { LocalDirectory: bundle(source) },
    };
    const root = callerFor(`arn:aws:iam::${ACCOUNT}:root`, 'x');
    await cloud.invoke(lambda, 'CreateFunction', definition, cloud.contextFor(root));
    client = new sdk.LambdaClient(cloud.clientConfig(Role));
    const DestinationConfig = {
      OnSuccess: { Destination: arnOf('done') },
      OnFailure: { Destination: arnOf('failed') },
    };
    const config = { FunctionName, MaximumRetryAttempts: 1, DestinationConfig };
    await client.send(new sdk.PutFunctionEventInvokeConfigCommand(config));
  });
  afterEach(() => cloud.close());

  const invoke = async (event: object) => {
    const Payload = JSON.stringify(event);
    await client.send(new sdk.InvokeCommand({ FunctionName, Payload, InvocationType: 'Event' }));
    await cloud.settle();
  };
  const bodies = (name: string) =>
    cloud
      .service(SqsService)
      .receive(arnOf(name), 10)
      .map(({ body }) => JSON.parse(body));

  test('that succeeds is recorded at its destination', async () => {
    await invoke({ n: 1 });
    expect(bodies('done')).toMatchObject([
      {
        version: '1.0',
        requestContext: { condition: 'Success', approximateInvokeCount: 1 },
        requestPayload: { n: 1 },
        responsePayload: 2,
      },
    ]);
    expect(bodies('failed')).toEqual([]);
  });

  test('that fails for good is recorded, and its event goes to the dead-letter queue', async () => {
    await invoke({ bad: true });
    expect(bodies('failed')).toEqual([]);
    cloud.clock.advance(60_000);
    await cloud.settle();
    expect(bodies('failed')).toMatchObject([
      {
        requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2 },
        requestPayload: { bad: true },
        responseContext: { functionError: 'Unhandled' },
        responsePayload: { errorType: 'TypeError', errorMessage: 'bad' },
      },
    ]);
    expect(bodies('dead')).toEqual([{ bad: true }]);
    expect(bodies('done')).toEqual([]);
  });

  test('that is throttled until it is too old fails for its age', async () => {
    await client.send(new sdk.PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
    await invoke({ n: 1 });
    for (let minutes = 0; minutes < 6.5 * 60; minutes += 5) {
      cloud.clock.advance(300_000);
      await cloud.settle();
    }
    expect(bodies('failed')).toMatchObject([{ requestContext: { condition: 'EventAgeExceeded' } }]);
    expect(bodies('dead')).toEqual([{ n: 1 }]);
  });
});
