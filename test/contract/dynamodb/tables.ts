import {
  type AttributeValue,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDbService } from '#local/services/dynamodb/service.ts';
import { type Backend, describeBackends } from '../harness.ts';

export type Item = Record<string, AttributeValue>;

export const TableName = 'registry';

export const key = (pk: string, sk: string): Item => ({ pk: { S: pk }, sk: { S: sk } });

export const put = (db: DynamoDBClient, Item: Item) => db.send(new PutItemCommand({ TableName, Item }));

export const read = async (db: DynamoDBClient, pk: string, sk: string) =>
  (await db.send(new GetItemCommand({ TableName, Key: key(pk, sk) }))).Item;

/** The backends of a suite about DynamoDB, each with what makes the table that its tests share. */
export function describeTables(
  title: string,
  suite: (backend: Backend, newTable: (stream?: boolean) => Promise<DynamoDBClient>) => void,
): void {
  const services = (cloud: ConstructorParameters<typeof DynamoDbService>[0]) => [new DynamoDbService(cloud)];
  describeBackends(`DynamoDB: ${title}`, { moto: true, services }, (backend) =>
    suite(backend, (stream) => createTable(backend.client(DynamoDBClient), stream)),
  );
}

async function createTable(db: DynamoDBClient, stream = false): Promise<DynamoDBClient> {
  await db.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'type', AttributeType: 'S' },
        { AttributeName: 'rank', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-type',
          KeySchema: [
            { AttributeName: 'type', KeyType: 'HASH' },
            { AttributeName: 'rank', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: stream ? { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } : undefined,
    }),
  );
  return db;
}
