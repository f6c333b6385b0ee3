import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  CreateDataCellsFilterCommand,
  LakeFormationClient,
  PutDataLakeSettingsCommand,
} from '@aws-sdk/client-lakeformation';
import { Cloud } from '#local/core/cloud.ts';
import { setOrganization } from '#local/core/organization.ts';
import { GlueService } from '#local/services/glue/service.ts';
import { LakeFormationService } from '#local/services/lake-formation/service.ts';
import { RamService } from '#local/services/ram.ts';

export const OWNER = '111111111111';
export const CONSUMER = '222222222222';
/** In no organization. */
export const STRANGER = '333333333333';
const ORGANIZATION = 'o-aaaaaaaaaa';

/** `owner/analyst` as a role ARN, `owner` as an account, anything else as it is. */
export function principal(name: string): string {
  const [account = '', role] = name.split('/');
  const id = { owner: OWNER, consumer: CONSUMER, stranger: STRANGER }[account];
  if (id === undefined) return name;
  return role === undefined ? id : `arn:aws:iam::${id}:role/${role}`;
}

export interface World {
  readonly cloud: Cloud;
  glue(name: string): GlueClient;
  lakeFormation(name: string): LakeFormationClient;
}

/**
 * Three accounts whose `admin` administers the data lake, the first two in one organization. The owner has a database `sales` with tables `orders`
 * and `returns` and data cells filters `eu` (some columns, some rows) and `small` (some columns, other rows) on `orders`.
 */
export async function world(): Promise<World> {
  const cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')) });
  for (const service of [new GlueService(), new LakeFormationService(), new RamService()]) cloud.register(service);
  for (const account of [OWNER, CONSUMER]) setOrganization(cloud.store, account, ORGANIZATION);
  const glue = (name: string) => new GlueClient(cloud.clientConfig(principal(name)));
  const lakeFormation = (name: string) => new LakeFormationClient(cloud.clientConfig(principal(name)));
  for (const account of ['owner', 'consumer', 'stranger']) {
    await lakeFormation(`${account}/admin`).send(
      new PutDataLakeSettingsCommand({
        DataLakeSettings: {
          DataLakeAdmins: [{ DataLakePrincipalIdentifier: principal(`${account}/admin`) }],
          CreateDatabaseDefaultPermissions: [],
          CreateTableDefaultPermissions: [],
          Parameters: { CROSS_ACCOUNT_VERSION: '4' },
        },
      }),
    );
  }
  const maker = glue('owner/admin');
  await maker.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'sales' } }));
  for (const table of ['orders', 'returns']) await maker.send(createTable('sales', table));
  for (const [Name, ColumnNames, FilterExpression] of [
    ['eu', ['id', 'amount'], "region = 'EU'"],
    ['small', ['id', 'email'], 'amount < 10'],
  ] as const) {
    await lakeFormation('owner/admin').send(
      new CreateDataCellsFilterCommand({
        TableData: {
          TableCatalogId: OWNER,
          DatabaseName: 'sales',
          TableName: 'orders',
          Name,
          ColumnNames: [...ColumnNames],
          RowFilter: { FilterExpression },
        },
      }),
    );
  }
  return { cloud, glue, lakeFormation };
}

/** A table with columns `id`, `email`, `amount`, `region` and the partition key `dt`. */
export function createTable(DatabaseName: string, Name: string, Location = `s3://lake/${Name}/`): CreateTableCommand {
  const Columns = [
    { Name: 'id', Type: 'int' },
    { Name: 'email', Type: 'string' },
    { Name: 'amount', Type: 'double' },
    { Name: 'region', Type: 'string' },
  ];
  return new CreateTableCommand({
    DatabaseName,
    TableInput: { Name, StorageDescriptor: { Location, Columns }, PartitionKeys: [{ Name: 'dt', Type: 'string' }] },
  });
}
