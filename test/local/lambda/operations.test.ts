import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { LambdaService } from '#local/services/lambda/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';

const ACCOUNT = '111111111111';
const Role = `arn:aws:iam::${ACCOUNT}:role/fn`;
const FunctionName = 'fn';
const FunctionArn = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:fn`;
const notFound = { name: 'ResourceNotFoundException' };

describe('the control plane of Lambda', () => {
  let cloud: Cloud;
  let client: sdk.LambdaClient;

  beforeEach(async () => {
    cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock: new Clock() });
    for (const type of [SqsService, LambdaService]) cloud.register(new type(cloud));
    client = new sdk.LambdaClient(cloud.clientConfig(Role));
    const Code = { S3Bucket: 'assets', S3Key: 'a.zip' };
    await client.send(
      new sdk.CreateFunctionCommand({ FunctionName, Role, Runtime: 'nodejs24.x', Handler: 'index.handler', Code }),
    );
  });
  afterEach(() => cloud.close());

  test('a function is shown, listed, changed, tagged and deleted', async () => {
    expect(await client.send(new sdk.GetFunctionConfigurationCommand({ FunctionName: FunctionArn }))).toMatchObject({
      FunctionArn,
      Timeout: 3,
      MemorySize: 128,
      State: 'Active',
    });
    await client.send(new sdk.UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 }));
    await client.send(new sdk.TagResourceCommand({ Resource: FunctionArn, Tags: { team: 'mesh' } }));
    expect((await client.send(new sdk.ListTagsCommand({ Resource: FunctionArn }))).Tags).toEqual({ team: 'mesh' });
    expect(await client.send(new sdk.GetFunctionCommand({ FunctionName }))).toMatchObject({
      Configuration: { Timeout: 9, Handler: 'index.handler' },
      Tags: { team: 'mesh' },
    });
    expect((await client.send(new sdk.ListFunctionsCommand({}))).Functions).toHaveLength(1);
    await client.send(new sdk.DeleteFunctionCommand({ FunctionName }));
    await expect(client.send(new sdk.GetFunctionCommand({ FunctionName }))).rejects.toMatchObject(notFound);
  });

  test('code without a local folder says why it does not run, and unknown members are refused', async () => {
    await expect(client.send(new sdk.InvokeCommand({ FunctionName }))).rejects.toThrow('local folder');
    const VpcConfig = { SubnetIds: ['s'] };
    await expect(client.send(new sdk.UpdateFunctionConfigurationCommand({ FunctionName, VpcConfig }))).rejects.toThrow(
      'VpcConfig',
    );
  });

  test('permissions are statements of one policy', async () => {
    const permission = { FunctionName, StatementId: 's', Action: 'lambda:InvokeFunction', Principal: '222222222222' };
    await client.send(new sdk.AddPermissionCommand(permission));
    await expect(client.send(new sdk.AddPermissionCommand(permission))).rejects.toMatchObject({
      name: 'ResourceConflictException',
    });
    const { Policy = '' } = await client.send(new sdk.GetPolicyCommand({ FunctionName }));
    expect(JSON.parse(Policy)).toMatchObject({ Statement: [{ Sid: 's', Principal: { AWS: '222222222222' } }] });
    await client.send(new sdk.RemovePermissionCommand({ FunctionName, StatementId: 's' }));
    await expect(client.send(new sdk.GetPolicyCommand({ FunctionName }))).rejects.toMatchObject(notFound);
  });

  test('reserved concurrency and the configuration of asynchronous invocations come and go', async () => {
    const reserved = { FunctionName, ReservedConcurrentExecutions: 2 };
    await client.send(new sdk.PutFunctionConcurrencyCommand(reserved));
    const concurrency = () => client.send(new sdk.GetFunctionConcurrencyCommand({ FunctionName }));
    expect((await concurrency()).ReservedConcurrentExecutions).toBe(2);
    await client.send(new sdk.DeleteFunctionConcurrencyCommand({ FunctionName }));
    expect((await concurrency()).ReservedConcurrentExecutions).toBeUndefined();
    const put = (Destination: string) =>
      client.send(
        new sdk.PutFunctionEventInvokeConfigCommand({
          FunctionName,
          MaximumRetryAttempts: 0,
          DestinationConfig: { OnFailure: { Destination } },
        }),
      );
    await expect(put(FunctionArn)).rejects.toThrow('SQS only');
    await put(`arn:aws:sqs:us-east-1:${ACCOUNT}:dead`);
    const config = () => client.send(new sdk.GetFunctionEventInvokeConfigCommand({ FunctionName }));
    expect((await config()).MaximumRetryAttempts).toBe(0);
    await client.send(new sdk.DeleteFunctionEventInvokeConfigCommand({ FunctionName }));
    await expect(config()).rejects.toMatchObject(notFound);
  });

  test('a mapping is listed, shown and deleted; a second one of the pair is refused', async () => {
    await new SQSClient(cloud.clientConfig(Role)).send(new CreateQueueCommand({ QueueName: 'work' }));
    const pair = { FunctionName, EventSourceArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:work` };
    const { UUID } = await client.send(new sdk.CreateEventSourceMappingCommand(pair));
    await expect(client.send(new sdk.CreateEventSourceMappingCommand(pair))).rejects.toMatchObject({
      name: 'ResourceConflictException',
    });
    const { EventSourceMappings } = await client.send(new sdk.ListEventSourceMappingsCommand({ FunctionName }));
    expect(EventSourceMappings).toMatchObject([{ UUID, State: 'Enabled', BatchSize: 10 }]);
    expect(await client.send(new sdk.GetEventSourceMappingCommand({ UUID }))).toMatchObject({
      UUID,
      EventSourceArn: pair.EventSourceArn,
    });
    await client.send(new sdk.DeleteEventSourceMappingCommand({ UUID }));
    await expect(client.send(new sdk.GetEventSourceMappingCommand({ UUID }))).rejects.toMatchObject(notFound);
  });
});
