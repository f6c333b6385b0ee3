import {
  AddLFTagsToResourceCommand,
  CreateLFTagCommand,
  CreateLFTagExpressionCommand,
  DeleteLFTagCommand,
  DeleteLFTagExpressionCommand,
  GetLFTagCommand,
  GetLFTagExpressionCommand,
  GetResourceLFTagsCommand,
  GrantPermissionsCommand,
  ListLFTagExpressionsCommand,
  type Permission,
  type Resource,
  SearchDatabasesByLFTagsCommand,
  SearchTablesByLFTagsCommand,
  UpdateLFTagCommand,
  UpdateLFTagExpressionCommand,
} from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { callerFor } from '#local/core/cloud.ts';
import { readTable } from '#local/services/lake-formation/access.ts';
import { OWNER, principal, type World, world } from './world.ts';

describe('LF-Tags', () => {
  let at: World;
  beforeEach(async () => {
    at = await world();
    for (const [TagKey, TagValues] of [
      ['Class', ['Public', 'secret']],
      ['zone', ['gold', 'raw']],
    ] as const) {
      await admin().send(new CreateLFTagCommand({ TagKey, TagValues: [...TagValues] }));
    }
  });
  afterEach(() => at.cloud.close());

  const admin = () => at.lakeFormation('owner/admin');
  const database: Resource = { Database: { Name: 'sales' } };
  const orders: Resource = { Table: { DatabaseName: 'sales', Name: 'orders' } };
  const email: Resource = { TableWithColumns: { DatabaseName: 'sales', Name: 'orders', ColumnNames: ['email'] } };
  const put = (Resource: Resource, TagKey: string, value: string) =>
    at
      .lakeFormation('owner/admin')
      .send(new AddLFTagsToResourceCommand({ Resource, LFTags: [{ TagKey, TagValues: [value] }] }));
  const grant = (ResourceType: 'DATABASE' | 'TABLE', values: string[], Permissions: Permission[]) =>
    admin().send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: principal('owner/analyst') },
        Resource: { LFTagPolicy: { ResourceType, Expression: [{ TagKey: 'class', TagValues: values }] } },
        Permissions,
      }),
    );
  const readable = () => {
    const where = { catalogId: OWNER, database: 'sales', table: 'orders' };
    return readTable(at.cloud, callerFor(principal('owner/analyst'), 'test'), where).cells;
  };

  test('are kept in lower case', async () => {
    const tag = await at.lakeFormation('owner/admin').send(new GetLFTagCommand({ TagKey: 'CLASS' }));
    expect(tag).toMatchObject({ TagKey: 'class', TagValues: ['public', 'secret'] });
  });

  test('pass from database to table to column, and are overridden on the way', async () => {
    await put(database, 'class', 'public');
    await put(email, 'class', 'secret');
    const found = await at.lakeFormation('owner/admin').send(new GetResourceLFTagsCommand({ Resource: orders }));
    expect(found.LFTagsOnTable).toMatchObject([{ TagKey: 'class', TagValues: ['public'] }]);
    const values = found.LFTagsOnColumns?.map(({ Name, LFTags }) => [Name, LFTags?.[0]?.TagValues?.[0]]);
    expect(values).toEqual([
      ['id', 'public'],
      ['email', 'secret'],
      ['amount', 'public'],
      ['region', 'public'],
      ['dt', 'public'],
    ]);
  });

  test('give the columns that carry them, and the rest only when they carry them too', async () => {
    await put(database, 'class', 'public');
    await put(email, 'class', 'secret');
    await grant('TABLE', ['public'], ['SELECT', 'DESCRIBE']);
    expect(readable()).toEqual([{ columns: ['id', 'amount', 'region', 'dt'] }]);
    await grant('TABLE', ['public', 'secret'], ['SELECT']);
    expect(readable()).toEqual([{ columns: ['id', 'email', 'amount', 'region', 'dt'] }]);
  });

  test('give nothing on what carries another value, or none', async () => {
    await grant('TABLE', ['public'], ['SELECT']);
    expect(readable).toThrow('Required Select on orders');
    await put(orders, 'class', 'secret');
    expect(readable).toThrow('Required Select on orders');
  });

  test('answer what could not be assigned beside what could', async () => {
    const { Failures } = await at.lakeFormation('owner/admin').send(
      new AddLFTagsToResourceCommand({
        Resource: orders,
        LFTags: [
          { TagKey: 'class', TagValues: ['nope'] },
          { TagKey: 'zone', TagValues: ['gold'] },
        ],
      }),
    );
    expect(Failures).toMatchObject([{ LFTag: { TagKey: 'class' }, Error: { ErrorCode: 'EntityNotFoundException' } }]);
  });

  test('find databases and tables', async () => {
    await put(database, 'zone', 'gold');
    await put(orders, 'zone', 'raw');
    const Expression = [{ TagKey: 'zone', TagValues: ['gold'] }];
    const client = at.lakeFormation('owner/admin');
    const databases = await client.send(new SearchDatabasesByLFTagsCommand({ Expression }));
    expect(databases.DatabaseList?.map((found) => found.Database?.Name)).toEqual(['sales']);
    const tables = await client.send(new SearchTablesByLFTagsCommand({ Expression }));
    expect(tables.TableList?.map((found) => found.Table?.Name)).toEqual(['returns']);
  });

  test('that are in use keep their values; that are deleted take their grants along', async () => {
    await put(database, 'class', 'public');
    await grant('TABLE', ['public'], ['SELECT']);
    await expect(
      admin().send(new UpdateLFTagCommand({ TagKey: 'class', TagValuesToDelete: ['public'] })),
    ).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: expect.stringContaining('Update not allowed'),
    });
    expect(readable()).toHaveLength(1);
    await admin().send(new DeleteLFTagCommand({ TagKey: 'class' }));
    expect(readable).toThrow('Insufficient Lake Formation permission');
  });

  test('are granted by saved expressions as they are now', async () => {
    const client = at.lakeFormation('owner/admin');
    const Expression = [{ TagKey: 'class', TagValues: ['secret'] }];
    await client.send(new CreateLFTagExpressionCommand({ Name: 'mine', Expression }));
    await put(orders, 'class', 'public');
    await client.send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: principal('owner/analyst') },
        Resource: { LFTagPolicy: { ResourceType: 'TABLE', ExpressionName: 'mine' } },
        Permissions: ['SELECT'],
      }),
    );
    expect(readable).toThrow('Required Select on orders');
    const next = [{ TagKey: 'class', TagValues: ['public'] }];
    await client.send(new UpdateLFTagExpressionCommand({ Name: 'mine', Expression: next }));
    expect(readable()).toHaveLength(1);
    expect((await client.send(new GetLFTagExpressionCommand({ Name: 'mine' }))).Expression).toEqual(next);
    await client.send(new DeleteLFTagExpressionCommand({ Name: 'mine' }));
    expect((await client.send(new ListLFTagExpressionsCommand({}))).LFTagExpressions).toEqual([]);
    expect(readable).toThrow('Required Select on orders');
  });

  test('are assigned only by whom they are granted to', async () => {
    const assign = () =>
      at
        .lakeFormation('owner/analyst')
        .send(new AddLFTagsToResourceCommand({ Resource: orders, LFTags: [{ TagKey: 'zone', TagValues: ['gold'] }] }));
    expect((await assign()).Failures).toMatchObject([{ Error: { ErrorCode: 'AccessDeniedException' } }]);
    await admin().send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: principal('owner/analyst') },
        Resource: { LFTag: { TagKey: 'zone', TagValues: ['gold'] } },
        Permissions: ['ASSOCIATE'],
      }),
    );
    expect((await assign()).Failures).toEqual([]);
  });
});
