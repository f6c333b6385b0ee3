import {
  CreateDataCellsFilterCommand,
  DeleteDataCellsFilterCommand,
  GetDataLakePrincipalCommand,
  GetDataLakeSettingsCommand,
  GetTemporaryGlueTableCredentialsCommand,
  GrantPermissionsCommand,
  ListPermissionsCommand,
  PutDataLakeSettingsCommand,
  RegisterResourceCommand,
  UpdateResourceCommand,
} from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { callerFor } from '#local/core/cloud.ts';
import { catalog } from '#local/services/glue/catalog.ts';
import { requireDefaultDatabase } from '#local/services/lake-formation/access.ts';
import { LakeFormationService } from '#local/services/lake-formation/service.ts';
import { RamService } from '#local/services/ram.ts';
import { OWNER, principal, STRANGER, type World, world } from './world.ts';

describe('Lake Formation around its grants', () => {
  let at: World;
  beforeEach(async () => {
    at = await world();
  });
  afterEach(() => at.cloud.close());

  const put = (who: string, admins: string[], Parameters?: Record<string, string>) =>
    at.lakeFormation(who).send(
      new PutDataLakeSettingsCommand({
        DataLakeSettings: {
          DataLakeAdmins: admins.map((name) => ({ DataLakePrincipalIdentifier: principal(name) })),
          Parameters,
        },
      }),
    );

  test('a new account has no administrators and leaves everything to IAM', async () => {
    const client = at.lakeFormation('arn:aws:iam::444444444444:role/anyone');
    const { DataLakeSettings } = await client.send(new GetDataLakeSettingsCommand({}));
    const open = [{ Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' }, Permissions: ['ALL'] }];
    expect(DataLakeSettings).toMatchObject({
      DataLakeAdmins: [],
      CreateDatabaseDefaultPermissions: open,
      CreateTableDefaultPermissions: open,
      Parameters: { CROSS_ACCOUNT_VERSION: '1' },
    });
  });

  test('only administrators change the settings once there are any, and there are at most 30', async () => {
    await expect(put('owner/analyst', ['owner/analyst'])).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const many = Array.from({ length: 31 }, (_, index) => `owner/admin${index}`);
    await expect(put('owner/admin', many)).rejects.toMatchObject({ name: 'InvalidInputException' });
    await put('owner/admin', many.slice(0, 30));
    await expect(put('owner/admin', ['owner/admin'])).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('leaving the parameters out resets the cross-account version, but for version 5', async () => {
    const version = async () =>
      (await at.lakeFormation('owner/admin').send(new GetDataLakeSettingsCommand({}))).DataLakeSettings?.Parameters
        ?.CROSS_ACCOUNT_VERSION;
    await put('owner/admin', ['owner/admin']);
    expect(await version()).toBe('1');
    await put('owner/admin', ['owner/admin'], { CROSS_ACCOUNT_VERSION: '5' });
    await expect(put('owner/admin', ['owner/admin'])).rejects.toMatchObject({ name: 'InvalidInputException' });
    expect(await version()).toBe('5');
  });

  test('a direct grant to a role of another account needs version 3', async () => {
    const grant = () =>
      at.lakeFormation('owner/admin').send(
        new GrantPermissionsCommand({
          Principal: { DataLakePrincipalIdentifier: principal('consumer/analyst') },
          Resource: { Table: { DatabaseName: 'sales', Name: 'orders' } },
          Permissions: ['SELECT'],
        }),
      );
    await put('owner/admin', ['owner/admin'], { CROSS_ACCOUNT_VERSION: '2' });
    await expect(grant()).rejects.toMatchObject({ name: 'InvalidInputException' });
    await put('owner/admin', ['owner/admin'], { CROSS_ACCOUNT_VERSION: '3' });
    await grant();
  });

  test('a share names its resource share, and is asked for by invitation outside the organization', async () => {
    const admin = at.lakeFormation('owner/admin');
    const Resource = { Table: { CatalogId: OWNER, DatabaseName: 'sales', Name: 'orders' } };
    const Principal = { DataLakePrincipalIdentifier: STRANGER };
    await admin.send(new GrantPermissionsCommand({ Principal, Resource, Permissions: ['DESCRIBE'] }));
    const { PrincipalResourcePermissions: rows } = await admin.send(
      new ListPermissionsCommand({ Principal, Resource }),
    );
    const [arn] = rows?.[0]?.AdditionalDetails?.ResourceShare ?? [];
    const ram = at.cloud.service(RamService);
    const call = (operation: string, input: object, who = 'stranger/admin') =>
      at.cloud.invoke(ram, operation, input, at.cloud.contextFor(callerFor(principal(who), 'test')));
    expect(await call('GetResourceShares', { resourceOwner: 'OTHER-ACCOUNTS' })).toEqual({ resourceShares: [] });
    const { resourceShareInvitations } = (await call('GetResourceShareInvitations', {})) as {
      resourceShareInvitations: { resourceShareArn: string; resourceShareInvitationArn: string; status: string }[];
    };
    expect(resourceShareInvitations).toMatchObject([
      { resourceShareArn: arn, senderAccountId: OWNER, status: 'PENDING' },
    ]);
    const { resourceShareInvitationArn } = resourceShareInvitations[0] ?? {};
    await expect(
      call('AcceptResourceShareInvitation', { resourceShareInvitationArn }, 'consumer/admin'),
    ).rejects.toThrow('could not be found');
    await call('AcceptResourceShareInvitation', { resourceShareInvitationArn });
    expect(await call('GetResourceShares', { resourceOwner: 'OTHER-ACCOUNTS' })).toMatchObject({
      resourceShares: [{ resourceShareArn: arn, name: expect.stringMatching(/^LakeFormation-V4-/) }],
    });
    await expect(call('RejectResourceShareInvitation', { resourceShareInvitationArn })).rejects.toThrow(
      'answered already',
    );
    expect(await call('EnableSharingWithAwsOrganization', {})).toEqual({ returnValue: true });
  });

  test('a filter that is granted is not deleted, and only who may pass on every column makes one', async () => {
    const key = { TableCatalogId: OWNER, DatabaseName: 'sales', TableName: 'orders' };
    const client = at.lakeFormation('owner/admin');
    const create = (who: string) =>
      at.lakeFormation(who).send(
        new CreateDataCellsFilterCommand({
          TableData: { ...key, Name: 'mine', ColumnWildcard: {}, RowFilter: { AllRowsWildcard: {} } },
        }),
      );
    await expect(create('owner/analyst')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await client.send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: principal('owner/analyst') },
        Resource: { Table: { DatabaseName: 'sales', Name: 'orders' } },
        Permissions: ['SELECT'],
        PermissionsWithGrantOption: ['SELECT'],
      }),
    );
    await create('owner/analyst');
    await client.send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: principal('owner/other') },
        Resource: { DataCellsFilter: { ...key, Name: 'mine' } },
        Permissions: ['SELECT'],
      }),
    );
    await expect(client.send(new DeleteDataCellsFilterCommand({ ...key, Name: 'mine' }))).rejects.toMatchObject({
      name: 'InvalidInputException',
    });
  });

  test('a principal has at most 100 filters on a table, the same one any number of times', async () => {
    const key = { TableCatalogId: OWNER, DatabaseName: 'sales', TableName: 'orders' };
    const client = at.lakeFormation('owner/admin');
    const give = (Name: string) =>
      client.send(
        new GrantPermissionsCommand({
          Principal: { DataLakePrincipalIdentifier: principal('owner/analyst') },
          Resource: { DataCellsFilter: { ...key, Name } },
          Permissions: ['SELECT'],
        }),
      );
    for (let number = 0; number <= 100; number += 1) {
      const TableData = {
        ...key,
        Name: `f${number}`,
        ColumnNames: ['id'],
        RowFilter: { FilterExpression: `id = ${number}` },
      };
      await client.send(new CreateDataCellsFilterCommand({ TableData }));
      if (number < 100) await give(`f${number}`);
    }
    await give('f7');
    await expect(give('f100')).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  test('others see their own grants only', async () => {
    const { PrincipalResourcePermissions } = await at
      .lakeFormation('owner/analyst')
      .send(new ListPermissionsCommand({}));
    expect(PrincipalResourcePermissions).toEqual([]);
  });

  test('a database `default` that exists must be visible', () => {
    const analyst = callerFor(principal('owner/analyst'), 'test');
    expect(() => requireDefaultDatabase(at.cloud, analyst)).not.toThrow();
    catalog.putDatabase(at.cloud, { Name: 'default', CatalogId: OWNER, CreateTime: 0 });
    expect(() => requireDefaultDatabase(at.cloud, analyst)).toThrow('Required Describe on default');
  });

  test('knows the role behind a session', async () => {
    const { Identity } = await at.lakeFormation('owner/analyst').send(new GetDataLakePrincipalCommand({}));
    expect(Identity).toBe(principal('owner/analyst'));
  });

  test('a registration changes its role', async () => {
    const ResourceArn = 'arn:aws:s3:::lake';
    const client = at.lakeFormation('owner/admin');
    const RoleArn = principal('owner/registration');
    await expect(client.send(new UpdateResourceCommand({ ResourceArn, RoleArn }))).rejects.toMatchObject({
      name: 'EntityNotFoundException',
    });
    await client.send(new RegisterResourceCommand({ ResourceArn, UseServiceLinkedRole: true }));
    await client.send(new UpdateResourceCommand({ ResourceArn, RoleArn }));
  });

  test('says by name what it does not model', async () => {
    const client = at.lakeFormation('owner/admin');
    await expect(
      client.send(new GetTemporaryGlueTableCredentialsCommand({ TableArn: 'arn:aws:glue:::table/a/b' })),
    ).rejects.toThrow('does not vend credentials');
    const context = at.cloud.contextFor(callerFor(principal('owner/admin'), 'test'));
    for (const operation of ['GetTemporaryGluePartitionCredentials', 'GetTemporaryDataLocationCredentials']) {
      const call = at.cloud.invoke(at.cloud.service(LakeFormationService), operation, {}, context);
      await expect(call).rejects.toThrow('does not vend credentials');
    }
    await expect(
      client.send(
        new RegisterResourceCommand({
          ResourceArn: 'arn:aws:s3:::lake',
          RoleArn: principal('owner/x'),
          HybridAccessEnabled: true,
        }),
      ),
    ).rejects.toThrow('hybrid access mode');
  });
});
