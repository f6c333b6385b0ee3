import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, QueryCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Instance, openInstance } from '#local/instance/instance.ts';

const ACCOUNT = '111111111111';
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/reader`;
const BUCKET = 'lake';

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'sts:AssumeRole' }],
});

describe('the identity policies of a calling role', () => {
  let instance: Instance;
  const as = (arn: string) => instance.cloud.clientConfig(arn);
  const policy = async (...statements: object[]) => {
    const document = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    await new IAMClient(as(ROOT)).send(
      new PutRolePolicyCommand({ RoleName: 'reader', PolicyName: 'all', PolicyDocument: document }),
    );
  };
  const read = () => new S3Client(as(ROLE)).send(new GetObjectCommand({ Bucket: BUCKET, Key: 'a/b' }));
  const bucketPolicy = (principal: string) =>
    new S3Client(as(ROOT)).send(
      new PutBucketPolicyCommand({
        Bucket: BUCKET,
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: principal },
              Action: 's3:GetObject',
              Resource: `arn:aws:s3:::${BUCKET}/*`,
            },
          ],
        }),
      }),
    );

  beforeEach(async () => {
    instance = await openInstance({ folder: mkdtempSync(join(tmpdir(), 'weft-gate-')), port: 0, live: false });
    await new IAMClient(as(ROOT)).send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument: trust }));
    const s3 = new S3Client(as(ROOT));
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a/b', Body: 'data' }));
  });

  afterEach(() => instance.close());

  test('a role without any reads nothing, and may still ask who it is', async () => {
    await expect(read()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringMatching(
        /reader\/local is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::lake\/a\/b"/,
      ),
      $metadata: { httpStatusCode: 403 },
    });
    const identity = await new STSClient(as(ROLE)).send(new GetCallerIdentityCommand({}));
    expect(identity.Account).toBe(ACCOUNT);
  });

  test('what is allowed on that resource goes through, and a deny wins', async () => {
    const allow = { Effect: 'Allow', Action: 's3:Get*', Resource: `arn:aws:s3:::${BUCKET}/a/*` };
    await policy(allow);
    expect(await (await read()).Body?.transformToString()).toBe('data');
    await policy(allow, { Effect: 'Deny', Action: 's3:GetObject', Resource: '*' });
    await expect(read()).rejects.toMatchObject({ message: expect.stringContaining('with an explicit deny') });
    await policy({ ...allow, Resource: `arn:aws:s3:::${BUCKET}/other/*` });
    await expect(read()).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('inside the account a bucket policy that names the role is enough, one that names the account is not', async () => {
    await bucketPolicy(ROOT);
    await expect(read()).rejects.toMatchObject({ name: 'AccessDenied' });
    await bucketPolicy(ROLE);
    expect(await (await read()).Body?.transformToString()).toBe('data');
  });

  test('each of many keys, and the source of a copy, is judged by itself', async () => {
    await policy({
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:DeleteObject'],
      Resource: `arn:aws:s3:::${BUCKET}/mine/*`,
    });
    const s3 = new S3Client(as(ROLE));
    const Objects = [{ Key: 'mine/x' }, { Key: 'a/b' }];
    const answer = await s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects } }));
    expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(['mine/x']);
    expect(answer.Errors).toMatchObject([{ Key: 'a/b', Code: 'AccessDenied' }]);
    const copy = new CopyObjectCommand({ Bucket: BUCKET, Key: 'mine/copy', CopySource: `${BUCKET}/a/b` });
    await expect(s3.send(copy)).rejects.toMatchObject({ message: expect.stringContaining('s3:GetObject') });
  });

  test('so is the policy of a queue', async () => {
    const queueArn = `arn:aws:sqs:us-east-1:${ACCOUNT}:news`;
    const statement = { Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'sqs:ReceiveMessage', Resource: queueArn };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const root = new SQSClient(as(ROOT));
    const { QueueUrl: named } = await root.send(new CreateQueueCommand({ QueueName: 'news', Attributes: { Policy } }));
    const { QueueUrl: other } = await root.send(new CreateQueueCommand({ QueueName: 'other' }));
    const sqs = new SQSClient(as(ROLE));
    await expect(sqs.send(new ReceiveMessageCommand({ QueueUrl: named }))).resolves.toBeDefined();
    await expect(sqs.send(new ReceiveMessageCommand({ QueueUrl: other }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  test('an index is asked about by itself', async () => {
    const table = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/things`;
    await policy({ Effect: 'Allow', Action: 'dynamodb:Query', Resource: table });
    const query = (IndexName?: string) =>
      new DynamoDBClient(as(ROLE)).send(
        new QueryCommand({ TableName: 'things', IndexName, KeyConditionExpression: 'id = :id' }),
      );
    await expect(query()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(query('by-type')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`${table}/index/by-type`),
    });
  });

  test('a transaction is judged by what is in it', async () => {
    await new DynamoDBClient(as(ROOT)).send(
      new CreateTableCommand({
        TableName: 'things',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      }),
    );
    const table = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/things`;
    await policy({ Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: table });
    const send = (kind: 'Put' | 'Delete') =>
      new DynamoDBClient(as(ROLE)).send(
        new TransactWriteItemsCommand({
          TransactItems: [
            kind === 'Put'
              ? { Put: { TableName: 'things', Item: { id: { S: '1' } } } }
              : { Delete: { TableName: 'things', Key: { id: { S: '1' } } } },
          ],
        }),
      );
    await expect(send('Delete')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('dynamodb:DeleteItem'),
    });
    await expect(send('Put')).resolves.toBeDefined();
  });
});
