import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  AddLFTagsToResourceCommand,
  BatchGrantPermissionsCommand,
  BatchRevokePermissionsCommand,
  CreateDataCellsFilterCommand,
  CreateLFTagCommand,
  DeleteDataCellsFilterCommand,
  DeleteLFTagCommand,
  DeregisterResourceCommand,
  DescribeResourceCommand,
  GetDataCellsFilterCommand,
  GetDataLakeSettingsCommand,
  GetEffectivePermissionsForPathCommand,
  GetLFTagCommand,
  GetResourceLFTagsCommand,
  GrantPermissionsCommand,
  LakeFormationClient,
  ListDataCellsFilterCommand,
  ListLFTagsCommand,
  ListPermissionsCommand,
  type ListPermissionsCommandInput,
  ListResourcesCommand,
  type Permission,
  PutDataLakeSettingsCommand,
  RegisterResourceCommand,
  RemoveLFTagsFromResourceCommand,
  type Resource,
  RevokePermissionsCommand,
  UpdateDataCellsFilterCommand,
  UpdateLFTagCommand,
} from '@aws-sdk/client-lakeformation';
import { beforeEach, expect, test } from '@jest/globals';
import { GlueService } from '#local/services/glue/service.ts';
import { LakeFormationService } from '#local/services/lake-formation/service.ts';
import { describeBackends } from './harness.ts';

describeBackends(
  'Lake Formation',
  { moto: true, services: () => [new GlueService(), new LakeFormationService()] },
  (backend) => {
    let lakeFormation: LakeFormationClient;
    let admin: string;
    let analyst: { DataLakePrincipalIdentifier: string };

    beforeEach(async () => {
      lakeFormation = backend.client(LakeFormationClient);
      admin = `arn:aws:iam::${backend.account}:role/tester`;
      analyst = { DataLakePrincipalIdentifier: `arn:aws:iam::${backend.account}:role/analyst` };
      await lakeFormation.send(
        new PutDataLakeSettingsCommand({
          DataLakeSettings: {
            DataLakeAdmins: [{ DataLakePrincipalIdentifier: admin }],
            CreateDatabaseDefaultPermissions: [],
            CreateTableDefaultPermissions: [],
            Parameters: { CROSS_ACCOUNT_VERSION: '4' },
          },
        }),
      );
      const glue = backend.client(GlueClient);
      await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'sales' } }));
      const Columns = ['id', 'email', 'amount'].map((Name) => ({ Name, Type: 'int' }));
      const TableInput = { Name: 'orders', StorageDescriptor: { Location: 's3://lake/orders/', Columns } };
      await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput }));
    });

    const table: Resource = { Table: { DatabaseName: 'sales', Name: 'orders' } };
    const grant = (Permissions: Permission[], Resource: Resource, PermissionsWithGrantOption?: Permission[]) =>
      lakeFormation.send(
        new GrantPermissionsCommand({ Principal: analyst, Resource, Permissions, PermissionsWithGrantOption }),
      );
    const revoke = (Permissions: Permission[], Resource: Resource) =>
      lakeFormation.send(new RevokePermissionsCommand({ Principal: analyst, Resource, Permissions }));
    const listed = async (input: ListPermissionsCommandInput) => {
      const { PrincipalResourcePermissions: rows = [] } = await lakeFormation.send(new ListPermissionsCommand(input));
      return rows
        .filter((row) => row.Principal?.DataLakePrincipalIdentifier === analyst.DataLakePrincipalIdentifier)
        .map(({ Resource, Permissions, PermissionsWithGrantOption }) => [
          Resource,
          Permissions,
          PermissionsWithGrantOption,
        ]);
    };

    test('replaces the settings whole', async () => {
      const get = async () => (await lakeFormation.send(new GetDataLakeSettingsCommand({}))).DataLakeSettings;
      expect(await get()).toMatchObject({
        DataLakeAdmins: [{ DataLakePrincipalIdentifier: admin }],
        CreateDatabaseDefaultPermissions: [],
        Parameters: { CROSS_ACCOUNT_VERSION: '4' },
      });
      const DataLakeAdmins = [{ DataLakePrincipalIdentifier: admin }, analyst];
      await lakeFormation.send(new PutDataLakeSettingsCommand({ DataLakeSettings: { DataLakeAdmins } }));
      expect(await get()).toMatchObject({ DataLakeAdmins });
      expect((await get())?.Parameters?.CROSS_ACCOUNT_VERSION).not.toBe('4');
    });

    test('registers a location once', async () => {
      const ResourceArn = 'arn:aws:s3:::lake/orders';
      const RoleArn = `arn:aws:iam::${backend.account}:role/registration`;
      await lakeFormation.send(new RegisterResourceCommand({ ResourceArn, RoleArn }));
      await expect(lakeFormation.send(new RegisterResourceCommand({ ResourceArn, RoleArn }))).rejects.toMatchObject({
        name: 'AlreadyExistsException',
      });
      const { ResourceInfo } = await lakeFormation.send(new DescribeResourceCommand({ ResourceArn }));
      expect(ResourceInfo).toMatchObject({ ResourceArn, RoleArn });
      const { ResourceInfoList } = await lakeFormation.send(new ListResourcesCommand({}));
      expect(ResourceInfoList).toHaveLength(1);
      await lakeFormation.send(new DeregisterResourceCommand({ ResourceArn }));
      await expect(lakeFormation.send(new DescribeResourceCommand({ ResourceArn }))).rejects.toMatchObject({
        name: 'EntityNotFoundException',
      });
    });

    test('gives, lists and takes permissions on a database', async () => {
      const database: Resource = { Database: { CatalogId: backend.account, Name: 'sales' } };
      await grant(['DESCRIBE', 'CREATE_TABLE'], database, ['DESCRIBE']);
      const [row] = await listed({ Resource: database });
      expect(row?.[0]).toEqual(database);
      expect([...(row?.[1] as string[])].sort()).toEqual(['CREATE_TABLE', 'DESCRIBE']);
      expect(row?.[2]).toEqual(['DESCRIBE']);
      await lakeFormation.send(
        new RevokePermissionsCommand({
          Principal: analyst,
          Resource: database,
          Permissions: ['DESCRIBE', 'CREATE_TABLE'],
          PermissionsWithGrantOption: ['DESCRIBE'],
        }),
      );
      expect(await listed({ Resource: database })).toEqual([]);
    });

    test('grants in a batch', async () => {
      const entry = (Id: string, Permissions: Permission[]) => ({
        Id,
        Principal: analyst,
        Resource: table,
        Permissions,
      });
      const { Failures } = await lakeFormation.send(
        new BatchGrantPermissionsCommand({ Entries: [entry('a', ['DESCRIBE'])] }),
      );
      expect(Failures).toEqual([]);
      await lakeFormation.send(new BatchRevokePermissionsCommand({ Entries: [entry('a', ['DESCRIBE'])] }));
      expect(await listed({ ResourceType: 'TABLE' })).toEqual([]);
    });

    test('keeps LF-Tags in lower case, one value on a resource', async () => {
      await lakeFormation.send(new CreateLFTagCommand({ TagKey: 'zone', TagValues: ['raw', 'gold'] }));
      await lakeFormation.send(new UpdateLFTagCommand({ TagKey: 'zone', TagValuesToAdd: ['silver'] }));
      const tag = await lakeFormation.send(new GetLFTagCommand({ TagKey: 'zone' }));
      expect([...(tag.TagValues ?? [])].sort()).toEqual(['gold', 'raw', 'silver']);
      expect((await lakeFormation.send(new ListLFTagsCommand({}))).LFTags).toHaveLength(1);
      const LFTags = [{ TagKey: 'zone', TagValues: ['gold'] }];
      const { Failures } = await lakeFormation.send(new AddLFTagsToResourceCommand({ Resource: table, LFTags }));
      expect(Failures).toEqual([]);
      const tagged = await lakeFormation.send(new GetResourceLFTagsCommand({ Resource: table }));
      expect(tagged.LFTagsOnTable).toMatchObject(LFTags);
      await lakeFormation.send(new RemoveLFTagsFromResourceCommand({ Resource: table, LFTags }));
      await lakeFormation.send(new DeleteLFTagCommand({ TagKey: 'zone' }));
      expect((await lakeFormation.send(new ListLFTagsCommand({}))).LFTags).toEqual([]);
    });

    test('unites grants', async () => {
      await grant(['INSERT'], table);
      await grant(['INSERT', 'DESCRIBE'], table, ['DESCRIBE']);
      const [row, ...more] = await listed({ Resource: table });
      expect(more).toEqual([]);
      expect([...(row?.[1] as string[])].sort()).toEqual(['DESCRIBE', 'INSERT']);
      expect(row?.[2]).toEqual(['DESCRIBE']);
    });

    backend.differs('lf-revoke-after-two-grants', 'takes back what was granted in two steps', async () => {
      await grant(['INSERT'], table);
      await grant(['DESCRIBE'], table);
      await revoke(['INSERT'], table);
      expect((await listed({ Resource: table })).map(([, permissions]) => permissions)).toEqual([['DESCRIBE']]);
    });

    backend.differs('lf-normal-form', 'shows SELECT on a table as SELECT on its columns', async () => {
      await grant(['SELECT', 'DESCRIBE'], table, ['DESCRIBE']);
      const at = { CatalogId: backend.account, DatabaseName: 'sales', Name: 'orders' };
      expect(await listed({ Resource: table })).toEqual([
        [{ TableWithColumns: { ...at, ColumnWildcard: {} } }, ['SELECT'], []],
        [{ Table: at }, ['DESCRIBE'], ['DESCRIBE']],
      ]);
    });

    backend.differs('lf-wildcard-and-name', 'lists a grant on every table beside one on a table', async () => {
      await grant(['DESCRIBE'], table);
      await grant(['SELECT'], { Table: { DatabaseName: 'sales', TableWildcard: {} } });
      const everyTable = { CatalogId: backend.account, DatabaseName: 'sales', Name: 'ALL_TABLES' };
      expect(await listed({ Resource: { Table: { DatabaseName: 'sales', TableWildcard: {} } } })).toEqual([
        [{ TableWithColumns: { ...everyTable, ColumnWildcard: {} } }, ['SELECT'], []],
      ]);
    });

    backend.differs('lf-all', 'shows ALL beside what it stands for', async () => {
      await grant(['ALL'], table);
      const rows = await listed({ Resource: table });
      expect(rows.map(([, permissions]) => permissions)).toEqual([
        ['SELECT'],
        ['ALL', 'ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT'],
      ]);
      await revoke(['DROP'], table);
      expect((await listed({ Resource: table })).map(([, permissions]) => permissions)).toEqual([
        ['SELECT'],
        ['ALTER', 'DELETE', 'DESCRIBE', 'INSERT'],
      ]);
    });

    backend.differs('lf-revoke-not-held', 'refuses to revoke what is not held, in AWS words', async () => {
      await expect(revoke(['SELECT'], table)).rejects.toMatchObject({
        name: 'InvalidInputException',
        message: 'No permissions revoked. Grantee does not have: [SELECT]',
      });
    });

    const entry = (Id: string, Name: string) => ({
      Id,
      Principal: analyst,
      Resource: { Table: { DatabaseName: 'sales', Name } },
      Permissions: ['DESCRIBE' as const],
    });
    const send = (Entries: ReturnType<typeof entry>[]) =>
      lakeFormation.send(new BatchGrantPermissionsCommand({ Entries }));

    backend.differs('lf-batch-failures', 'answers what failed in a batch', async () => {
      const { Failures } = await send([entry('a', 'orders'), entry('b', 'nope')]);
      expect(Failures).toMatchObject([{ RequestEntry: { Id: 'b' }, Error: { ErrorCode: 'EntityNotFoundException' } }]);
    });

    backend.differs('lf-batch-same-id', 'takes no two entries of one id', async () => {
      await expect(send([entry('a', 'orders'), entry('a', 'orders')])).rejects.toMatchObject({
        name: 'InvalidInputException',
      });
    });

    backend.differs('lf-batch-size', 'takes no more than 20 entries in a batch', async () => {
      const many = Array.from({ length: 21 }, (_, index) => entry(String(index), 'orders'));
      await expect(send(many)).rejects.toMatchObject({ name: 'InvalidInputException' });
    });

    backend.differs('lf-pages', 'gives permissions page by page', async () => {
      await grant(['DESCRIBE'], table);
      await grant(['DESCRIBE'], { Database: { Name: 'sales' } });
      const pages: number[] = [];
      let NextToken: string | undefined;
      do {
        const page = await lakeFormation.send(new ListPermissionsCommand({ MaxResults: 1, NextToken }));
        pages.push(page.PrincipalResourcePermissions?.length ?? 0);
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      expect(new Set(pages)).toEqual(new Set([1]));
      expect(pages.length).toBeGreaterThan(1);
    });

    backend.differs('lf-cells-filters', 'keeps data cells filters with a checked expression', async () => {
      const TableCatalogId = backend.account;
      const key = { TableCatalogId, DatabaseName: 'sales', TableName: 'orders', Name: 'few' };
      const data = (FilterExpression: string) => ({ ...key, ColumnNames: ['id'], RowFilter: { FilterExpression } });
      const create = (text: string) => lakeFormation.send(new CreateDataCellsFilterCommand({ TableData: data(text) }));
      await create('amount < 10 AND (id IN (1, 2) OR NOT amount BETWEEN 3 AND 4)');
      await expect(create('amount < 10')).rejects.toMatchObject({ name: 'AlreadyExistsException' });
      await lakeFormation.send(new UpdateDataCellsFilterCommand({ TableData: data('amount < 20') }));
      const { DataCellsFilter } = await lakeFormation.send(new GetDataCellsFilterCommand(key));
      expect(DataCellsFilter).toMatchObject({ ...data('amount < 20'), VersionId: '2' });
      const list = await lakeFormation.send(
        new ListDataCellsFilterCommand({
          Table: { CatalogId: TableCatalogId, DatabaseName: 'sales', Name: 'orders' },
        }),
      );
      expect(list.DataCellsFilters).toHaveLength(1);
      const filter: Resource = { DataCellsFilter: key };
      await grant(['SELECT'], filter);
      expect(await listed({ Resource: table })).toEqual([]);
      expect(await listed({ Resource: table, IncludeRelated: 'TRUE' })).toEqual([[filter, ['SELECT'], []]]);
      await revoke(['SELECT'], filter);
      await lakeFormation.send(new DeleteDataCellsFilterCommand(key));
      await expect(lakeFormation.send(new GetDataCellsFilterCommand(key))).rejects.toMatchObject({
        name: 'EntityNotFoundException',
      });
    });

    backend.differs('lf-permissions-for-path', 'finds the permissions on what lies at a path', async () => {
      await grant(['DESCRIBE'], table);
      const { Permissions } = await lakeFormation.send(
        new GetEffectivePermissionsForPathCommand({ ResourceArn: 'arn:aws:s3:::lake/orders' }),
      );
      const principals = (Permissions ?? []).map(({ Principal }) => Principal?.DataLakePrincipalIdentifier);
      expect(new Set(principals)).toEqual(new Set([admin, analyst.DataLakePrincipalIdentifier]));
    });
  },
);
