import {
  type Condition,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  QueryCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { describeTables, key, put, TableName } from './tables.ts';

describeTables('tables', (backend, newTable) => {
  test('are made, described, listed and deleted', async () => {
    const db = await newTable(true);
    const { Table } = await db.send(new DescribeTableCommand({ TableName }));
    const arn = `arn:aws:dynamodb:us-east-1:${backend.account}:table/registry`;
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', TableArn: arn });
    expect(Table?.LatestStreamArn).toMatch(new RegExp(`^${arn}/stream/\\d{4}-`));
    expect(Table?.GlobalSecondaryIndexes?.[0]).toMatchObject({ IndexName: 'by-type', IndexStatus: 'ACTIVE' });
    expect((await db.send(new ListTablesCommand({}))).TableNames).toEqual(['registry']);
    await expect(newTable()).rejects.toMatchObject({ name: 'ResourceInUseException' });
    await db.send(new DeleteTableCommand({ TableName }));
    await expect(db.send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('have point-in-time recovery and time to live switched', async () => {
    const db = await newTable();
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
    await db.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
    const backups = await db.send(new DescribeContinuousBackupsCommand({ TableName }));
    expect(backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe(
      'ENABLED',
    );
    const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true };
    await db.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    const ttl = await db.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(ttl.TimeToLiveDescription).toEqual({ AttributeName: 'expires', TimeToLiveStatus: 'ENABLED' });
  });

  test('gain an index over the items they hold', async () => {
    const db = await newTable();
    await put(db, { ...key('a', '1'), owner: { S: 'ops' } });
    await db.send(
      new UpdateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'owner', AttributeType: 'S' }],
        GlobalSecondaryIndexUpdates: [
          {
            Create: {
              IndexName: 'by-owner',
              KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'KEYS_ONLY' },
            },
          },
        ],
      }),
    );
    const found = await db.send(
      new QueryCommand({
        TableName,
        IndexName: 'by-owner',
        KeyConditionExpression: '#o = :o',
        ExpressionAttributeNames: { '#o': 'owner' },
        ExpressionAttributeValues: { ':o': { S: 'ops' } },
      }),
    );
    expect(found.Items).toEqual([{ ...key('a', '1'), owner: { S: 'ops' } }]);
  });

  test('of another account cannot be seen by name', async () => {
    await newTable();
    const other = backend.client(DynamoDBClient, backend.newAccount());
    await expect(other.send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  backend.differs('dynamodb-arn-of-another-account', 'refuses a table of another account by ARN', async () => {
    await newTable();
    const other = backend.client(DynamoDBClient, backend.newAccount());
    const arn = `arn:aws:dynamodb:us-east-1:${backend.account}:table/registry`;
    await expect(other.send(new GetItemCommand({ TableName: arn, Key: key('a', '1') }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  test('tags come and go', async () => {
    const db = await newTable();
    const ResourceArn = `arn:aws:dynamodb:us-east-1:${backend.account}:table/registry`;
    const Tags = [
      { Key: 'domain', Value: 'aviation' },
      { Key: 'class', Value: 'internal' },
    ];
    await db.send(new TagResourceCommand({ ResourceArn, Tags }));
    await db.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['class'] }));
    const listed = await db.send(new ListTagsOfResourceCommand({ ResourceArn }));
    expect(listed.Tags).toEqual([{ Key: 'domain', Value: 'aviation' }]);
  });

  test('under deletion protection stay', async () => {
    const db = await newTable();
    const protect = (DeletionProtectionEnabled: boolean) =>
      db.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled }));
    await protect(true);
    await expect(db.send(new DeleteTableCommand({ TableName }))).rejects.toMatchObject({ name: 'ValidationException' });
    await protect(false);
    await db.send(new DeleteTableCommand({ TableName }));
  });

  backend.differs('dynamodb-legacy-conditions', 'calls with what is not modelled are refused', async () => {
    const db = await newTable();
    const pk: Condition = { AttributeValueList: [{ S: 'a' }], ComparisonOperator: 'EQ' };
    await expect(db.send(new QueryCommand({ TableName, KeyConditions: { pk } }))).rejects.toThrow('KeyConditions');
  });
});
