import * as sdk from '@aws-sdk/client-glue';
import { beforeEach, expect, test } from '@jest/globals';
import { GlueService } from '#local/services/glue/service.ts';
import { LakeFormationService } from '#local/services/lake-formation/service.ts';
import { describeBackends } from './harness.ts';

const services = () => [new GlueService(), new LakeFormationService()];

describeBackends('Glue beside tables', { moto: true, services }, (backend) => {
  let glue: sdk.GlueClient;
  const at = { DatabaseName: 'sales', TableName: 'orders' };
  const StorageDescriptor = { Location: 's3://lake/orders/', Columns: [{ Name: 'id', Type: 'int' }] };
  const PartitionKeys = ['year', 'part'].map((Name) => ({ Name, Type: Name === 'year' ? 'int' : 'string' }));
  const table = (more: object = {}) => ({ Name: 'orders', StorageDescriptor, PartitionKeys, ...more });

  beforeEach(async () => {
    glue = backend.client(sdk.GlueClient);
    await glue.send(new sdk.CreateDatabaseCommand({ DatabaseInput: { Name: 'sales' } }));
    await glue.send(new sdk.CreateTableCommand({ DatabaseName: 'sales', TableInput: table({ Owner: 'a' }) }));
  });
  const update = (Owner: string) =>
    glue.send(new sdk.UpdateTableCommand({ DatabaseName: 'sales', TableInput: table({ Owner }) }));
  const versions = async () =>
    ((await glue.send(new sdk.GetTableVersionsCommand(at))).TableVersions ?? []).map(
      ({ VersionId, Table }) => [VersionId ?? '', Table?.Owner ?? ''] as const,
    );

  test('a version is read by its id', async () => {
    await update('b');
    const byOwner = Object.fromEntries((await versions()).map(([id, owner]) => [owner, id]));
    const { TableVersion } = await glue.send(new sdk.GetTableVersionCommand({ ...at, VersionId: byOwner.b }));
    expect(TableVersion?.Table?.Owner).toBe('b');
    await expect(glue.send(new sdk.GetTableVersionCommand({ ...at, VersionId: '77' }))).rejects.toMatchObject({
      name: 'EntityNotFoundException',
    });
  });

  backend.differs(
    'glue-version-batch',
    'many versions are forgotten at once, and what is missing is told',
    async () => {
      await update('b');
      await update('c');
      const old = (await versions()).filter(([, owner]) => owner !== 'c').map(([id]) => id);
      const VersionIds = [...old, '77'];
      const { Errors } = await glue.send(new sdk.BatchDeleteTableVersionCommand({ ...at, VersionIds }));
      expect(Errors).toMatchObject([{ VersionId: '77', ErrorDetail: { ErrorCode: 'EntityNotFoundException' } }]);
      expect((await versions()).map(([, owner]) => owner)).toEqual(['c']);
    },
  );

  const expressions: [string, string[]][] = [
    ["year = 2024 AND part = 'a'", ['2024/a']],
    ['year IN (2023, 2024)', ['2023/a', '2024/a', '2024/b']],
    ['year BETWEEN 2024 AND 2025', ['2024/a', '2024/b', '2025/b']],
    ["year <> 2024 OR part LIKE 'a%'", ['2023/a', '2024/a', '2025/b']],
    ["(year > 2023 AND year <= 2025) AND part = 'a'", ['2024/a']],
  ];
  const filled = async () => {
    const PartitionInputList = [
      ['2023', 'a'],
      ['2024', 'a'],
      ['2024', 'b'],
      ['2025', 'b'],
    ].map((Values) => ({ Values, StorageDescriptor }));
    await glue.send(new sdk.BatchCreatePartitionCommand({ ...at, PartitionInputList }));
  };
  test.each(expressions)('partitions are found by %s', async (Expression, expected) => {
    await filled();
    const { Partitions } = await glue.send(new sdk.GetPartitionsCommand({ ...at, Expression }));
    expect(Partitions?.map(({ Values }) => Values?.join('/')).sort()).toEqual(expected);
  });

  backend.differs('glue-expression-not', 'partitions are found by NOT', async () => {
    await filled();
    const { Partitions } = await glue.send(new sdk.GetPartitionsCommand({ ...at, Expression: "NOT part = 'b'" }));
    expect(Partitions?.map(({ Values }) => Values?.join('/'))).toEqual(['2023/a', '2024/a']);
  });

  test('a partition that is not there is an error', async () => {
    await filled();
    await expect(
      glue.send(new sdk.GetPartitionCommand({ ...at, PartitionValues: ['1999', 'a'] })),
    ).rejects.toMatchObject({ name: 'EntityNotFoundException' });
    await expect(
      glue.send(new sdk.DeletePartitionCommand({ ...at, PartitionValues: ['1999', 'a'] })),
    ).rejects.toMatchObject({ name: 'EntityNotFoundException' });
  });

  test('what is in a database that is not there is not there either', async () => {
    const missing = { name: 'EntityNotFoundException' };
    await expect(glue.send(new sdk.GetTablesCommand({ DatabaseName: 'none' }))).rejects.toMatchObject(missing);
    await expect(
      glue.send(new sdk.CreateTableCommand({ DatabaseName: 'none', TableInput: table() })),
    ).rejects.toMatchObject(missing);
    await expect(glue.send(new sdk.DeleteDatabaseCommand({ Name: 'none' }))).rejects.toMatchObject(missing);
    await expect(
      glue.send(new sdk.UpdateTableCommand({ DatabaseName: 'sales', TableInput: { Name: 'none' } })),
    ).rejects.toMatchObject(missing);
  });

  test('a link to a table elsewhere is kept as it was made', async () => {
    const TargetTable = { CatalogId: backend.newAccount(), DatabaseName: 'theirs', Name: 'orders' };
    const TableInput = { Name: 'link', TargetTable };
    await glue.send(new sdk.CreateTableCommand({ DatabaseName: 'sales', TableInput }));
    const { TableList } = await glue.send(new sdk.GetTablesCommand({ DatabaseName: 'sales', Expression: 'link' }));
    expect(TableList?.[0]?.TargetTable).toEqual(TargetTable);
  });

  const ConnectionInput = {
    Name: 'crm',
    ConnectionType: 'VIEW_VALIDATION_ATHENA' as sdk.ConnectionType,
    ConnectionProperties: { WORKGROUP_NAME: 'primary' },
  };
  const connect = () => glue.send(new sdk.CreateConnectionCommand({ ConnectionInput }));
  const connection = async () => (await glue.send(new sdk.GetConnectionCommand({ Name: 'crm' }))).Connection;

  test('connections are made once and read', async () => {
    await connect();
    await expect(connect()).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    expect(await connection()).toMatchObject({
      Name: 'crm',
      ConnectionProperties: ConnectionInput.ConnectionProperties,
    });
  });

  backend.differs('glue-delete-connection', 'a connection is deleted', async () => {
    await connect();
    await glue.send(new sdk.DeleteConnectionCommand({ ConnectionName: 'crm' }));
    await expect(glue.send(new sdk.GetConnectionCommand({ Name: 'crm' }))).rejects.toMatchObject({
      name: 'EntityNotFoundException',
    });
  });

  backend.differs('glue-connection-type', 'a connection tells its type', async () => {
    await connect();
    expect((await connection())?.ConnectionType).toBe('VIEW_VALIDATION_ATHENA');
  });

  backend.differs('glue-update-connection', 'a connection is changed', async () => {
    await connect();
    const ConnectionProperties = { ...ConnectionInput.ConnectionProperties, WORKGROUP_NAME: 'other' };
    const changed = { ...ConnectionInput, ConnectionProperties };
    await glue.send(new sdk.UpdateConnectionCommand({ Name: 'crm', ConnectionInput: changed }));
    expect((await connection())?.ConnectionProperties).toEqual(ConnectionProperties);
  });

  backend.differs('glue-functions', 'there are no functions of users', async () => {
    const found = await glue.send(new sdk.GetUserDefinedFunctionsCommand({ DatabaseName: 'sales', Pattern: '*' }));
    expect(found.UserDefinedFunctions).toEqual([]);
  });

  backend.differs('glue-catalog', 'a catalog tells of itself', async () => {
    const { Catalog } = await glue.send(new sdk.GetCatalogCommand({ CatalogId: backend.account }));
    expect(Catalog?.CatalogId).toBe(backend.account);
  });
});
