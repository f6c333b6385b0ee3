import { quote } from '../relation/glue-type.ts';

/** What a predicate on a column can be compared with, in PostgreSQL's words. */
export type Comparable = 'bigint' | 'numeric' | 'float8' | 'text' | 'date' | 'timestamp' | 'boolean';

/** A column of PostgreSQL as Athena shows it. */
export interface PostgresColumn {
  /** As Athena names it: lower-case. */
  readonly name: string;
  /** What ListTableMetadata says. */
  readonly glueType: string;
  /** DuckDB's type. */
  readonly type: string;
  /** The value that Athena shows, in PostgreSQL's words. */
  readonly expression: string;
  /** From the value's text to the value, in DuckDB's words. */
  convert(text: string): string;
  readonly comparable?: Comparable;
  /** Why weft local does not read it. */
  readonly unread?: string;
}

/** A column as PostgreSQL's catalog describes it. */
export interface CatalogColumn {
  readonly name: string;
  /** `pg_type.typname`, of the base type for a domain. */
  readonly type: string;
  readonly modifier: number;
  /** `pg_type.typtype`: `b` base, `e` enumeration, … */
  readonly kind: string;
}

const NUMBERS: Readonly<Record<string, readonly [glue: string, duckdb: string, comparable?: Comparable]>> = {
  int2: ['smallint', 'SMALLINT', 'bigint'],
  int4: ['int', 'INTEGER', 'bigint'],
  int8: ['bigint', 'BIGINT', 'bigint'],
  oid: ['bigint', 'BIGINT', 'bigint'],
  float4: ['float', 'FLOAT'],
  float8: ['double', 'DOUBLE', 'float8'],
};
const TEXTS = new Set([
  'text',
  'varchar',
  'name',
  'bpchar',
  'uuid',
  'json',
  'jsonb',
  'xml',
  'citext',
  'inet',
  'cidr',
  'macaddr',
  'time',
  'timetz',
]);
/** Types whose own comparison is that of their text. */
const PLAIN_TEXTS = new Set(['text', 'varchar', 'name']);
const ARRAYS: Readonly<Record<string, readonly [glue: string, duckdb: string]>> = {
  _bool: ['boolean', 'BOOLEAN'],
  _int2: ['smallint', 'SMALLINT'],
  _int4: ['int', 'INTEGER'],
  _int8: ['bigint', 'BIGINT'],
  _float4: ['float', 'FLOAT'],
  _float8: ['double', 'DOUBLE'],
  _date: ['date', 'DATE'],
  _text: ['string', 'VARCHAR'],
  _varchar: ['string', 'VARCHAR'],
};

/**
 * How Athena's PostgreSQL connector shows a column: times to the millisecond and in UTC, what has no type of its own in Athena (uuid, json, enumerations) as text.
 * Unlike it, weft local reads no number without precision, which the connector rounds, and no interval, money, range, geometry or composite.
 */
export function postgresColumn({ name, type, modifier, kind }: CatalogColumn): PostgresColumn {
  const source = quote(name);
  const column = (glueType: string, duckdb: string, more: Partial<PostgresColumn> = {}): PostgresColumn => ({
    name: name.toLowerCase(),
    glueType,
    type: duckdb,
    expression: source,
    convert: (text) => (duckdb === 'VARCHAR' ? text : `CAST(${text} AS ${duckdb})`),
    ...more,
  });
  const number = NUMBERS[type];
  if (number !== undefined) {
    const [glueType, duckdb, comparable] = number;
    return column(glueType, duckdb, comparable === undefined ? {} : { comparable });
  }
  if (type === 'bool') return column('boolean', 'BOOLEAN', { comparable: 'boolean' });
  if (type === 'date') return column('date', 'DATE', { comparable: 'date' });
  if (type === 'timestamp' || type === 'timestamptz') {
    const utc = type === 'timestamp' ? source : `${source} AT TIME ZONE 'UTC'`;
    return column('timestamp', 'TIMESTAMP', {
      expression: `date_trunc('milliseconds', ${utc})`,
      comparable: 'timestamp',
    });
  }
  if (type === 'numeric') return decimal(column, modifier);
  if (PLAIN_TEXTS.has(type)) return column('string', 'VARCHAR', { comparable: 'text' });
  if (TEXTS.has(type) || kind === 'e')
    return column('string', 'VARCHAR', { expression: `${source}::text`, comparable: 'text' });
  if (type === 'bytea') {
    return column('binary', 'BLOB', { expression: `encode(${source}, 'hex')`, convert: (text) => `unhex(${text})` });
  }
  const array = ARRAYS[type];
  if (array !== undefined) {
    const [glueType, duckdb] = array;
    return column(`array<${glueType}>`, `${duckdb}[]`, {
      expression: `array_to_json(${source})`,
      convert: (text) => `CAST(CAST(${text} AS JSON) AS ${duckdb}[])`,
    });
  }
  return column('string', 'VARCHAR', { unread: `the type ${type}` });
}

function decimal(
  column: (glueType: string, duckdb: string, more?: Partial<PostgresColumn>) => PostgresColumn,
  modifier: number,
): PostgresColumn {
  if (modifier < 4) return column('decimal(38,0)', 'DECIMAL(38,0)', { unread: 'a numeric without precision' });
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (modifier - 4) & 0x7ff;
  const size = `(${precision},${scale})`;
  if (precision > 38 || scale > precision) {
    return column('decimal(38,0)', 'DECIMAL(38,0)', { unread: `numeric${size}` });
  }
  return column(`decimal${size}`, `DECIMAL${size}`, { comparable: 'numeric' });
}
