import { DeleteDatabaseCommand, DeleteTableCommand, GlueClient, UpdateTableCommand } from '@aws-sdk/client-glue';
import {
  CreateDataCellsFilterCommand,
  DeleteDataCellsFilterCommand,
  GetDataLakeSettingsCommand,
  GrantPermissionsCommand,
  LakeFormationClient,
  type Permission,
  PutDataLakeSettingsCommand,
  type Resource,
  RevokePermissionsCommand,
  UpdateDataCellsFilterCommand,
} from '@aws-sdk/client-lakeformation';
import { accountOf, DATABASE, GOVERNANCE, type World } from '../world.ts';

/** Who tampers: the role that deploys stacks, which administers Lake Formation in every account, taken by somebody. */
export function strangerIn(account: string): string {
  return `arn:aws:iam::${account}:role/cdk-hnb659fds-cfn-exec-role-${account}-eu-central-1`;
}

interface GrantHand {
  readonly in: string;
  readonly to: string;
  readonly permissions: readonly Permission[];
  readonly table?: string;
  readonly columns?: readonly string[];
  readonly link?: boolean;
  readonly pass?: boolean;
}

/** One change by hand, as the cases write it. */
export interface Hand {
  readonly grant?: GrantHand;
  readonly revoke?: GrantHand;
  readonly filter?: { readonly change: 'create' | 'update' | 'delete'; readonly name: string; readonly rows?: string };
  readonly table?: { readonly change: 'delete' | 'location' | 'column' | 'description' };
  readonly link?: { readonly in: string; readonly change: 'delete' | 'elsewhere' };
  readonly settings?: {
    readonly in: string;
    readonly admin?: string;
    readonly open?: boolean;
    readonly version?: string;
  };
}

/** Does it, as the stranger of that account. */
export async function tamper(world: World, hand: Hand): Promise<void> {
  const at = (account: string) => world.cloud.clientConfig(strangerIn(account));
  if (hand.grant !== undefined) {
    const account = idOf(hand.grant.in);
    await new LakeFormationClient(at(account)).send(new GrantPermissionsCommand(grantInput(hand.grant, account)));
  }
  if (hand.revoke !== undefined) {
    const account = idOf(hand.revoke.in);
    await new LakeFormationClient(at(account)).send(new RevokePermissionsCommand(grantInput(hand.revoke, account)));
  }
  if (hand.filter !== undefined) await filterByHand(new LakeFormationClient(at(GOVERNANCE)), hand.filter);
  if (hand.table !== undefined) await tableByHand(world, hand.table.change);
  if (hand.settings !== undefined)
    await settingsByHand(new LakeFormationClient(at(idOf(hand.settings.in))), hand.settings);
  if (hand.link !== undefined) {
    const account = idOf(hand.link.in);
    const { catalog } = world.agentOf(hand.link.in);
    await new GlueClient(at(account)).send(new DeleteDatabaseCommand({ Name: DATABASE })).catch(async () => {
      await catalog.deleteLink(DATABASE);
    });
    if (hand.link.change === 'elsewhere')
      await catalog.createLink({ name: DATABASE, targetCatalogId: GOVERNANCE, targetDatabase: 'other__thing__v1' });
  }
}

async function settingsByHand(
  client: LakeFormationClient,
  { admin, open, version }: NonNullable<Hand['settings']>,
): Promise<void> {
  const { DataLakeSettings: now } = await client.send(new GetDataLakeSettingsCommand({}));
  const everybody = {
    Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' },
    Permissions: ['ALL' as const],
  };
  const DataLakeSettings = {
    ...now,
    DataLakeAdmins: [
      ...(now?.DataLakeAdmins ?? []),
      ...(admin === undefined ? [] : [{ DataLakePrincipalIdentifier: admin }]),
    ],
    ...(open === true ? { CreateTableDefaultPermissions: [everybody] } : {}),
    ...(version === undefined ? {} : { Parameters: { CROSS_ACCOUNT_VERSION: version } }),
  };
  await client.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
}

function idOf(place: string): string {
  return place === 'governance' ? GOVERNANCE : accountOf(place);
}

/** `finance` is the domain's account, `finance/analyst` a role of it, anything else is taken as it is. */
function principalOf(text: string): string {
  const [domain = '', role] = text.split('/');
  if (role !== undefined) return `arn:aws:iam::${idOf(domain)}:role/toy-${domain}-${role}`;
  return /^(sales|finance|research)$/.test(domain) ? accountOf(domain) : text;
}

function grantInput(hand: GrantHand, account: string) {
  const Permissions = [...hand.permissions];
  return {
    Principal: { DataLakePrincipalIdentifier: principalOf(hand.to) },
    Permissions,
    PermissionsWithGrantOption: hand.pass === true ? Permissions : [],
    Resource: resourceOf(hand, account),
  };
}

function resourceOf({ table, columns, link }: GrantHand, account: string): Resource {
  if (table === undefined) return { Database: { CatalogId: link === true ? account : GOVERNANCE, Name: DATABASE } };
  const name = { CatalogId: GOVERNANCE, DatabaseName: DATABASE };
  if (table === '*') return { Table: { ...name, TableWildcard: {} } };
  return columns === undefined
    ? { Table: { ...name, Name: table } }
    : { TableWithColumns: { ...name, Name: table, ColumnNames: [...columns] } };
}

async function filterByHand(client: LakeFormationClient, { change, name, rows }: NonNullable<Hand['filter']>) {
  const place = { TableCatalogId: GOVERNANCE, DatabaseName: DATABASE, TableName: 't0', Name: name };
  const TableData = {
    ...place,
    RowFilter: rows === undefined ? { AllRowsWildcard: {} } : { FilterExpression: rows },
    ColumnNames: ['id', 'state'],
  };
  if (change === 'create') await client.send(new CreateDataCellsFilterCommand({ TableData }));
  if (change === 'update') await client.send(new UpdateDataCellsFilterCommand({ TableData }));
  if (change === 'delete') await client.send(new DeleteDataCellsFilterCommand(place));
}

async function tableByHand(world: World, change: NonNullable<Hand['table']>['change']): Promise<void> {
  const client = new GlueClient(world.cloud.clientConfig(`arn:aws:iam::${GOVERNANCE}:role/toy-reconcile`));
  const [table] = (await world.governance.catalog.tables(DATABASE)) ?? [];
  if (table === undefined) throw new Error('there is no table to change');
  if (change === 'delete') {
    await client.send(new DeleteTableCommand({ DatabaseName: DATABASE, Name: table.input.Name }));
    return;
  }
  const input = structuredClone(table.input) as unknown as {
    VersionId?: string;
    Description?: string;
    StorageDescriptor: { Location: string; Columns: { Name: string; Type: string }[] };
  };
  delete input.VersionId;
  if (change === 'location') input.StorageDescriptor.Location = 's3://toy-sales-222222222222-eu-central-1/secret/';
  if (change === 'column') input.StorageDescriptor.Columns.push({ Name: 'diagnosis', Type: 'string' });
  if (change === 'description') input.Description = 'another';
  const TableInput = { ...input, Name: table.input.Name };
  await client.send(new UpdateTableCommand({ DatabaseName: DATABASE, TableInput }));
}
