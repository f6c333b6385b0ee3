import { GetTableCommand, UpdateTableCommand } from '@aws-sdk/client-glue';
import {
  AddLFTagsToResourceCommand,
  CreateLFTagCommand,
  GetResourceLFTagsCommand,
  GrantPermissionsCommand,
  type Permission,
  type Resource,
  RevokePermissionsCommand,
} from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { callerFor } from '#local/core/cloud.ts';
import { setOrganization } from '#local/core/organization.ts';
import { readTable } from '#local/services/lake-formation/access.ts';
import { CONSUMER, OWNER, principal, type World, world } from './world.ts';

const ORGANIZATION = 'arn:aws:organizations::111111111111:organization/o-aaaaaaaaaa';
const UNIT = 'arn:aws:organizations::111111111111:ou/o-aaaaaaaaaa/ou-root-12345678';

describe('LF-Tags across accounts', () => {
  let at: World;
  beforeEach(async () => {
    at = await world();
    await admin().send(new CreateLFTagCommand({ TagKey: 'class', TagValues: ['public', 'secret'] }));
    await put({ Database: { Name: 'sales' } }, 'secret');
    await put(columns('id', 'amount'), 'public');
  });
  afterEach(() => at.cloud.close());

  const admin = () => at.lakeFormation('owner/admin');
  const columns = (...ColumnNames: string[]): Resource => ({
    TableWithColumns: { DatabaseName: 'sales', Name: 'orders', ColumnNames },
  });
  const put = (Resource: Resource, value: string) =>
    admin().send(new AddLFTagsToResourceCommand({ Resource, LFTags: [{ TagKey: 'class', TagValues: [value] }] }));
  const change = async (to: string, Command: typeof GrantPermissionsCommand | typeof RevokePermissionsCommand) => {
    const Permissions: Permission[] = ['DESCRIBE', 'SELECT'];
    const Expression = [{ TagKey: 'class', TagValues: ['public'] }];
    await admin().send(
      new Command({
        Principal: { DataLakePrincipalIdentifier: to },
        Resource: { LFTagPolicy: { ResourceType: 'TABLE', Expression } },
        Permissions,
        PermissionsWithGrantOption: Permissions,
      }) as GrantPermissionsCommand,
    );
  };
  const readable = (name: string) => {
    const where = { catalogId: OWNER, database: 'sales', table: 'orders' };
    try {
      return readTable(at.cloud, callerFor(principal(name), 'test'), where).cells;
    } catch {
      return 'nothing';
    }
  };
  const passOn = (...ColumnNames: string[]) =>
    at.lakeFormation('consumer/admin').send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: principal('consumer/analyst') },
        Resource: { TableWithColumns: { CatalogId: OWNER, DatabaseName: 'sales', Name: 'orders', ColumnNames } },
        Permissions: ['SELECT'],
      }),
    );

  test.each([
    ['an account', CONSUMER],
    ['its organization', ORGANIZATION],
    ['its unit', UNIT],
  ])('reach %s, whose administrator passes on by name what they cover and no more', async (_what, to) => {
    setOrganization(at.cloud.store, CONSUMER, 'o-aaaaaaaaaa', 'ou-root-12345678');
    await change(to, GrantPermissionsCommand);
    expect(readable('consumer/admin')).toEqual([{ columns: ['id', 'amount'] }]);
    expect(readable('consumer/analyst')).toBe('nothing');
    await expect(passOn('id', 'email')).rejects.toThrow();
    await passOn('id');
    expect(readable('consumer/analyst')).toEqual([{ columns: ['id'] }]);
    expect(readable('stranger/admin')).toBe('nothing');
    await change(to, RevokePermissionsCommand);
    expect(readable('consumer/analyst')).toBe('nothing');
  });

  test('do not reach an account of another unit, or of none', async () => {
    await change(UNIT, GrantPermissionsCommand);
    expect(readable('consumer/admin')).toBe('nothing');
    setOrganization(at.cloud.store, CONSUMER, 'o-aaaaaaaaaa', 'ou-root-87654321');
    expect(readable('consumer/admin')).toBe('nothing');
  });

  test('stop covering a role when the column gets another value, whatever its account passed on', async () => {
    await change(CONSUMER, GrantPermissionsCommand);
    await passOn('id', 'amount');
    await put(columns('amount'), 'secret');
    expect(readable('consumer/analyst')).toEqual([{ columns: ['id'] }]);
  });

  test('outlive a column: the next of its name has them', async () => {
    const { Table } = await at.glue('owner/admin').send(new GetTableCommand({ DatabaseName: 'sales', Name: 'orders' }));
    const every = Table?.StorageDescriptor?.Columns ?? [];
    const make = (Columns: typeof every) =>
      at.glue('owner/admin').send(
        new UpdateTableCommand({
          DatabaseName: 'sales',
          TableInput: {
            Name: 'orders',
            StorageDescriptor: { ...Table?.StorageDescriptor, Columns },
            PartitionKeys: Table?.PartitionKeys,
          },
        }),
      );
    await make(every.filter(({ Name }) => Name !== 'amount'));
    await make(every);
    const { LFTagsOnColumns = [] } = await admin().send(
      new GetResourceLFTagsCommand({ Resource: columns('amount'), ShowAssignedLFTags: true }),
    );
    expect(LFTagsOnColumns.map(({ Name }) => Name)).toContain('amount');
  });
});
