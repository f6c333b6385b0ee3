import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import {
  type Column,
  CreateDatabaseCommand,
  CreatePartitionCommand,
  CreateTableCommand,
  GlueClient,
} from '@aws-sdk/client-glue';
import {
  CreateDataCellsFilterCommand,
  GrantPermissionsCommand,
  LakeFormationClient,
  type Permission,
  PutDataLakeSettingsCommand,
  type Resource,
  RevokePermissionsCommand,
} from '@aws-sdk/client-lakeformation';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { parse } from 'yaml';
import { Cloud } from '#local/core/cloud.ts';
import { encodeView } from '#local/services/athena/relation/view.ts';
import { AthenaService } from '#local/services/athena/service.ts';
import type { Transpiler } from '#local/services/athena/sql/transpile.ts';
import { GlueService } from '#local/services/glue/service.ts';
import { LakeFormationService } from '#local/services/lake-formation/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { StsService } from '#local/services/sts.ts';

interface Place {
  readonly account: string;
  readonly database: string;
  readonly table?: string;
}

interface WorldTable {
  readonly account: string;
  readonly database: string;
  readonly name: string;
  readonly format?: 'csv' | 'json';
  readonly columns?: Readonly<Record<string, string>>;
  readonly partitionKeys?: Readonly<Record<string, string>>;
  readonly data?: string;
  readonly parts?: Readonly<Record<string, string>>;
  readonly view?: string;
  readonly link?: Place;
}

interface WorldGrant {
  readonly to?: readonly string[];
  readonly owner?: string;
  readonly database: string;
  readonly table?: string;
  readonly filter?: string;
  readonly columns?: readonly string[];
  readonly permissions: readonly Permission[];
}

/** A mesh as data: accounts, tables with their rows, filters and grants. */
export interface WorldData {
  readonly accounts: Readonly<Record<string, string>>;
  readonly roles: Readonly<Record<string, string>>;
  readonly databases: readonly { account: string; name: string; location?: string; link?: Place }[];
  readonly tables: readonly WorldTable[];
  readonly filters: readonly {
    account: string;
    database: string;
    table: string;
    name: string;
    columns: string[];
    rows: string;
  }[];
  readonly shares: readonly WorldGrant[];
  readonly grants: readonly WorldGrant[];
}

export interface Answer {
  readonly state: string;
  /** Why it failed, or what StartQueryExecution refused with. */
  readonly reason: string;
  readonly columns: readonly string[];
  readonly types: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const TEXT = 'org.apache.hadoop.mapred.TextInputFormat';
const SERDE = {
  csv: 'org.apache.hadoop.hive.serde2.OpenCSVSerde',
  json: 'org.openx.data.jsonserde.JsonSerDe',
} as const;

export function readWorld(url: URL): WorldData {
  return parse(readFileSync(url, 'utf8')) as WorldData;
}

/** A local cloud with that mesh in it, made through the SDK as the accounts' administrators. */
export class World {
  readonly cloud: Cloud;
  readonly storage: S3Service;
  readonly #data: WorldData;
  readonly #folder = mkdtempSync(join(tmpdir(), 'weft-athena-'));

  private constructor(data: WorldData, transpile?: Transpiler) {
    this.#data = data;
    this.cloud = new Cloud({ folder: this.#folder });
    this.storage = new S3Service(this.cloud);
    for (const service of [new StsService(), new GlueService(), new LakeFormationService(), this.storage])
      this.cloud.register(service);
    this.cloud.register(new AthenaService(transpile));
  }

  static async create(data: WorldData, transpile?: Transpiler): Promise<World> {
    const world = new World(data, transpile);
    for (const [name, account] of Object.entries(data.accounts)) await world.#settle(name, account);
    for (const account of Object.keys(data.accounts)) await world.#bucket(account);
    for (const database of data.databases) await world.#database(database);
    for (const table of data.tables) await world.#table(table);
    for (const filter of data.filters) await world.#filter(filter);
    for (const share of data.shares)
      await world.#grant('owner', share, { DataLakePrincipalIdentifier: data.accounts.consumer }, true);
    for (const grant of data.grants) {
      for (const role of grant.to ?? [])
        await world.#grant('consumer', grant, { DataLakePrincipalIdentifier: world.arn(role) }, false);
    }
    return world;
  }

  arn(role: string): string {
    const account = this.#data.accounts[this.#data.roles[role] ?? ''];
    if (account === undefined) throw new Error(`the world has no role ${role}`);
    return `arn:aws:iam::${account}:role/${role}`;
  }

  client<C>(type: new (config: never) => C, role: string): C {
    return new type(this.cloud.clientConfig(this.arn(role)) as never);
  }

  /** Runs SQL as a role to its end and reads every page. */
  async query(
    role: string,
    sql: string,
    database?: string,
    parameters?: string[],
    workGroup?: string,
  ): Promise<Answer> {
    const athena = this.client(AthenaClient, role);
    let id: string | undefined;
    try {
      const started = await athena.send(
        new StartQueryExecutionCommand({
          QueryString: sql,
          QueryExecutionContext: { Database: database, Catalog: 'AwsDataCatalog' },
          ResultConfiguration: { OutputLocation: `s3://consumer-data/results/${role}/` },
          ExecutionParameters: parameters,
          WorkGroup: workGroup,
        }),
      );
      id = started.QueryExecutionId;
    } catch (error) {
      return { state: 'REFUSED', reason: (error as Error).message, columns: [], types: [], rows: [] };
    }
    await this.cloud.settle();
    const { QueryExecution: execution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
    const state = execution?.Status?.State ?? '';
    if (state !== 'SUCCEEDED')
      return { state, reason: execution?.Status?.StateChangeReason ?? '', columns: [], types: [], rows: [] };
    const rows: (string | null)[][] = [];
    let NextToken: string | undefined;
    let info: { Name?: string; Type?: string }[] = [];
    do {
      const page = await athena.send(new GetQueryResultsCommand({ QueryExecutionId: id, NextToken }));
      info = (page.ResultSet?.ResultSetMetadata?.ColumnInfo as { Name?: string; Type?: string }[]) ?? [];
      rows.push(
        ...(page.ResultSet?.Rows ?? []).map((row) => (row.Data ?? []).map((datum) => datum.VarCharValue ?? null)),
      );
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    const isSelect = execution?.StatementType === 'DML';
    return {
      state,
      reason: '',
      columns: info.map((column) => column.Name ?? ''),
      types: info.map((column) => column.Type ?? ''),
      rows: isSelect ? rows.slice(1) : rows,
    };
  }

  async close(): Promise<void> {
    await this.cloud.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #bucket(account: string): Promise<void> {
    await this.client(S3Client, this.#admin(account)).send(new CreateBucketCommand({ Bucket: `${account}-data` }));
  }

  #admin(account: string): string {
    return `${account}-admin`;
  }

  async #settle(name: string, account: string): Promise<void> {
    this.cloud.store.put('organizations', account, { organizationId: 'o-weft' });
    const root = new LakeFormationClient(this.cloud.clientConfig(`arn:aws:iam::${account}:root`) as never);
    await root.send(
      new PutDataLakeSettingsCommand({
        DataLakeSettings: {
          DataLakeAdmins: [{ DataLakePrincipalIdentifier: this.arn(this.#admin(name)) }],
          CreateDatabaseDefaultPermissions: [],
          CreateTableDefaultPermissions: [],
          Parameters: { CROSS_ACCOUNT_VERSION: '4' },
        },
      }),
    );
    await this.client(LakeFormationClient, this.#admin(name)).send(
      new RevokePermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' },
        Resource: { Catalog: {} },
        Permissions: ['CREATE_DATABASE'],
      }),
    );
  }

  async #database({ account, name, location, link }: WorldData['databases'][number]): Promise<void> {
    const glue = this.client(GlueClient, this.#admin(account));
    const target =
      link === undefined
        ? {}
        : { TargetDatabase: { CatalogId: this.#data.accounts[link.account], DatabaseName: link.database } };
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: name, LocationUri: location, ...target } }));
  }

  async #table(table: WorldTable): Promise<void> {
    const { account, database, name, link } = table;
    const glue = this.client(GlueClient, this.#admin(account));
    if (link !== undefined) {
      const TargetTable = {
        CatalogId: this.#data.accounts[link.account],
        DatabaseName: link.database,
        Name: link.table,
      };
      await glue.send(new CreateTableCommand({ DatabaseName: database, TableInput: { Name: name, TargetTable } }));
      return;
    }
    const Columns = Object.entries(table.columns ?? {}).map(
      ([Name, Type]): Column & { Name: string; Type: string } => ({ Name, Type }),
    );
    if (table.view !== undefined) {
      const columns = Columns.map((column) => ({ name: column.Name, type: column.Type }));
      const ViewOriginalText = encodeView({
        originalSql: table.view,
        catalog: 'awsdatacatalog',
        schema: database,
        columns,
      });
      await glue.send(
        new CreateTableCommand({
          DatabaseName: database,
          TableInput: {
            Name: name,
            TableType: 'VIRTUAL_VIEW',
            ViewOriginalText,
            PartitionKeys: [],
            StorageDescriptor: { Columns },
          },
        }),
      );
      return;
    }
    const bucket = `${account}-data`;
    const format = table.format ?? 'csv';
    const Parameters: Record<string, string> = format === 'csv' ? { 'skip.header.line.count': '1' } : {};
    const serdeParameters: Record<string, string> = format === 'csv' ? { separatorChar: ',' } : {};
    const StorageDescriptor = {
      Columns,
      Location: `s3://${bucket}/${database}/${name}/`,
      InputFormat: TEXT,
      SerdeInfo: { SerializationLibrary: SERDE[format], Parameters: serdeParameters },
    };
    const PartitionKeys = Object.entries(table.partitionKeys ?? {}).map(([Name, Type]): Column => ({ Name, Type }));
    await glue.send(
      new CreateTableCommand({
        DatabaseName: database,
        TableInput: { Name: name, TableType: 'EXTERNAL_TABLE', Parameters, PartitionKeys, StorageDescriptor },
      }),
    );
    if (table.data !== undefined) this.storage.put(bucket, `${database}/${name}/part-0.${format}`, table.data);
    for (const [path, text] of Object.entries(table.parts ?? {})) {
      this.storage.put(bucket, `${database}/${name}/${path}/part-0.${format}`, text);
      const Values = path.split('/').map((part) => part.slice(part.indexOf('=') + 1));
      const Location = `${StorageDescriptor.Location}${path}/`;
      await glue.send(
        new CreatePartitionCommand({
          DatabaseName: database,
          TableName: name,
          PartitionInput: { Values, StorageDescriptor: { ...StorageDescriptor, Location } },
        }),
      );
    }
  }

  async #filter({ account, database, table, name, columns, rows }: WorldData['filters'][number]): Promise<void> {
    const TableData = {
      TableCatalogId: this.#data.accounts[account] ?? '',
      DatabaseName: database,
      TableName: table as string,
      Name: name,
      ColumnNames: columns,
      RowFilter: { FilterExpression: rows },
    };
    await this.client(LakeFormationClient, this.#admin(account)).send(new CreateDataCellsFilterCommand({ TableData }));
  }

  async #grant(
    by: string,
    grant: WorldGrant,
    Principal: { DataLakePrincipalIdentifier: string | undefined },
    grantable: boolean,
  ): Promise<void> {
    const owner = this.#data.accounts[grant.owner ?? by] ?? '';
    await this.client(LakeFormationClient, this.#admin(by)).send(
      new GrantPermissionsCommand({
        Principal,
        Resource: resourceOf(grant, owner),
        Permissions: [...grant.permissions],
        PermissionsWithGrantOption: grantable ? [...grant.permissions] : [],
      }),
    );
  }
}

function resourceOf(grant: WorldGrant, CatalogId: string): Resource {
  const { database: DatabaseName, table, filter, columns } = grant;
  if (table === undefined) return { Database: { CatalogId, Name: DatabaseName } };
  if (filter !== undefined)
    return { DataCellsFilter: { TableCatalogId: CatalogId, DatabaseName, TableName: table, Name: filter } };
  if (columns !== undefined)
    return { TableWithColumns: { CatalogId, DatabaseName, Name: table, ColumnNames: [...columns] } };
  return { Table: { CatalogId, DatabaseName, ...(table === '*' ? { TableWildcard: {} } : { Name: table }) } };
}
