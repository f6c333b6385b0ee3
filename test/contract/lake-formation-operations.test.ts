import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import * as sdk from '@aws-sdk/client-lakeformation';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { GlueService } from '#local/services/glue/service.ts';
import { LakeFormationService } from '#local/services/lake-formation/service.ts';
import { describeBackends } from './harness.ts';

const services = () => [new GlueService(), new LakeFormationService()];

describeBackends('Lake Formation: grants and tags', { moto: true, services }, (backend) => {
  let client: sdk.LakeFormationClient;
  const role = (name: string) => `arn:aws:iam::${backend.account}:role/${name}`;
  const analyst = () => ({ DataLakePrincipalIdentifier: role('analyst') });
  const database: sdk.Resource = { Database: { Name: 'sales' } };
  const table: sdk.Resource = { Table: { DatabaseName: 'sales', Name: 'orders' } };
  const columns = (ColumnNames: string[]): sdk.Resource => ({
    TableWithColumns: { DatabaseName: 'sales', Name: 'orders', ColumnNames },
  });

  beforeEach(async () => {
    client = backend.client(sdk.LakeFormationClient);
    const DataLakeAdmins = [{ DataLakePrincipalIdentifier: role('tester') }];
    await client.send(
      new sdk.PutDataLakeSettingsCommand({
        DataLakeSettings: { DataLakeAdmins, CreateDatabaseDefaultPermissions: [], CreateTableDefaultPermissions: [] },
      }),
    );
    const glue = backend.client(GlueClient);
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'sales' } }));
    const Columns = ['id', 'email'].map((Name) => ({ Name, Type: 'string' }));
    const TableInput = { Name: 'orders', StorageDescriptor: { Location: 's3://lake/orders/', Columns } };
    await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput }));
  });

  const grant = (Resource: sdk.Resource, Permissions: sdk.Permission[], who = analyst()) =>
    client.send(new sdk.GrantPermissionsCommand({ Principal: who, Resource, Permissions }));
  const revoke = (Resource: sdk.Resource, Permissions: sdk.Permission[]) =>
    client.send(new sdk.RevokePermissionsCommand({ Principal: analyst(), Resource, Permissions }));
  const listed = async (input: sdk.ListPermissionsCommandInput) =>
    ((await client.send(new sdk.ListPermissionsCommand(input))).PrincipalResourcePermissions ?? []).filter(
      ({ Principal }) => Principal?.DataLakePrincipalIdentifier === role('analyst'),
    );

  describe('grants', () => {
    test('on columns are kept apart from those on the table', async () => {
      await grant(columns(['id']), ['SELECT']);
      const rows = await listed({ ResourceType: 'TABLE' });
      expect(rows.map(({ Resource }) => Resource?.TableWithColumns?.ColumnNames)).toEqual([['id']]);
      await revoke(columns(['id']), ['SELECT']);
      expect(await listed({ ResourceType: 'TABLE' })).toEqual([]);
    });

    test('on a location', async () => {
      const ResourceArn = 'arn:aws:s3:::lake/orders';
      await client.send(new sdk.RegisterResourceCommand({ ResourceArn, RoleArn: role('registration') }));
      const location: sdk.Resource = { DataLocation: { ResourceArn } };
      await grant(location, ['DATA_LOCATION_ACCESS']);
      const rows = await listed({ ResourceType: 'DATA_LOCATION' });
      expect(rows.map(({ Permissions }) => Permissions)).toEqual([['DATA_LOCATION_ACCESS']]);
      expect(rows[0]?.Resource?.DataLocation?.ResourceArn).toBe(ResourceArn);
    });

    test('to make databases', async () => {
      await grant({ Catalog: {} }, ['CREATE_DATABASE']);
      const rows = await listed({ ResourceType: 'CATALOG' });
      expect(rows.map(({ Permissions }) => Permissions)).toEqual([['CREATE_DATABASE']]);
    });

    test('of one are told apart from those of another', async () => {
      await grant(database, ['DESCRIBE']);
      await grant(database, ['DESCRIBE', 'ALTER'], { DataLakePrincipalIdentifier: role('other') });
      const rows = await listed({ Principal: analyst(), Resource: database });
      expect(rows.map(({ Permissions }) => Permissions)).toEqual([['DESCRIBE']]);
    });

    test('taken in part leave the rest', async () => {
      await grant(database, ['DESCRIBE', 'ALTER']);
      await revoke(database, ['ALTER']);
      const rows = await listed({ Resource: database });
      expect(rows.map(({ Permissions }) => Permissions)).toEqual([['DESCRIBE']]);
    });

    const batch = (PermissionsWithGrantOption: sdk.Permission[]) =>
      client.send(
        new sdk.BatchGrantPermissionsCommand({
          Entries: [
            { Id: '1', Principal: analyst(), Resource: table, Permissions: ['DESCRIBE'], PermissionsWithGrantOption },
          ],
        }),
      );

    test('in a batch are listed', async () => {
      await batch([]);
      const rows = await listed({ Resource: table });
      expect(rows.map(({ Permissions }) => Permissions)).toEqual([['DESCRIBE']]);
    });

    backend.differs('lf-batch-grant-option', 'in a batch can be passed on when so granted', async () => {
      await batch(['DESCRIBE']);
      const rows = await listed({ Resource: table });
      expect(rows.map((row) => row.PermissionsWithGrantOption)).toEqual([['DESCRIBE']]);
    });

    backend.differs('lf-missing-table', 'on what is not there are refused', async () => {
      await expect(grant({ Table: { DatabaseName: 'sales', Name: 'none' } }, ['SELECT'])).rejects.toMatchObject({
        name: 'EntityNotFoundException',
      });
    });

    backend.differs('lf-unfit-permission', 'of what does not fit the resource are refused', async () => {
      await expect(grant(database, ['SELECT'])).rejects.toMatchObject({ name: 'InvalidInputException' });
    });

    test('are not listed for columns: the table is asked', async () => {
      await grant(columns(['id']), ['SELECT']);
      await expect(listed({ Resource: columns(['id']) })).rejects.toMatchObject({ name: 'InvalidInputException' });
    });
  });

  describe('LF-Tags', () => {
    const create = (TagValues: string[]) => client.send(new sdk.CreateLFTagCommand({ TagKey: 'zone', TagValues }));
    const assign = (Resource: sdk.Resource, value: string) =>
      client.send(new sdk.AddLFTagsToResourceCommand({ Resource, LFTags: [{ TagKey: 'zone', TagValues: [value] }] }));
    const tags = (Resource: sdk.Resource) => client.send(new sdk.GetResourceLFTagsCommand({ Resource }));

    test('are assigned to databases and read back', async () => {
      await create(['raw', 'gold']);
      await assign(database, 'raw');
      expect((await tags(database)).LFTagOnDatabase).toMatchObject([{ TagKey: 'zone', TagValues: ['raw'] }]);
    });

    backend.differs('lf-tag-made-twice', 'are made once', async () => {
      await create(['raw']);
      await expect(create(['gold'])).rejects.toMatchObject({ name: 'AlreadyExistsException' });
    });

    backend.differs('lf-tag-missing', 'that are not there are not found', async () => {
      await expect(client.send(new sdk.GetLFTagCommand({ TagKey: 'none' }))).rejects.toMatchObject({
        name: 'EntityNotFoundException',
      });
    });

    backend.differs('lf-tag-value', 'have no values but their own', async () => {
      await create(['raw']);
      const { Failures } = await assign(database, 'green');
      expect(Failures).toHaveLength(1);
    });

    backend.differs('lf-untagged', 'of what has none are none', async () => {
      expect((await tags(table)).LFTagsOnTable ?? []).toEqual([]);
    });

    backend.differs('lf-tag-inherited', 'pass from a database to its tables', async () => {
      await create(['raw']);
      await assign(database, 'raw');
      expect((await tags(table)).LFTagOnDatabase).toMatchObject([{ TagKey: 'zone', TagValues: ['raw'] }]);
    });

    backend.differs('lf-search-by-tags', 'find tables', async () => {
      await create(['raw']);
      await assign(table, 'raw');
      const Expression = [{ TagKey: 'zone', TagValues: ['raw'] }];
      const { TableList } = await client.send(new sdk.SearchTablesByLFTagsCommand({ Expression }));
      expect(TableList).toHaveLength(1);
    });

    backend.differs('lf-search-databases-by-tags', 'find databases', async () => {
      await create(['raw']);
      await assign(database, 'raw');
      const Expression = [{ TagKey: 'zone', TagValues: ['raw'] }];
      const { DatabaseList } = await client.send(new sdk.SearchDatabasesByLFTagsCommand({ Expression }));
      expect(DatabaseList).toHaveLength(1);
    });

    backend.differs('lf-tag-expressions', 'make expressions with a name', async () => {
      await create(['raw', 'gold']);
      const Name = 'mine';
      const Expression = [{ TagKey: 'zone', TagValues: ['raw'] }];
      await client.send(new sdk.CreateLFTagExpressionCommand({ Name, Expression }));
      const gold = [{ TagKey: 'zone', TagValues: ['gold'] }];
      await client.send(new sdk.UpdateLFTagExpressionCommand({ Name, Expression: gold }));
      expect((await client.send(new sdk.GetLFTagExpressionCommand({ Name }))).Expression).toEqual(gold);
      await client.send(new sdk.DeleteLFTagExpressionCommand({ Name }));
      expect((await client.send(new sdk.ListLFTagExpressionsCommand({}))).LFTagExpressions).toEqual([]);
    });
  });

  describe('locations', () => {
    const ResourceArn = 'arn:aws:s3:::lake/orders';

    test('that are not registered cannot be given up', async () => {
      await expect(client.send(new sdk.DeregisterResourceCommand({ ResourceArn }))).rejects.toMatchObject({
        name: 'EntityNotFoundException',
      });
    });

    backend.differs('lf-update-resource', 'change their role', async () => {
      await client.send(new sdk.RegisterResourceCommand({ ResourceArn, RoleArn: role('one') }));
      await client.send(new sdk.UpdateResourceCommand({ ResourceArn, RoleArn: role('two') }));
      const { ResourceInfo } = await client.send(new sdk.DescribeResourceCommand({ ResourceArn }));
      expect(ResourceInfo?.RoleArn).toBe(role('two'));
    });
  });

  backend.differs('lf-principal', 'tells who asks', async () => {
    const { Identity } = await client.send(new sdk.GetDataLakePrincipalCommand({}));
    expect(Identity).toContain('role/tester');
  });

  const vended: [string, () => Promise<unknown>][] = [
    [
      'GetTemporaryGlueTableCredentials',
      () =>
        client.send(
          new sdk.GetTemporaryGlueTableCredentialsCommand({
            TableArn: `arn:aws:glue:us-east-1:${backend.account}:table/sales/orders`,
          }),
        ),
    ],
    [
      'GetTemporaryGluePartitionCredentials',
      () =>
        client.send(
          new sdk.GetTemporaryGluePartitionCredentialsCommand({
            TableArn: `arn:aws:glue:us-east-1:${backend.account}:table/sales/orders`,
            Partition: { Values: ['a'] },
          }),
        ),
    ],
    [
      'GetTemporaryDataLocationCredentials',
      () => client.send(new sdk.GetTemporaryDataLocationCredentialsCommand({ DataLocations: ['s3://lake/orders/'] })),
    ],
  ];
  for (const [name, ask] of vended) {
    backend.differs('lf-vended-credentials', `${name} gives no keys, and says so`, async () => {
      await expect(ask()).rejects.toThrow('does not vend credentials');
    });
  }
});
