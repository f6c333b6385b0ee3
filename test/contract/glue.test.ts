import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  BatchDeleteTableCommand,
  BatchGetPartitionCommand,
  BatchUpdatePartitionCommand,
  CreateDatabaseCommand,
  CreatePartitionCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  DeletePartitionCommand,
  DeleteResourcePolicyCommand,
  DeleteTableCommand,
  DeleteTableVersionCommand,
  GetDatabaseCommand,
  GetDatabasesCommand,
  GetPartitionCommand,
  GetPartitionsCommand,
  GetResourcePolicyCommand,
  GetTableCommand,
  GetTablesCommand,
  type GetTablesCommandOutput,
  GetTableVersionsCommand,
  GetTagsCommand,
  GlueClient,
  PutResourcePolicyCommand,
  SearchTablesCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateDatabaseCommand,
  UpdatePartitionCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { beforeEach, expect, test } from '@jest/globals';
import { GlueService } from '#local/services/glue/service.ts';
import { LakeFormationService } from '#local/services/lake-formation/service.ts';
import { describeBackends } from './harness.ts';

const STORAGE = { Location: 's3://lake/orders/', Columns: [{ Name: 'id', Type: 'int' }] };
const PARTITIONED = { Name: 'orders', StorageDescriptor: STORAGE, PartitionKeys: [{ Name: 'dt', Type: 'string' }] };

describeBackends('Glue', { moto: true, services: () => [new GlueService(), new LakeFormationService()] }, (backend) => {
  let glue: GlueClient;
  beforeEach(async () => {
    glue = backend.client(GlueClient);
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'sales', Description: 'what is sold' } }));
  });
  const partition = (value: string) => ({ Values: [value], StorageDescriptor: STORAGE });
  const at = { DatabaseName: 'sales', TableName: 'orders' };

  test('keeps databases: made once, changed, listed, gone', async () => {
    const { Database } = await glue.send(new GetDatabaseCommand({ Name: 'sales' }));
    expect(Database).toMatchObject({ Name: 'sales', Description: 'what is sold', CatalogId: backend.account });
    await expect(glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'sales' } }))).rejects.toMatchObject({
      name: 'AlreadyExistsException',
    });
    await glue.send(new UpdateDatabaseCommand({ Name: 'sales', DatabaseInput: { Name: 'sales', Description: 'new' } }));
    const { DatabaseList } = await glue.send(new GetDatabasesCommand({}));
    expect(DatabaseList?.map(({ Name, Description }) => [Name, Description])).toEqual([['sales', 'new']]);
    await glue.send(new DeleteDatabaseCommand({ Name: 'sales' }));
    await expect(glue.send(new GetDatabaseCommand({ Name: 'sales' }))).rejects.toMatchObject({
      name: 'EntityNotFoundException',
    });
  });

  test('keeps tables: made once, replaced whole, listed by a pattern, gone', async () => {
    await glue.send(
      new CreateTableCommand({ DatabaseName: 'sales', TableInput: { ...PARTITIONED, Description: 'a' } }),
    );
    await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: { Name: 'returns' } }));
    await expect(
      glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: PARTITIONED })),
    ).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    await glue.send(new UpdateTableCommand({ DatabaseName: 'sales', TableInput: PARTITIONED }));
    const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'sales', Name: 'orders' }));
    expect(Table).toMatchObject({ DatabaseName: 'sales', CatalogId: backend.account, ...PARTITIONED });
    expect(Table?.Description).toBeUndefined();
    const list = await glue.send(new GetTablesCommand({ DatabaseName: 'sales', Expression: 'ord.*' }));
    expect(list.TableList?.map(({ Name }) => Name)).toEqual(['orders']);
    await glue.send(new DeleteTableCommand({ DatabaseName: 'sales', Name: 'orders' }));
    await expect(glue.send(new GetTableCommand({ DatabaseName: 'sales', Name: 'orders' }))).rejects.toMatchObject({
      name: 'EntityNotFoundException',
    });
    await expect(glue.send(new DeleteTableCommand({ DatabaseName: 'sales', Name: 'orders' }))).rejects.toMatchObject({
      name: 'EntityNotFoundException',
    });
  });

  test('answers what could not be deleted beside what could', async () => {
    await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: PARTITIONED }));
    const { Errors } = await glue.send(
      new BatchDeleteTableCommand({ DatabaseName: 'sales', TablesToDelete: ['orders', 'nope'] }),
    );
    expect(Errors).toMatchObject([{ TableName: 'nope', ErrorDetail: { ErrorCode: 'EntityNotFoundException' } }]);
  });

  test('keeps the versions that updates leave behind', async () => {
    await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: PARTITIONED }));
    await glue.send(new UpdateTableCommand({ DatabaseName: 'sales', TableInput: { ...PARTITIONED, Owner: 'b' } }));
    const { TableVersions } = await glue.send(new GetTableVersionsCommand(at));
    expect(TableVersions).toHaveLength(2);
    expect(TableVersions?.map(({ Table }) => Table?.Owner).sort()).toEqual(['b', undefined]);
  });

  test('keeps partitions: made once, found by an expression, changed, gone', async () => {
    await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: PARTITIONED }));
    await glue.send(new CreatePartitionCommand({ ...at, PartitionInput: partition('2024-01-01') }));
    const { Errors } = await glue.send(
      new BatchCreatePartitionCommand({
        ...at,
        PartitionInputList: ['2024-01-01', '2024-01-02', '2024-01-03'].map(partition),
      }),
    );
    expect(Errors).toMatchObject([
      { PartitionValues: ['2024-01-01'], ErrorDetail: { ErrorCode: 'AlreadyExistsException' } },
    ]);
    const found = await glue.send(new GetPartitionsCommand({ ...at, Expression: "dt >= '2024-01-02'" }));
    expect(found.Partitions?.map(({ Values }) => Values)).toEqual([['2024-01-02'], ['2024-01-03']]);
    await glue.send(
      new UpdatePartitionCommand({
        ...at,
        PartitionValueList: ['2024-01-03'],
        PartitionInput: { ...partition('2024-01-03'), Parameters: { rows: '7' } },
      }),
    );
    const { Partition } = await glue.send(new GetPartitionCommand({ ...at, PartitionValues: ['2024-01-03'] }));
    expect(Partition?.Parameters).toEqual({ rows: '7' });
    const many = await glue.send(
      new BatchGetPartitionCommand({ ...at, PartitionsToGet: [{ Values: ['2024-01-01'] }, { Values: ['none'] }] }),
    );
    expect(many.Partitions?.map(({ Values }) => Values)).toEqual([['2024-01-01']]);
    await glue.send(new DeletePartitionCommand({ ...at, PartitionValues: ['2024-01-01'] }));
    const gone = await glue.send(
      new BatchDeletePartitionCommand({
        ...at,
        PartitionsToDelete: [{ Values: ['2024-01-01'] }, { Values: ['2024-01-02'] }],
      }),
    );
    expect(gone.Errors).toMatchObject([
      { PartitionValues: ['2024-01-01'], ErrorDetail: { ErrorCode: 'EntityNotFoundException' } },
    ]);
    const left = await glue.send(new GetPartitionsCommand(at));
    expect(left.Partitions?.map(({ Values }) => Values)).toEqual([['2024-01-03']]);
  });

  test('keeps tags and a resource policy', async () => {
    const ResourceArn = `arn:aws:glue:us-east-1:${backend.account}:database/sales`;
    await glue.send(new TagResourceCommand({ ResourceArn, TagsToAdd: { a: '1', b: '2' } }));
    await glue.send(new UntagResourceCommand({ ResourceArn, TagsToRemove: ['a'] }));
    expect((await glue.send(new GetTagsCommand({ ResourceArn }))).Tags).toEqual({ b: '2' });
    const PolicyInJson = '{"Version":"2012-10-17","Statement":[]}';
    const { PolicyHash } = await glue.send(new PutResourcePolicyCommand({ PolicyInJson }));
    expect(await glue.send(new GetResourcePolicyCommand({}))).toMatchObject({ PolicyInJson, PolicyHash });
    await glue.send(new DeleteResourcePolicyCommand({ PolicyHashCondition: PolicyHash }));
  });

  backend.differs('glue-no-resource-policy', 'says that there is no resource policy', async () => {
    await expect(glue.send(new GetResourcePolicyCommand({}))).rejects.toMatchObject({
      name: 'EntityNotFoundException',
    });
  });

  const update = (VersionId?: string, SkipArchive?: boolean) =>
    glue.send(new UpdateTableCommand({ DatabaseName: 'sales', TableInput: PARTITIONED, VersionId, SkipArchive }));
  const versions = async () =>
    (await glue.send(new GetTableVersionsCommand(at))).TableVersions?.map(({ VersionId }) => VersionId);

  backend.differs('glue-update-version', 'refuses an update of another version', async () => {
    await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: PARTITIONED }));
    await update('0');
    await expect(update('0')).rejects.toMatchObject({ name: 'ConcurrentModificationException' });
    await update('1');
  });

  backend.differs('glue-skip-archive', 'leaves no version behind when asked not to', async () => {
    await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: PARTITIONED }));
    await update(undefined, true);
    await update();
    expect(await versions()).toEqual(['2', '1']);
  });

  test('forgets an old version when asked', async () => {
    await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: PARTITIONED }));
    await update();
    const before = (await versions()) ?? [];
    const oldest = before.toSorted().at(0);
    await glue.send(new DeleteTableVersionCommand({ ...at, VersionId: oldest }));
    expect(await versions()).toEqual(before.filter((version) => version !== oldest));
  });

  backend.differs('glue-delete-newest-version', 'keeps the newest version', async () => {
    await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: PARTITIONED }));
    await update();
    const newest = ((await versions()) ?? []).toSorted().at(-1);
    await expect(glue.send(new DeleteTableVersionCommand({ ...at, VersionId: newest }))).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
  });

  backend.differs('glue-page-size', 'takes no page of more than 100 tables', async () => {
    await expect(glue.send(new GetTablesCommand({ DatabaseName: 'sales', MaxResults: 101 }))).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
  });

  backend.differs('glue-pages', 'gives tables page by page', async () => {
    for (const Name of ['a', 'b', 'c']) {
      await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: { Name } }));
    }
    const names: (string | undefined)[][] = [];
    let NextToken: string | undefined;
    do {
      const page: GetTablesCommandOutput = await glue.send(
        new GetTablesCommand({ DatabaseName: 'sales', MaxResults: 2, NextToken }),
      );
      names.push((page.TableList ?? []).map(({ Name }) => Name));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(names).toEqual([['a', 'b'], ['c']]);
  });

  backend.differs('glue-case', 'folds names to lower case', async () => {
    await glue.send(
      new CreateTableCommand({
        DatabaseName: 'SALES',
        TableInput: { Name: 'Orders', StorageDescriptor: { Columns: [{ Name: 'ID', Type: 'int' }] } },
      }),
    );
    const { Table } = await glue.send(new GetTableCommand({ DatabaseName: 'sales', Name: 'ORDERS' }));
    expect(Table).toMatchObject({ Name: 'orders', StorageDescriptor: { Columns: [{ Name: 'id' }] } });
  });

  backend.differs('glue-search', 'finds tables loosely by name and by text', async () => {
    for (const Name of ['orders', 'orders_old', 'returns']) {
      await glue.send(
        new CreateTableCommand({ DatabaseName: 'sales', TableInput: { Name, Description: `all ${Name}` } }),
      );
    }
    const search = async (input: object) =>
      (await glue.send(new SearchTablesCommand(input))).TableList?.map(({ Name }) => Name);
    expect(await search({ Filters: [{ Key: 'Name', Value: 'orders' }] })).toEqual(['orders', 'orders_old']);
    expect(await search({ SearchText: 'all returns' })).toEqual(['returns']);
    expect(await search({ SearchText: 'all', SortCriteria: [{ FieldName: 'Name', Sort: 'DESC' }] })).toEqual([
      'returns',
      'orders_old',
      'orders',
    ]);
  });

  const values = Array.from({ length: 101 }, (_, index) => partition(String(index)));

  backend.differs('glue-batch-create-limit', 'takes at most 100 partitions to make', async () => {
    await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: PARTITIONED }));
    await expect(
      glue.send(new BatchCreatePartitionCommand({ ...at, PartitionInputList: values })),
    ).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  backend.differs('glue-batch-delete-limit', 'takes at most 25 partitions to delete', async () => {
    await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: PARTITIONED }));
    await expect(
      glue.send(new BatchDeletePartitionCommand({ ...at, PartitionsToDelete: values.slice(0, 26) })),
    ).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  test('answers what could not be changed in a batch', async () => {
    await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: PARTITIONED }));
    const { Errors } = await glue.send(
      new BatchUpdatePartitionCommand({
        ...at,
        Entries: [{ PartitionValueList: ['none'], PartitionInput: partition('none') }],
      }),
    );
    expect(Errors).toMatchObject([
      { PartitionValueList: ['none'], ErrorDetail: { ErrorCode: 'EntityNotFoundException' } },
    ]);
  });
});
