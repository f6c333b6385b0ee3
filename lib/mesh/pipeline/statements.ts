import type { ProductColumn, ProductTable } from '../product/product.ts';
import { literal } from '../sql/literal.ts';
import { faultsOf, name, typedValue, unfit } from './fit.ts';
import { withFiles } from './sql-text.ts';

/** What one run of a step is about. */
export interface StepSql {
  /** The step's own SELECT. */
  readonly sql: string;
  /** `s3://bucket/key` of each file that came. */
  readonly files: readonly string[];
  readonly table: ProductTable;
  /** The domain's own Glue database. */
  readonly database: string;
  /** Names this attempt; it makes the text unlike that of any other. */
  readonly mark: string;
}

/** How many rows the SELECT gives, and how many of them do not fit the contract: one row of two numbers. */
export function countStatement(step: StepSql): string {
  return `SELECT count(*) AS "all_rows", coalesce(sum(CASE WHEN ${unfit(step.table)} THEN 1 ELSE 0 END), 0) AS "unfit"\nFROM ${from(step)}`;
}

/** Puts the rows that do not fit below a folder, as lines of JSON, each with its reasons. */
export function quarantineStatement(step: StepSql, location: string, facts: Readonly<Record<string, string>>): string {
  const columns = allColumns(step.table).map((column) => `${shown(column)} AS ${name(column.name)}`);
  const reasons = faultsOf(step.table).map(({ code, when }) => `CASE WHEN ${when} THEN ${literal(code)} END`);
  const about = Object.entries(facts).map(([key, value]) => `${literal(value)} AS ${name(key)}`);
  const selected = [...columns, `concat_ws(' ', ${reasons.join(', ')}) AS "weft_reasons"`, ...about];
  return `UNLOAD (SELECT ${selected.join(',\n  ')}\nFROM ${from(step)}\nWHERE ${unfit(step.table)}) TO ${literal(location)} WITH (format = 'JSON')`;
}

/** Adds the rows that fit. */
export function appendStatement(step: StepSql): string {
  const columns = allColumns(step.table).map((column) => name(column.name));
  return `INSERT INTO ${name(step.database)}.${name(step.table.name)} (${columns.join(', ')})\n${fitting(step)}`;
}

/** Writes the rows that fit below a folder, in the form of the table's files. */
export function replaceStatement(step: StepSql, location: string): string {
  const keys = step.table.partitionKeys.map((key) => literal(key.name));
  const partitioned = keys.length === 0 ? '' : `, partitioned_by = ARRAY[${keys.join(', ')}]`;
  return `UNLOAD (${fitting(step)}) TO ${literal(location)} WITH (format = 'PARQUET', compression = 'SNAPPY'${partitioned})`;
}

/** Every column in the order in which Athena writes: the partition keys come last. */
export function allColumns({ columns, partitionKeys }: ProductTable): readonly ProductColumn[] {
  return [...columns, ...partitionKeys];
}

function fitting(step: StepSql): string {
  const columns = allColumns(step.table).map((column) => `${typedValue(column)} AS ${name(column.name)}`);
  return `SELECT ${columns.join(',\n  ')}\nFROM ${from(step)}\nWHERE NOT (${unfit(step.table)})`;
}

/** The step's SELECT by its own lines, for it may end in a comment. */
function from({ sql, files, mark }: StepSql): string {
  return `(\n${withFiles(sql, files)}\n) AS q /* ${mark} */`;
}

function shown(column: ProductColumn): string {
  return typedValue({ ...column, type: 'string' }, column.type);
}
