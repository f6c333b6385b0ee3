import type { Context } from '../../../core/service.ts';
import { catalog } from '../../glue/catalog.ts';
import type { GlueTable } from '../../glue/types.ts';
import { visibleDatabases, visibleTables } from '../../lake-formation/access.ts';
import { lines, type Outcome, text } from '../outcome.ts';
import { decodeView } from '../relation/view.ts';
import type { Run } from '../runner.ts';
import { QueryFailure } from '../sql/gate.ts';
import type { Statement } from '../sql/kinds.ts';
import { seen, split, targetOf } from './glue.ts';

type Show = Extract<Statement, { kind: 'show' | 'describe' }>;

/** SHOW and DESCRIBE: only what the caller may see. */
export function runShow(statement: Show, run: Run): Outcome {
  const { context } = run;
  if (statement.kind === 'describe') return described(seen(context, split(statement.path, run.database)));
  switch (statement.what) {
    case 'databases':
      return lines(
        'database_name',
        visibleDatabases(context.cloud, context.caller, context.account)
          .map((one) => one.Name)
          .filter(like(statement.like)),
      );
    case 'tables':
    case 'views':
      return lines(
        'tab_name',
        tables(context, statement.path.at(-1) ?? run.database, statement.what).filter(like(statement.like)),
      );
    case 'columns':
      return lines(
        'field',
        columnsOf(seen(context, split(statement.path, run.database))).map((column) => column.Name ?? ''),
      );
    case 'partitions':
      return lines('partition', partitions(context, split(statement.path, run.database)));
    case 'properties': {
      const { Parameters } = seen(context, split(statement.path, run.database));
      return lines(
        'prpt_name',
        Object.entries(Parameters ?? {}).map(([name, value]) => `${name}\t${value}`),
      );
    }
    case 'createTable':
      return lines('createtab_stmt', createTable(seen(context, split(statement.path, run.database))));
    case 'createView': {
      const at = split(statement.path, run.database);
      const table = seen(context, at);
      const defined = table.ViewDefinition?.Representations[0]?.ViewOriginalText;
      if (defined !== undefined) {
        const head = `CREATE PROTECTED MULTI DIALECT VIEW ${at.database}.${at.table}\nSECURITY DEFINER\nAS`;
        return lines('Create View', `${head}\n${defined}`.split('\n'));
      }
      const view = decodeView(table.ViewOriginalText);
      if (view === undefined)
        throw new QueryFailure(`NOT_SUPPORTED: Relation '${at.database}.${at.table}' is a table, not a view`);
      return lines('Create View', `CREATE VIEW ${at.database}.${at.table} AS\n${view.originalSql}`.split('\n'));
    }
  }
}

function tables({ cloud, caller }: Context, database: string, what: 'tables' | 'views'): string[] {
  if (!visibleDatabases(cloud, caller, caller.account).some((one) => one.Name === database)) {
    throw new QueryFailure(`FAILED: SemanticException [Error 10072]: Database does not exist: ${database}`);
  }
  return visibleTables(cloud, caller, { catalogId: caller.account, database })
    .filter((table) => what === 'tables' || table.TableType === 'VIRTUAL_VIEW')
    .map((table) => table.Name);
}

/** Hive's pattern: `*` for any text, `|` between choices; what `'a.*'` of a regular expression means as well. */
function like(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const source = pattern.split('|').map((one) =>
    one
      .replace(/[\\^$+?()[\]{}]/g, '\\$&')
      .replace(/\.?\*/g, '.*')
      .replace(/%/g, '.*'),
  );
  const expression = new RegExp(`^(?:${source.join('|')})$`, 'i');
  return (name) => expression.test(name);
}

function columnsOf(table: GlueTable) {
  return [...(table.StorageDescriptor?.Columns ?? []), ...(table.PartitionKeys ?? [])];
}

function described(table: GlueTable): Outcome {
  const row = ({
    Name = '',
    Type = '',
    Comment = '',
  }: {
    Name?: string | undefined;
    Type?: string | undefined;
    Comment?: string | undefined;
  }) => `${Name.padEnd(20)}\t${Type.padEnd(20)}\t${Comment.padEnd(20)}`;
  const keys = table.PartitionKeys ?? [];
  const partition =
    keys.length === 0
      ? []
      : [
          '',
          '# Partition Information',
          '# col_name            \tdata_type           \tcomment             ',
          '',
          ...keys.map(row),
        ];
  const rows = [...columnsOf(table).map(row), ...partition];
  return {
    columns: [text('col_name'), text('data_type'), text('comment')],
    rows: rows.map((line) => [line]),
    format: 'txt',
    bytes: 0,
  };
}

function partitions(context: Context, at: { database: string; table: string }): string[] {
  seen(context, at);
  const table = targetOf(context, at);
  if (table === undefined) return [];
  const names = (table.PartitionKeys ?? []).map((key) => key.Name ?? '');
  return catalog
    .partitions(context.cloud, table)
    .map((one) => one.Values.map((value, index) => `${names[index]}=${value}`).join('/'));
}

function createTable(table: GlueTable): string[] {
  const storage = table.StorageDescriptor;
  const column = ({ Name = '', Type = '' }: { Name?: string | undefined; Type?: string | undefined }) =>
    `  \`${Name}\` ${Type}`;
  const keys = table.PartitionKeys ?? [];
  const list = (columns: readonly { Name?: string | undefined; Type?: string | undefined }[]) =>
    `${columns.map(column).join(', \n')})`;
  const serde = storage?.SerdeInfo;
  return [
    `CREATE EXTERNAL TABLE \`${table.DatabaseName}.${table.Name}\`(`,
    ...list(storage?.Columns ?? []).split('\n'),
    ...(keys.length === 0 ? [] : ['PARTITIONED BY ( ', ...list(keys).split('\n')]),
    'ROW FORMAT SERDE ',
    `  '${serde?.SerializationLibrary ?? ''}' `,
    'STORED AS INPUTFORMAT ',
    `  '${storage?.InputFormat ?? ''}' `,
    'OUTPUTFORMAT ',
    `  '${storage?.OutputFormat ?? ''}'`,
    'LOCATION',
    `  '${storage?.Location ?? ''}'`,
    'TBLPROPERTIES (',
    `${Object.entries(table.Parameters ?? {})
      .map(([name, value]) => `  '${name}'='${value}'`)
      .join(', \n')})`,
  ];
}
