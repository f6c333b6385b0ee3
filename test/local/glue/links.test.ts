import {
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  DeleteTableCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetTableCommand,
  GetTablesCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { GrantPermissionsCommand } from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CONSUMER, createTable, OWNER, principal, type World, world } from '../lake-formation/world.ts';

describe('resource links of Glue', () => {
  let at: World;
  beforeEach(async () => {
    at = await world();
    await at.glue('consumer/admin').send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'local' } }));
  });
  afterEach(() => at.cloud.close());

  const linkTable = (Name: string, target: string, database = 'sales') =>
    at.glue('consumer/admin').send(
      new CreateTableCommand({
        DatabaseName: 'local',
        TableInput: { Name, TargetTable: { CatalogId: OWNER, DatabaseName: database, Name: target } },
      }),
    );
  const linkDatabase = () =>
    at.glue('consumer/admin').send(
      new CreateDatabaseCommand({
        DatabaseInput: { Name: 'link', TargetDatabase: { CatalogId: OWNER, DatabaseName: 'sales' } },
      }),
    );
  const share = () =>
    at.lakeFormation('owner/admin').send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: CONSUMER },
        Resource: { TableWithColumns: { DatabaseName: 'sales', Name: 'orders', ColumnNames: ['id', 'amount'] } },
        Permissions: ['SELECT'],
        PermissionsWithGrantOption: ['SELECT'],
      }),
    );

  test('a link may point at nothing', async () => {
    await linkTable('nothing', 'nope', 'nope');
    const { Table } = await at
      .glue('consumer/admin')
      .send(new GetTableCommand({ DatabaseName: 'local', Name: 'nothing' }));
    expect(Table).toMatchObject({
      Name: 'nothing',
      TargetTable: { CatalogId: OWNER, DatabaseName: 'nope', Name: 'nope' },
    });
  });

  test('a link answers the target to whoever may see the target, and itself to others', async () => {
    await linkTable('mine', 'orders');
    const get = async () =>
      (await at.glue('consumer/admin').send(new GetTableCommand({ DatabaseName: 'local', Name: 'mine' }))).Table;
    expect((await get())?.StorageDescriptor).toBeUndefined();
    await share();
    expect(await get()).toMatchObject({
      Name: 'mine',
      DatabaseName: 'local',
      CatalogId: CONSUMER,
      TargetTable: { CatalogId: OWNER, DatabaseName: 'sales', Name: 'orders' },
      StorageDescriptor: { Location: 's3://lake/orders/', Columns: [{ Name: 'id' }, { Name: 'amount' }] },
    });
  });

  test('a database link lists the tables of the target that are shared', async () => {
    await linkDatabase();
    await share();
    const { TableList } = await at.glue('consumer/admin').send(new GetTablesCommand({ DatabaseName: 'link' }));
    expect(TableList?.map(({ Name, CatalogId, DatabaseName }) => [CatalogId, DatabaseName, Name])).toEqual([
      [OWNER, 'sales', 'orders'],
    ]);
    const { Database } = await at.glue('consumer/admin').send(new GetDatabaseCommand({ Name: 'link' }));
    expect(Database).toMatchObject({ Name: 'link', CatalogId: CONSUMER, TargetDatabase: { DatabaseName: 'sales' } });
  });

  test('only the first link is followed', async () => {
    await linkTable('first', 'orders');
    await at.glue('consumer/admin').send(
      new CreateTableCommand({
        DatabaseName: 'local',
        TableInput: { Name: 'second', TargetTable: { CatalogId: CONSUMER, DatabaseName: 'local', Name: 'first' } },
      }),
    );
    await share();
    const { Table } = await at
      .glue('consumer/admin')
      .send(new GetTableCommand({ DatabaseName: 'local', Name: 'second' }));
    expect(Table?.StorageDescriptor).toBeUndefined();
  });

  test('dropping a link leaves the target, and dropping the target leaves the link', async () => {
    await linkTable('mine', 'orders');
    await linkDatabase();
    await at.glue('consumer/admin').send(new DeleteDatabaseCommand({ Name: 'link' }));
    await at.glue('owner/admin').send(new GetTableCommand({ DatabaseName: 'sales', Name: 'orders' }));
    await at.glue('owner/admin').send(new DeleteTableCommand({ DatabaseName: 'sales', Name: 'orders' }));
    await at.glue('consumer/admin').send(new GetTableCommand({ DatabaseName: 'local', Name: 'mine' }));
    await at.glue('consumer/admin').send(new DeleteTableCommand({ DatabaseName: 'local', Name: 'mine' }));
    await expect(
      at.glue('consumer/admin').send(new GetTableCommand({ DatabaseName: 'local', Name: 'mine' })),
    ).rejects.toMatchObject({ name: 'EntityNotFoundException' });
  });

  test('a link has nothing but its target, which does not change', async () => {
    const TargetTable = { CatalogId: OWNER, DatabaseName: 'sales', Name: 'orders' };
    const glue = at.glue('consumer/admin');
    await expect(
      glue.send(
        new CreateTableCommand({ DatabaseName: 'local', TableInput: { Name: 'x', TargetTable, PartitionKeys: [] } }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidInputException' });
    await linkTable('mine', 'orders');
    await expect(
      glue.send(new UpdateTableCommand({ DatabaseName: 'local', TableInput: { Name: 'mine', TargetTable } })),
    ).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  test("an account sees other accounts' databases when it asks for all", async () => {
    const names = async (ResourceShareType?: 'ALL' | 'FOREIGN') =>
      (await at.glue('consumer/admin').send(new GetDatabasesCommand({ ResourceShareType }))).DatabaseList?.map(
        ({ CatalogId, Name }) => [CatalogId, Name],
      );
    await share();
    expect(await names()).toEqual([[CONSUMER, 'local']]);
    expect(await names('FOREIGN')).toEqual([[OWNER, 'sales']]);
    expect(await names('ALL')).toEqual([
      [CONSUMER, 'local'],
      [OWNER, 'sales'],
    ]);
  });

  test('an account writes in another catalog only what it was granted', async () => {
    const create = () => at.glue('consumer/etl').send(createTableIn(OWNER));
    await expect(create()).rejects.toMatchObject({
      message: expect.stringContaining('Required Create Table on sales'),
    });
    const grant = (who: string, to: string, option?: ['CREATE_TABLE']) =>
      at.lakeFormation(who).send(
        new GrantPermissionsCommand({
          Principal: { DataLakePrincipalIdentifier: principal(to) },
          Resource: { Database: { CatalogId: OWNER, Name: 'sales' } },
          Permissions: ['CREATE_TABLE'],
          PermissionsWithGrantOption: option,
        }),
      );
    await grant('owner/admin', 'consumer', ['CREATE_TABLE']);
    await grant('consumer/admin', 'consumer/etl');
    await create();
    const made = await at.glue('owner/admin').send(new GetTableCommand({ DatabaseName: 'sales', Name: 'made' }));
    expect(made.Table?.CreatedBy).toContain('assumed-role/etl/');
    await at
      .glue('consumer/etl')
      .send(new DeleteTableCommand({ CatalogId: OWNER, DatabaseName: 'sales', Name: 'made' }));
    await expect(
      at.glue('consumer/etl').send(new DeleteTableCommand({ CatalogId: OWNER, DatabaseName: 'sales', Name: 'orders' })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  function createTableIn(CatalogId: string): CreateTableCommand {
    const { input } = createTable('sales', 'made');
    return new CreateTableCommand({ ...input, CatalogId });
  }
});
