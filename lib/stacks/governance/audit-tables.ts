import { Stack } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Construct } from 'constructs';
import type { AuditEntry } from '#mesh/audit/entry.ts';
import { DETAILS_PREFIX, ENTRIES_PREFIX } from '#mesh/audit/log/tile.ts';
import type { KeptQuery } from '#mesh/audit/reads/execution.ts';
import { type AuditView, hiveType, viewText } from '#mesh/audit/views/view.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { trailRoot, watchedAccounts } from '#mesh/topology/trails.ts';

type Columns = Readonly<Record<string, string>>;

/** One column for each member of an entry; Glue folds the names to lower case. */
const ENTRY_COLUMNS: Readonly<Record<keyof AuditEntry, string>> = {
  id: 'string',
  at: 'string',
  kind: 'string',
  actor: 'string',
  action: 'string',
  correlation: 'string',
  reason: 'string',
  policies: 'array<string>',
  entity: 'string',
  domain: 'string',
  product: 'string',
  major: 'int',
  version: 'string',
  subscription: 'string',
  consumer: 'string',
  stateBefore: 'string',
  stateAfter: 'string',
  generation: 'bigint',
  revision: 'bigint',
  summary: 'string',
  details: 'string',
  state: 'string',
  detailsRef: 'string',
  stateRef: 'string',
};

const IDENTITY =
  'struct<type:string,principalid:string,arn:string,accountid:string,invokedby:string,accesskeyid:string,username:string,' +
  'sessioncontext:struct<attributes:struct<mfaauthenticated:string,creationdate:string>,' +
  'sessionissuer:struct<type:string,principalid:string,arn:string,accountid:string,username:string>,sourceidentity:string>>';

const TRAIL_COLUMNS: Columns = {
  eventversion: 'string',
  useridentity: IDENTITY,
  eventtime: 'string',
  eventsource: 'string',
  eventname: 'string',
  awsregion: 'string',
  sourceipaddress: 'string',
  useragent: 'string',
  errorcode: 'string',
  errormessage: 'string',
  requestparameters: 'string',
  responseelements: 'string',
  additionaleventdata: 'string',
  requestid: 'string',
  eventid: 'string',
  readonly: 'string',
  resources: 'array<struct<arn:string,accountid:string,type:string>>',
  eventtype: 'string',
  recipientaccountid: 'string',
  sharedeventid: 'string',
  eventcategory: 'string',
};

/** What the mesh decided: one row for each committed change and each refused attempt. */
export function entriesTable(scope: Construct, database: string, bucket: string): CfnTable {
  return table(scope, 'EntriesTable', database, 'entries', {
    description: 'Who asked, who decided, what changed and why',
    parameters: { classification: 'json' },
    columns: ENTRY_COLUMNS,
    partitionKeys: {},
    location: `s3://${bucket}/${ENTRIES_PREFIX}`,
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    serde: 'org.openx.data.jsonserde.JsonSerDe',
  });
}

/** Members of entries that are too long for them, by the SHA-256 of their text. */
export function detailsTable(scope: Construct, database: string, bucket: string): CfnTable {
  return table(scope, 'DetailsTable', database, 'details', {
    description: 'Long states and details of entries, by the hash that the entries name them with',
    parameters: { classification: 'json' },
    columns: { sha256: 'string', text: 'string' },
    partitionKeys: {},
    location: `s3://${bucket}/${DETAILS_PREFIX}`,
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    serde: 'org.openx.data.jsonserde.JsonSerDe',
  });
}

const EXECUTION_COLUMNS: Readonly<Record<keyof KeptQuery, string>> = {
  id: 'string',
  account: 'string',
  region: 'string',
  workgroup: 'string',
  submittedAt: 'string',
  completedAt: 'string',
  state: 'string',
  statementType: 'string',
  sql: 'string',
  sqlSha256: 'string',
  cut: 'boolean',
  databaseName: 'string',
  scannedBytes: 'bigint',
  tables: 'array<struct<account:string,databasename:string,tablename:string>>',
  columns: 'array<struct<databasename:string,tablename:string,columnname:string>>',
};

/** What was asked of Athena: one row for each execution that an account told of. */
export function executionsTable(scope: Construct, database: string, bucket: string): CfnTable {
  return table(scope, 'ExecutionsTable', database, 'executions', {
    description:
      'Executions of Athena with their text, as the accounts tell them; the view queries has who started them',
    parameters: { classification: 'json' },
    columns: EXECUTION_COLUMNS,
    partitionKeys: {},
    location: `s3://${bucket}/queries/`,
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    serde: 'org.openx.data.jsonserde.JsonSerDe',
  });
}

/** A view as Athena keeps its own: whoever asks it reads its tables by their own rights. */
export function auditView(scope: Construct, database: string, view: AuditView): CfnTable {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  return new CfnTable(scope, `View-${view.name}`, {
    catalogId: Stack.of(scope).account,
    databaseName: database,
    tableInput: {
      name: view.name,
      description: view.description,
      tableType: 'VIRTUAL_VIEW',
      parameters: { presto_view: 'true', comment: 'Presto View' },
      partitionKeys: [],
      storageDescriptor: {
        columns: Object.entries(view.columns).map(([name, type]) => ({ name, type: hiveType(type) })),
        location: '',
        serdeInfo: {},
      },
      viewOriginalText: viewText(view, database, encode),
      viewExpandedText: '/* Presto View */',
    },
  });
}

/** What AWS saw in each account of the mesh. Partitions are computed, so no crawler has to find them. */
export function trailTable(scope: Construct, database: string, bucket: string, topology: Topology): CfnTable {
  const { region } = Stack.of(scope);
  const root = `s3://${bucket}/${trailRoot(topology)}`;
  return table(scope, 'TrailTable', database, 'trail', {
    description: 'CloudTrail of every account of the mesh',
    parameters: {
      classification: 'cloudtrail',
      'projection.enabled': 'true',
      'projection.account.type': 'enum',
      'projection.account.values': watchedAccounts(topology).join(','),
      'projection.region.type': 'enum',
      'projection.region.values': region,
      'projection.day.type': 'date',
      'projection.day.format': 'yyyy/MM/dd',
      'projection.day.range': '2026/01/01,NOW',
      'projection.day.interval': '1',
      'projection.day.interval.unit': 'DAYS',
      'storage.location.template': `${root}/\${account}/CloudTrail/\${region}/\${day}`,
    },
    columns: TRAIL_COLUMNS,
    partitionKeys: { account: 'string', region: 'string', day: 'string' },
    location: `${root}/`,
    inputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
    serde: 'org.apache.hive.hcatalog.data.JsonSerDe',
  });
}

interface TableProps {
  readonly description: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly columns: Columns;
  readonly partitionKeys: Columns;
  readonly location: string;
  readonly inputFormat: string;
  readonly serde: string;
}

function table(scope: Construct, id: string, database: string, name: string, props: TableProps): CfnTable {
  return new CfnTable(scope, id, {
    catalogId: Stack.of(scope).account,
    databaseName: database,
    tableInput: {
      name,
      description: props.description,
      tableType: 'EXTERNAL_TABLE',
      parameters: { EXTERNAL: 'TRUE', ...props.parameters },
      partitionKeys: columnsOf(props.partitionKeys),
      storageDescriptor: {
        columns: columnsOf(props.columns),
        location: props.location,
        inputFormat: props.inputFormat,
        outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
        serdeInfo: { serializationLibrary: props.serde },
      },
    },
  });
}

function columnsOf(columns: Columns): { name: string; type: string }[] {
  return Object.entries(columns).map(([name, type]) => ({ name: name.toLowerCase(), type }));
}
