import { catalog } from '../../glue/catalog.ts';
import { nothing, type Outcome } from '../outcome.ts';
import { placeOf } from '../relation/partition.ts';
import { encodeView } from '../relation/view.ts';
import type { Run, Runner } from '../runner.ts';
import { runSelect } from '../select.ts';
import { QueryFailure } from '../sql/gate.ts';
import type { ExternalTable, Statement } from '../sql/kinds.ts';
import { storageOf } from '../storage.ts';
import { callGlue, databaseOf, requireCreateTable, split, targetOf } from './glue.ts';
import { storedAs } from './storage-format.ts';

type Definition = Extract<
  Statement,
  { kind: 'createTable' | 'createView' | 'createDatabase' | 'drop' | 'addColumns' | 'repair' }
>;

/** Statements that change the catalog, through Glue as the caller. */
export async function runDefinition(statement: Definition, run: Run, runner: Runner): Promise<Outcome> {
  switch (statement.kind) {
    case 'createDatabase':
      return createDatabase(statement, run);
    case 'createTable':
      return createTable(statement, run);
    case 'createView':
      return createView(statement, run, runner);
    case 'drop':
      return drop(statement, run);
    case 'addColumns':
      return addColumns(statement, run);
    case 'repair':
      return repair(statement, run);
  }
}

async function createDatabase(
  statement: Extract<Definition, { kind: 'createDatabase' }>,
  { context }: Run,
): Promise<Outcome> {
  if (statement.ifNotExists && databaseOf(context, statement.name) !== undefined) return nothing;
  await callGlue(context, 'CreateDatabase', {
    DatabaseInput: { Name: statement.name, Description: statement.comment, LocationUri: statement.location },
  });
  return nothing;
}

async function createTable(statement: ExternalTable, run: Run): Promise<Outcome> {
  const at = split(statement.path, run.database);
  if (statement.ifNotExists && targetOf(run.context, at) !== undefined) return nothing;
  const serde = { library: statement.serde, parameters: statement.serdeProperties };
  await callGlue(run.context, 'CreateTable', {
    DatabaseName: at.database,
    TableInput: {
      Name: at.table,
      Description: statement.comment,
      TableType: 'EXTERNAL_TABLE',
      Parameters: { EXTERNAL: 'TRUE', ...statement.properties },
      PartitionKeys: statement.partitionKeys.map(({ name, type, comment }) => ({
        Name: name,
        Type: type,
        Comment: comment,
      })),
      StorageDescriptor: storedAs(statement.storedAs, statement.columns, statement.location, serde),
    },
  });
  return nothing;
}

async function createView(
  statement: Extract<Definition, { kind: 'createView' }>,
  run: Run,
  runner: Runner,
): Promise<Outcome> {
  const at = split(statement.path, run.database);
  requireCreateTable(run.context, at.database);
  const { columns } = await runner.query(statement.sql, run, (engine, plan) =>
    runSelect(engine, { ...plan, text: `SELECT * FROM (${plan.text}) LIMIT 0` }, statement.sql),
  );
  const named = columns.map((column) => ({ name: column.Name, type: column.Type }));
  const table = {
    DatabaseName: at.database,
    TableInput: {
      Name: at.table,
      TableType: 'VIRTUAL_VIEW',
      Parameters: { presto_view: 'true', comment: 'Presto View' },
      PartitionKeys: [],
      StorageDescriptor: {
        Columns: named.map(({ name, type }) => ({ Name: name, Type: hiveType(type) })),
        Location: '',
        SerdeInfo: {},
      },
      ViewOriginalText: encodeView({
        originalSql: statement.sql,
        catalog: 'awsdatacatalog',
        schema: run.database,
        columns: named,
      }),
      ViewExpandedText: '/* Presto View */',
    },
  };
  const exists = targetOf(run.context, at) !== undefined;
  await callGlue(run.context, statement.replace && exists ? 'UpdateTable' : 'CreateTable', table);
  return nothing;
}

function hiveType(type: string): string {
  const names: Readonly<Record<string, string>> = {
    varchar: 'string',
    integer: 'int',
    json: 'string',
    varbinary: 'binary',
  };
  return names[type] ?? type;
}

async function drop(statement: Extract<Definition, { kind: 'drop' }>, run: Run): Promise<Outcome> {
  const { context } = run;
  if (statement.what === 'database') {
    const name = statement.path.at(-1) ?? '';
    const database = databaseOf(context, name);
    if (database === undefined && statement.ifExists) return nothing;
    if (
      database !== undefined &&
      !statement.cascade &&
      catalog.tables(context.cloud, database.CatalogId, database.Name).length > 0
    ) {
      throw new QueryFailure(
        `FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. InvalidOperationException(message:Database ${name} is not empty. One or more tables exist.)`,
      );
    }
    await callGlue(context, 'DeleteDatabase', { Name: name });
    return nothing;
  }
  const at = split(statement.path, run.database);
  if (statement.ifExists && targetOf(context, at) === undefined) return nothing;
  await callGlue(context, 'DeleteTable', { DatabaseName: at.database, Name: at.table });
  return nothing;
}

async function addColumns(statement: Extract<Definition, { kind: 'addColumns' }>, run: Run): Promise<Outcome> {
  const at = split(statement.path, run.database);
  const table = targetOf(run.context, at);
  if (table === undefined)
    throw new QueryFailure(`FAILED: SemanticException [Error 10001]: Table not found ${at.database}.${at.table}`);
  const {
    DatabaseName: _d,
    CatalogId: _c,
    CreateTime: _t,
    UpdateTime: _u,
    CreatedBy: _b,
    IsRegisteredWithLakeFormation: _r,
    VersionId: _v,
    ...input
  } = table;
  const added = statement.columns.map(({ name, type, comment }) => ({ Name: name, Type: type, Comment: comment }));
  const storage = { ...input.StorageDescriptor, Columns: [...(input.StorageDescriptor?.Columns ?? []), ...added] };
  await callGlue(run.context, 'UpdateTable', {
    DatabaseName: at.database,
    TableInput: { ...input, StorageDescriptor: storage },
  });
  return nothing;
}

/** Adds a partition to Glue for each Hive path that has none. */
async function repair(statement: Extract<Definition, { kind: 'repair' }>, run: Run): Promise<Outcome> {
  const { context } = run;
  const at = split(statement.path, run.database);
  const table = targetOf(context, at);
  if (table === undefined)
    throw new QueryFailure(`FAILED: SemanticException [Error 10001]: Table not found ${at.database}.${at.table}`);
  const { bucket, prefix } = placeOf(table.StorageDescriptor?.Location);
  const names = (table.PartitionKeys ?? []).map((key) => key.Name ?? '');
  const pattern = new RegExp(`^${names.map((name) => `${name}=([^/]*)/`).join('')}`);
  const found = new Map<string, readonly string[]>();
  for (const key of storageOf(context.cloud).keys(bucket, prefix)) {
    const match = pattern.exec(key.slice(prefix.length));
    if (match !== null) found.set(match[0], match.slice(1).map(decodeURIComponent));
  }
  const known = new Set(catalog.partitions(context.cloud, table).map((one) => JSON.stringify(one.Values)));
  const inputs = [...found]
    .filter(([, values]) => !known.has(JSON.stringify(values)))
    .map(([path, values]) => ({
      Values: values,
      StorageDescriptor: { ...table.StorageDescriptor, Location: `s3://${bucket}/${prefix}${path}` },
    }));
  if (inputs.length > 0)
    await callGlue(context, 'BatchCreatePartition', {
      DatabaseName: at.database,
      TableName: at.table,
      PartitionInputList: inputs,
    });
  return nothing;
}
