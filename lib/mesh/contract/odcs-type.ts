import { ownValue } from '../own-value.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { parseGlueType, printGlueType } from './glue-type.ts';

/** Logical types of ODCS that stand for themselves, as Glue types. A time of day has none in Athena's tables. */
const LOGICAL: Readonly<Record<string, string>> = {
  string: 'string',
  date: 'date',
  timestamp: 'timestamp',
  time: 'string',
  number: 'double',
  integer: 'int',
  boolean: 'boolean',
};
const LOGICAL_NAMES = [...Object.keys(LOGICAL), 'array', 'object'];

/** ODCS's `logicalTypeOptions.format` of numbers, as Glue types that hold every value. */
const FORMATS: Readonly<Record<string, string>> = {
  i8: 'tinyint',
  i16: 'smallint',
  i32: 'int',
  i64: 'bigint',
  i128: 'decimal(38,0)',
  u8: 'smallint',
  u16: 'int',
  u32: 'bigint',
  u64: 'decimal(20,0)',
  f32: 'float',
  f64: 'double',
};

/** Physical types of other systems, as Glue types. */
const PHYSICAL: Readonly<Record<string, string>> = {
  text: 'string',
  uuid: 'string',
  json: 'string',
  jsonb: 'string',
  variant: 'string',
  time: 'string',
  varchar: 'string',
  nvarchar: 'string',
  char: 'string',
  character: 'string',
  'character varying': 'string',
  bool: 'boolean',
  byte: 'tinyint',
  short: 'smallint',
  int2: 'smallint',
  int4: 'int',
  int8: 'bigint',
  int16: 'smallint',
  int32: 'int',
  int64: 'bigint',
  long: 'bigint',
  float4: 'float',
  float8: 'double',
  float32: 'float',
  float64: 'double',
  'double precision': 'double',
  number: 'double',
  numeric: 'decimal(38,9)',
  datetime: 'timestamp',
  timestamptz: 'timestamp',
  'timestamp with time zone': 'timestamp',
  'timestamp without time zone': 'timestamp',
  timestamp_ntz: 'timestamp',
  timestamp_tz: 'timestamp',
  bytes: 'binary',
  bytea: 'binary',
  blob: 'binary',
  varbinary: 'binary',
  serial: 'int',
  serial4: 'int',
  smallserial: 'smallint',
  bigserial: 'bigint',
  serial8: 'bigint',
  mediumint: 'int',
  bpchar: 'string',
  clob: 'string',
  xml: 'string',
  enum: 'string',
  timetz: 'string',
  interval: 'string',
  datetime2: 'timestamp',
  datetimeoffset: 'timestamp',
  smalldatetime: 'timestamp',
  timestamp_ltz: 'timestamp',
  bignumeric: 'decimal(38,9)',
};

/** What Glue takes; other systems write their own limit where they mean any length. */
const LONGEST_VARCHAR = 65_535;

/** Physical types that say no more than the logical type does: the members decide. */
const CONTAINERS = ['list', 'array', 'struct', 'row', 'record', 'object', 'json', 'map', 'super'];

/** The Glue type of an ODCS property, `physicalType` before `logicalType`; undefined when a problem was found. */
export function readType(property: YamlView, findings: Findings): string | undefined {
  const logical = property.text('logicalType');
  if (logical !== undefined && !LOGICAL_NAMES.includes(logical)) {
    const place = (property.get('logicalType') ?? property).place;
    findings.error(25, place, `the logical type "${logical}" is unknown`, `use one of ${LOGICAL_NAMES.join(', ')}`);
    return undefined;
  }
  const physical = property.text('physicalType');
  if (physical === undefined && logical === undefined) {
    findings.error(25, property.place, 'the column has no type', 'add "logicalType" or "physicalType"');
    return undefined;
  }
  const nested = logical === 'array' || logical === 'object';
  if (physical !== undefined && !(nested && CONTAINERS.includes(physical.toLowerCase()))) {
    const type = physicalToGlue(physical);
    if (type === undefined) {
      const place = (property.get('physicalType') ?? property).place;
      const fix = 'write a type of Glue, e.g. bigint, decimal(12,2), array<string>';
      findings.error(26, place, `the physical type "${physical}" is unknown`, fix);
    }
    return type;
  }
  return logicalToGlue(property, logical ?? 'string', findings);
}

/** A physical type in Glue's notation or in that of another common system, e.g. `VARCHAR(20)`, `NUMBER(10,2)`, as a Glue type. */
export function physicalToGlue(physical: string): string | undefined {
  const text = physical
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ')
    // `varchar[15]` is a length as some catalogs write it; `timestamp(6)` and `time(3)` a precision that Glue does not know.
    .replace(/^((?:n|b)?(?:var)?char|bpchar|numeric|decimal)\[([\d, ]+)\]$/, '$1($2)')
    .replace(/^(timestamp\w*|datetime2|datetimeoffset|timetz|time|interval)\s*\(\d\)/, '$1');
  const sized = /^(numeric|number|dec)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)$/.exec(text);
  const glue = sized
    ? `decimal(${sized[2]},${sized[3] ?? 0})`
    : (ownValue(PHYSICAL, text) ??
      text.replace(/^(nvarchar|character varying)\(/, 'varchar(').replace(/^(bpchar|nchar|character)\(/, 'char('));
  const length = /^varchar\((\d+)\)$/.exec(glue)?.[1];
  if (length !== undefined && Number(length) > LONGEST_VARCHAR) return 'string';
  const type = parseGlueType(/^(float|double|real)\(\d+(, ?\d+)?\)$/.test(glue) ? 'double' : glue);
  return type && printGlueType(type);
}

function logicalToGlue(property: YamlView, logical: string, findings: Findings): string | undefined {
  if (logical === 'array') {
    const items = property.get('items');
    if (items === undefined) return 'array<string>';
    const element = readType(items, findings);
    return element && `array<${element}>`;
  }
  if (logical === 'object') return readStruct(property, findings);
  const format = property.get('logicalTypeOptions')?.text('format');
  const numeric = logical === 'integer' || logical === 'number';
  return (numeric && format !== undefined ? ownValue(FORMATS, format) : undefined) ?? LOGICAL[logical];
}

/** An object without properties is kept as its JSON text. */
function readStruct(property: YamlView, findings: Findings): string | undefined {
  const members = property.list('properties');
  if (members.length === 0) return 'string';
  const seen = new Set<string>();
  const fields = members.map((member) => {
    const name = (member.text('physicalName') ?? member.text('name') ?? '').toLowerCase();
    if (!/^[a-z0-9_]+$/.test(name) || seen.has(name)) {
      const message = `the field name "${name}" is empty, taken or not made of letters, digits and underscores`;
      findings.error(29, member.place, message, 'rename the field');
      return undefined;
    }
    seen.add(name);
    const type = readType(member, findings);
    return type && `${name}:${type}`;
  });
  return fields.includes(undefined) ? undefined : `struct<${fields.join(',')}>`;
}
