import { readFileSync } from 'node:fs';
import {
  CreateDatabaseCommand,
  DeleteTableCommand,
  GetTableCommand,
  GetTablesCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import {
  GrantPermissionsCommand,
  type Permission,
  PutDataLakeSettingsCommand,
  type Resource,
  RevokePermissionsCommand,
} from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { callerFor } from '#local/core/cloud.ts';
import { readTable } from '#local/services/lake-formation/access.ts';
import { shares } from '#local/services/lake-formation/share-store.ts';
import { RamService } from '#local/services/ram.ts';
import { createTable, principal, type World, world } from './world.ts';

interface On {
  readonly database?: string;
  readonly table?: string;
  readonly columns?: string;
  readonly names?: string[];
  readonly except?: string[];
  readonly filter?: string;
  readonly of?: string;
}

interface Step {
  readonly by: string;
  readonly grant?: Permission[];
  readonly revoke?: Permission[];
  readonly option?: Permission[];
  readonly to?: string;
  readonly on?: On;
  readonly create?: string;
  readonly link?: string;
  readonly target?: string;
  readonly accept?: true;
  readonly admins?: string[];
  readonly fails?: string;
}

interface Expectation {
  readonly who: string;
  readonly of?: string;
  readonly read?: string;
  readonly describe?: string;
  readonly tables?: string;
  readonly alter?: string;
  readonly drop?: string;
  readonly cells?: string[];
  readonly columns?: string[];
  readonly names?: string[];
  readonly fails?: string;
}

const cases = parse(readFileSync('test/cases/lake-formation/access.yaml', 'utf8')) as {
  name: string;
  do: Step[];
  then: Expectation[];
}[];

describe('Lake Formation enforces', () => {
  let at: World;
  beforeEach(async () => {
    at = await world();
  });
  afterEach(() => at.cloud.close());

  test.each(cases)('$name', async ({ do: steps, then }) => {
    for (const step of steps) await outcome(step.fails, () => perform(at, step));
    for (const expectation of then) await outcome(expectation.fails, () => observe(at, expectation));
  });
});

/** Expects that error, or none. */
async function outcome(fails: string | undefined, work: () => Promise<void>): Promise<void> {
  if (fails === undefined) await work();
  else await expect(work()).rejects.toMatchObject(fails === 'AccessDeniedException' ? denied : { name: fails });
}

const denied = { message: expect.stringMatching(/Insufficient Lake Formation permission|not authorized/) };

async function perform({ cloud, glue, lakeFormation }: World, step: Step): Promise<void> {
  const { by, create, link, target, admins } = step;
  const [database = '', table = ''] = (create ?? '').split('.');
  if (create !== undefined) await glue(by).send(createTable(database, table));
  else if (link !== undefined) {
    const TargetDatabase = { CatalogId: principal('owner'), DatabaseName: target };
    await glue(by).send(new CreateDatabaseCommand({ DatabaseInput: { Name: link, TargetDatabase } }));
  } else if (step.accept) {
    const ram = cloud.service(RamService);
    const context = cloud.contextFor(callerFor(principal(by), 'test'));
    for (const share of shares.list(cloud)) {
      await cloud.invoke(
        ram,
        'AcceptResourceShareInvitation',
        { resourceShareInvitationArn: share.invitationArn },
        context,
      );
    }
  } else if (admins !== undefined) {
    const DataLakeAdmins = admins.map((name) => ({ DataLakePrincipalIdentifier: principal(name) }));
    await lakeFormation(by).send(new PutDataLakeSettingsCommand({ DataLakeSettings: { DataLakeAdmins } }));
  } else {
    const change = {
      Principal: { DataLakePrincipalIdentifier: principal(step.to ?? '') },
      Resource: resource(step.on ?? {}),
      Permissions: step.grant ?? step.revoke,
      PermissionsWithGrantOption: step.option,
    };
    if (step.grant === undefined) await lakeFormation(by).send(new RevokePermissionsCommand(change));
    else await lakeFormation(by).send(new GrantPermissionsCommand(change));
  }
}

function resource(on: On): Resource {
  const CatalogId = on.of === undefined ? undefined : principal(on.of);
  if (on.database !== undefined) return { Database: { CatalogId, Name: on.database } };
  const [DatabaseName = '', Name = '', filter] = (on.table ?? on.columns ?? on.filter ?? '').split('.');
  if (on.filter !== undefined) {
    return { DataCellsFilter: { TableCatalogId: principal('owner'), DatabaseName, TableName: Name, Name: filter } };
  }
  if (on.table !== undefined) {
    return { Table: { CatalogId, DatabaseName, ...(Name === '*' ? { TableWildcard: {} } : { Name }) } };
  }
  const at = { CatalogId, DatabaseName, Name };
  if (on.names !== undefined) return { TableWithColumns: { ...at, ColumnNames: on.names } };
  return { TableWithColumns: { ...at, ColumnWildcard: { ExcludedColumnNames: on.except } } };
}

async function observe({ cloud, glue }: World, expected: Expectation): Promise<void> {
  const { who } = expected;
  const CatalogId = expected.of === undefined ? undefined : principal(expected.of);
  const [DatabaseName = '', Name = ''] = (
    expected.read ??
    expected.describe ??
    expected.alter ??
    expected.drop ??
    expected.tables ??
    ''
  ).split('.');
  const at = { CatalogId, DatabaseName, Name };
  if (expected.read !== undefined) {
    const caller = callerFor(principal(who), 'test');
    const where = { catalogId: CatalogId ?? caller.account, database: DatabaseName, table: Name };
    const { cells } = readTable(cloud, caller, where);
    const told = cells.map(({ columns, rows }) =>
      [columns.join(' '), ...(rows === undefined ? [] : [rows])].join(' | '),
    );
    expect(told.sort()).toEqual([...(expected.cells ?? [])].sort());
  } else if (expected.describe !== undefined) {
    const { Table } = await glue(who).send(new GetTableCommand(at));
    expect(Table?.StorageDescriptor?.Columns?.map((column) => column.Name)).toEqual(expected.columns);
  } else if (expected.tables !== undefined) {
    const { TableList } = await glue(who).send(new GetTablesCommand({ CatalogId, DatabaseName }));
    expect(TableList?.map((table) => table.Name)).toEqual(expected.names);
  } else if (expected.alter !== undefined) {
    await glue(who).send(new UpdateTableCommand({ CatalogId, DatabaseName, TableInput: { Name } }));
  } else await glue(who).send(new DeleteTableCommand(at));
}
