import {
  BatchCreatePartitionCommand,
  BatchDeleteTableVersionCommand,
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteTableCommand,
  GetCatalogCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GetTablesCommand,
  GetTableVersionCommand,
  GetTableVersionsCommand,
  GetUserDefinedFunctionsCommand,
  PutResourcePolicyCommand,
  TagResourceCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import {
  DeregisterResourceCommand,
  GrantPermissionsCommand,
  ListPermissionsCommand,
  PutDataLakeSettingsCommand,
  RegisterResourceCommand,
} from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { callerFor } from '#local/core/cloud.ts';
import { jsonCodec } from '#local/core/codecs.ts';
import type { Service } from '#local/core/service.ts';
import { readTable } from '#local/services/lake-formation/access.ts';
import { createTable, OWNER, principal, STRANGER, type World, world } from '../lake-formation/world.ts';

describe("Glue's catalog under Lake Formation", () => {
  let at: World;
  beforeEach(async () => {
    at = await world();
  });
  afterEach(() => at.cloud.close());

  test('a new account leaves everything to IAM: open databases and tables, nothing governed', async () => {
    const account = '444444444444';
    const maker = at.glue(`arn:aws:iam::${account}:role/maker`);
    await maker.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'open' } }));
    await maker.send(createTable('open', 'orders'));
    const other = `arn:aws:iam::${account}:role/other`;
    const { Table } = await at.glue(other).send(new GetTableCommand({ DatabaseName: 'open', Name: 'orders' }));
    expect(Table?.Name).toBe('orders');
    const readable = readTable(at.cloud, callerFor(other, 'test'), {
      catalogId: account,
      database: 'open',
      table: 'orders',
    });
    expect(readable).toMatchObject({
      governed: false,
      cells: [{ columns: ['id', 'email', 'amount', 'region', 'dt'] }],
    });
    expect(() =>
      readTable(at.cloud, callerFor(principal('owner/admin'), 'test'), {
        catalogId: account,
        database: 'open',
        table: 'orders',
      }),
    ).toThrow('Insufficient Lake Formation permission(s)');
  });

  test('a database keeps the defaults of the day it was made', async () => {
    const account = '444444444444';
    const admin = `arn:aws:iam::${account}:role/admin`;
    await at.glue(admin).send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'old' } }));
    await at.lakeFormation(admin).send(
      new PutDataLakeSettingsCommand({
        DataLakeSettings: {
          DataLakeAdmins: [{ DataLakePrincipalIdentifier: admin }],
          CreateDatabaseDefaultPermissions: [],
          CreateTableDefaultPermissions: [],
        },
      }),
    );
    await at.glue(admin).send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'new' } }));
    const open = async (database: string) => {
      await at.glue(admin).send(createTable(database, 'orders'));
      const caller = callerFor(`arn:aws:iam::${account}:role/other`, 'test');
      try {
        return readTable(at.cloud, caller, { catalogId: account, database, table: 'orders' }).governed
          ? 'governed'
          : 'open';
      } catch {
        return 'denied';
      }
    };
    expect([await open('old'), await open('new')]).toEqual(['open', 'denied']);
  });

  test('a registered location is said so, and needs DATA_LOCATION_ACCESS', async () => {
    const ResourceArn = 'arn:aws:s3:::lake/orders';
    const RoleArn = principal('owner/registration');
    await at.lakeFormation('owner/admin').send(new RegisterResourceCommand({ ResourceArn, RoleArn }));
    const registered = async () =>
      (await at.glue('owner/admin').send(new GetTableCommand({ DatabaseName: 'sales', Name: 'orders' }))).Table
        ?.IsRegisteredWithLakeFormation;
    expect(await registered()).toBe(true);
    const grant = (Resource: object, Permissions: ('CREATE_TABLE' | 'DATA_LOCATION_ACCESS')[]) =>
      at.lakeFormation('owner/admin').send(
        new GrantPermissionsCommand({
          Principal: { DataLakePrincipalIdentifier: principal('owner/etl') },
          Resource,
          Permissions,
        }),
      );
    await grant({ Database: { Name: 'sales' } }, ['CREATE_TABLE']);
    const create = (name: string, location: string) => at.glue('owner/etl').send(createTable('sales', name, location));
    await create('elsewhere', 's3://lake/orders-not/');
    await expect(create('inside', 's3://lake/orders/2024/')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'Insufficient Lake Formation permission(s) on s3://lake/orders/2024/',
    });
    await grant({ DataLocation: { ResourceArn } }, ['DATA_LOCATION_ACCESS']);
    await create('inside', 's3://lake/orders/2024/');
    await at.lakeFormation('owner/admin').send(new DeregisterResourceCommand({ ResourceArn }));
    expect(await registered()).toBe(false);
  });

  test('a table that is dropped takes the grants on it along', async () => {
    const grant = new GrantPermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: principal('owner/analyst') },
      Resource: { Table: { DatabaseName: 'sales', Name: 'orders' } },
      Permissions: ['SELECT'],
    });
    await at.lakeFormation('owner/admin').send(grant);
    await at.glue('owner/admin').send(new DeleteTableCommand({ DatabaseName: 'sales', Name: 'orders' }));
    await at.glue('owner/admin').send(createTable('sales', 'orders'));
    await expect(
      at.glue('owner/analyst').send(new GetTableCommand({ DatabaseName: 'sales', Name: 'orders' })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('whoever may not know is not told what does not exist', async () => {
    const get = (who: string) => at.glue(who).send(new GetTableCommand({ DatabaseName: 'sales', Name: 'nope' }));
    await expect(get('owner/admin')).rejects.toMatchObject({ name: 'EntityNotFoundException' });
    await expect(get('owner/analyst')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'Insufficient Lake Formation permission(s): Required Describe on nope',
    });
  });

  test('partition values need SELECT', async () => {
    const PartitionInputList = [{ Values: ['2024-01-01'] }];
    const where = { DatabaseName: 'sales', TableName: 'orders' };
    await at.glue('owner/admin').send(new BatchCreatePartitionCommand({ ...where, PartitionInputList }));
    const grant = (Permissions: ('DESCRIBE' | 'SELECT')[]) =>
      at.lakeFormation('owner/admin').send(
        new GrantPermissionsCommand({
          Principal: { DataLakePrincipalIdentifier: principal('owner/analyst') },
          Resource: { Table: { DatabaseName: 'sales', Name: 'orders' } },
          Permissions,
        }),
      );
    const list = () => at.glue('owner/analyst').send(new GetPartitionsCommand(where));
    await grant(['DESCRIBE']);
    await expect(list()).rejects.toMatchObject({ message: expect.stringContaining('Required Select on orders') });
    await grant(['SELECT']);
    expect((await list()).Partitions).toHaveLength(1);
  });

  test('old versions and partitions do not show the columns that are withheld', async () => {
    const Columns = ['id', 'email', 'amount', 'region'].map((Name) => ({ Name, Type: 'string' }));
    const TableInput = {
      Name: 'orders',
      StorageDescriptor: { Columns },
      PartitionKeys: [{ Name: 'dt', Type: 'string' }],
    };
    const where = { DatabaseName: 'sales', TableName: 'orders' };
    await at.glue('owner/admin').send(new UpdateTableCommand({ DatabaseName: 'sales', TableInput }));
    const PartitionInputList = [{ Values: ['2024-01-01'], StorageDescriptor: { Columns } }];
    await at.glue('owner/admin').send(new BatchCreatePartitionCommand({ ...where, PartitionInputList }));
    await at.lakeFormation('owner/admin').send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: principal('owner/analyst') },
        Resource: { TableWithColumns: { DatabaseName: 'sales', Name: 'orders', ColumnNames: ['id', 'dt'] } },
        Permissions: ['SELECT'],
      }),
    );
    const analyst = at.glue('owner/analyst');
    const names = (storage: { Columns?: { Name?: string | undefined }[] } | undefined) =>
      storage?.Columns?.map(({ Name }) => Name);
    const { TableVersions } = await analyst.send(new GetTableVersionsCommand(where));
    expect(TableVersions?.map(({ Table }) => names(Table?.StorageDescriptor))).toEqual([['id'], ['id']]);
    const { Partitions } = await analyst.send(new GetPartitionsCommand(where));
    expect(Partitions?.map(({ StorageDescriptor }) => names(StorageDescriptor))).toEqual([['id']]);
  });

  test('a resource policy opens what everybody whom IAM allows has, and nothing that is governed', async () => {
    const account = '444444444444';
    const maker = at.glue(`arn:aws:iam::${account}:role/maker`);
    await maker.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'open' } }));
    await maker.send(createTable('open', 'orders'));
    const get = (CatalogId: string, DatabaseName: string) =>
      at.glue('stranger/reader').send(new GetTableCommand({ CatalogId, DatabaseName, Name: 'orders' }));
    await expect(get(account, 'open')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    for (const [owner, client] of [
      [account, maker],
      [OWNER, at.glue('owner/admin')],
    ] as const) {
      const statement = {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${STRANGER}:root` },
        Action: 'glue:Get*',
        Resource: `arn:aws:glue:us-east-1:${owner}:*`,
      };
      await client.send(
        new PutResourcePolicyCommand({
          PolicyInJson: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
        }),
      );
    }
    expect((await get(account, 'open')).Table?.Name).toBe('orders');
    await expect(get(OWNER, 'sales')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('answers versions one by one and forgets many at once', async () => {
    const glue = at.glue('owner/admin');
    for (const Owner of ['a', 'b', 'c']) {
      await glue.send(new UpdateTableCommand({ DatabaseName: 'sales', TableInput: { Name: 'orders', Owner } }));
    }
    const where = { DatabaseName: 'sales', TableName: 'orders' };
    const get = async (VersionId?: string) =>
      (await glue.send(new GetTableVersionCommand({ ...where, VersionId }))).TableVersion?.Table?.Owner;
    expect([await get('1'), await get()]).toEqual(['a', 'c']);
    const { Errors } = await glue.send(new BatchDeleteTableVersionCommand({ ...where, VersionIds: ['1', '3', '9'] }));
    expect(Errors?.map(({ VersionId, ErrorDetail }) => [VersionId, ErrorDetail?.ErrorCode])).toEqual([
      ['3', 'InvalidInputException'],
      ['9', 'EntityNotFoundException'],
    ]);
    await expect(get('1')).rejects.toMatchObject({ name: 'EntityNotFoundException' });
  });

  test('wants EnableHybrid for a resource policy beside shares, and the right hash', async () => {
    const glue = at.glue('owner/admin');
    const put = (more: { EnableHybrid?: 'TRUE'; PolicyHashCondition?: string }) =>
      glue.send(new PutResourcePolicyCommand({ PolicyInJson: '{"Statement":[]}', ...more }));
    await put({});
    await expect(put({ PolicyHashCondition: 'another' })).rejects.toMatchObject({
      name: 'ConditionCheckFailureException',
    });
    await at.lakeFormation('owner/admin').send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: principal('consumer') },
        Resource: { Table: { DatabaseName: 'sales', Name: 'orders' } },
        Permissions: ['DESCRIBE'],
      }),
    );
    await expect(put({})).rejects.toMatchObject({ name: 'InvalidInputException' });
    await put({ EnableHybrid: 'TRUE' });
  });

  test('knows its own catalog, no functions, and tags of its own only', async () => {
    const glue = at.glue('owner/admin');
    const { Catalog } = await glue.send(new GetCatalogCommand({ CatalogId: OWNER }));
    expect(Catalog).toMatchObject({ CatalogId: OWNER, ResourceArn: `arn:aws:glue:us-east-1:${OWNER}:catalog` });
    const functions = await glue.send(new GetUserDefinedFunctionsCommand({ DatabaseName: 'sales', Pattern: '*' }));
    expect(functions.UserDefinedFunctions).toEqual([]);
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, 'x']));
    const tag = (ResourceArn: string, TagsToAdd: Record<string, string>) =>
      glue.send(new TagResourceCommand({ ResourceArn, TagsToAdd }));
    await expect(tag(`arn:aws:glue:us-east-1:${OWNER}:database/sales`, many)).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
    await expect(tag(`arn:aws:glue:us-east-1:${STRANGER}:database/sales`, { a: '1' })).rejects.toMatchObject({
      name: 'EntityNotFoundException',
    });
  });

  test('says by name what it does not model', async () => {
    await expect(
      at.glue('owner/admin').send(new GetTablesCommand({ DatabaseName: 'sales', QueryAsOfTime: new Date(0) })),
    ).rejects.toThrow('weft local does not implement glue:GetTables with QueryAsOfTime');
  });

  test("the maker's permissions are listed, to pass on as well", async () => {
    const { PrincipalResourcePermissions } = await at
      .lakeFormation('owner/admin')
      .send(new ListPermissionsCommand({ Resource: { Table: { DatabaseName: 'sales', Name: 'orders' } } }));
    const [select, rest] = PrincipalResourcePermissions ?? [];
    expect(select).toMatchObject({ Permissions: ['SELECT'], PermissionsWithGrantOption: ['SELECT'] });
    expect(rest?.Permissions).toEqual(['ALL', 'ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT']);
  });
});

test('Glue tells the default bus of the account what changed', async () => {
  const at = await world();
  const told: unknown[] = [];
  const bus: Service & { emit(account: string, region: string, event: unknown): void } = {
    signingName: 'events',
    codec: jsonCodec('1.1'),
    operations: {},
    emit: (account, _region, event) => told.push([account, event]),
  };
  at.cloud.register(bus);
  const glue = at.glue('owner/admin');
  const StorageDescriptor = { Columns: [{ Name: 'id', Type: 'int' }] };
  await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: { Name: 'New', StorageDescriptor } }));
  await glue.send(new UpdateTableCommand({ DatabaseName: 'sales', TableInput: { Name: 'new', StorageDescriptor } }));
  await glue.send(
    new BatchCreatePartitionCommand({
      DatabaseName: 'sales',
      TableName: 'orders',
      PartitionInputList: [{ Values: ['2024-01-01'] }],
    }),
  );
  await glue.send(new DeleteTableCommand({ DatabaseName: 'sales', Name: 'new' }));
  const database = (typeOfChange: string) => ({
    source: 'aws.glue',
    detailType: 'Glue Data Catalog Database State Change',
    detail: { databaseName: 'sales', typeOfChange, changedTables: ['new'] },
    resources: [`arn:aws:glue:us-east-1:${OWNER}:table/sales/new`],
  });
  const table = (tableName: string, typeOfChange: string, changedPartitions: string[]) => ({
    source: 'aws.glue',
    detailType: 'Glue Data Catalog Table State Change',
    detail: { databaseName: 'sales', tableName, typeOfChange, changedPartitions },
    resources: [`arn:aws:glue:us-east-1:${OWNER}:table/sales/${tableName}`],
  });
  expect(told).toEqual([
    [OWNER, database('CreateTable')],
    [OWNER, table('new', 'UpdateTable', [])],
    [OWNER, table('orders', 'BatchCreatePartition', ['[2024-01-01]'])],
    [OWNER, database('DeleteTable')],
  ]);
  await at.cloud.close();
});
