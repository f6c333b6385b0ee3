import { type DuckDBType, DuckDBTypeId, type DuckDBValue } from '@duckdb/node-api';

/** A column as `ResultSetMetadata.ColumnInfo` tells it. */
export interface ColumnInfo {
  readonly CatalogName: string;
  readonly SchemaName: string;
  readonly TableName: string;
  readonly Name: string;
  readonly Label: string;
  readonly Type: string;
  readonly Precision: number;
  readonly Scale: number;
  readonly Nullable: 'UNKNOWN';
  readonly CaseSensitive: boolean;
}

const TYPES: Readonly<Partial<Record<DuckDBTypeId, readonly [string, number]>>> = {
  [DuckDBTypeId.BOOLEAN]: ['boolean', 0],
  [DuckDBTypeId.TINYINT]: ['tinyint', 3],
  [DuckDBTypeId.SMALLINT]: ['smallint', 5],
  [DuckDBTypeId.UTINYINT]: ['smallint', 5],
  [DuckDBTypeId.INTEGER]: ['integer', 10],
  [DuckDBTypeId.USMALLINT]: ['integer', 10],
  [DuckDBTypeId.BIGINT]: ['bigint', 19],
  [DuckDBTypeId.UINTEGER]: ['bigint', 19],
  [DuckDBTypeId.UBIGINT]: ['bigint', 19],
  [DuckDBTypeId.HUGEINT]: ['bigint', 19],
  [DuckDBTypeId.FLOAT]: ['float', 17],
  [DuckDBTypeId.DOUBLE]: ['double', 17],
  [DuckDBTypeId.DATE]: ['date', 0],
  [DuckDBTypeId.TIME]: ['time', 3],
  [DuckDBTypeId.TIMESTAMP]: ['timestamp', 3],
  [DuckDBTypeId.TIMESTAMP_S]: ['timestamp', 3],
  [DuckDBTypeId.TIMESTAMP_MS]: ['timestamp', 3],
  [DuckDBTypeId.TIMESTAMP_NS]: ['timestamp', 3],
  [DuckDBTypeId.TIMESTAMP_TZ]: ['timestamp with time zone', 3],
  [DuckDBTypeId.BLOB]: ['varbinary', 1_073_741_824],
  [DuckDBTypeId.INTERVAL]: ['interval day to second', 0],
  [DuckDBTypeId.LIST]: ['array', 0],
  [DuckDBTypeId.ARRAY]: ['array', 0],
  [DuckDBTypeId.STRUCT]: ['row', 0],
  [DuckDBTypeId.MAP]: ['map', 0],
};

export function columnInfo(name: string, type: DuckDBType): ColumnInfo {
  const isDecimal = type.typeId === DuckDBTypeId.DECIMAL && 'width' in type && 'scale' in type;
  const [text, precision] = isDecimal ? (['decimal', Number(type.width)] as const) : typeOf(type);
  return {
    CatalogName: 'hive',
    SchemaName: '',
    TableName: '',
    Name: name,
    Label: name,
    Type: text,
    Precision: precision,
    Scale: isDecimal ? Number(type.scale) : 0,
    Nullable: 'UNKNOWN',
    CaseSensitive: text === 'varchar',
  };
}

function typeOf(type: DuckDBType): readonly [string, number] {
  if (type.alias === 'JSON') return ['json', 2_147_483_647];
  return TYPES[type.typeId] ?? ['varchar', 2_147_483_647];
}

/** A value as Athena prints it; undefined is NULL. */
export function format(value: DuckDBValue, type: DuckDBType): string | undefined {
  if (value === null) return undefined;
  switch (type.typeId) {
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
      return double(Number(value));
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_S:
    case DuckDBTypeId.TIMESTAMP_MS:
    case DuckDBTypeId.TIMESTAMP_NS:
      return milliseconds(String(value));
    case DuckDBTypeId.TIMESTAMP_TZ:
      return `${milliseconds(String(value).replace(/[+-]\d\d(:?\d\d)?$/, ''))} UTC`;
    case DuckDBTypeId.BLOB:
      return bytes(value);
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      return 'valueType' in type ? list(value, type.valueType) : String(value);
    case DuckDBTypeId.STRUCT:
      return 'entryNames' in type ? struct(value, type.entryNames, type.entryTypes) : String(value);
    case DuckDBTypeId.MAP:
      return 'keyType' in type ? map(value, type.keyType, type.valueType) : String(value);
    default:
      return String(value);
  }
}

function list(value: DuckDBValue, of: DuckDBType): string {
  const items =
    value !== null && typeof value === 'object' && 'items' in value && Array.isArray(value.items) ? value.items : [];
  return `[${items.map((item: DuckDBValue) => format(item, of) ?? 'null').join(', ')}]`;
}

function struct(value: DuckDBValue, names: readonly string[], types: readonly DuckDBType[]): string {
  if (value === null || typeof value !== 'object' || !('entries' in value) || Array.isArray(value.entries))
    return String(value);
  const entries = value.entries as Readonly<Record<string, DuckDBValue>>;
  const fields = names.map((name, index) => {
    const type = types[index];
    const text = type === undefined ? undefined : format(entries[name] ?? null, type);
    return `${name === '' ? `field${index}` : name}=${text ?? 'null'}`;
  });
  return `{${fields.join(', ')}}`;
}

function map(value: DuckDBValue, keyType: DuckDBType, valueType: DuckDBType): string {
  if (value === null || typeof value !== 'object' || !('entries' in value) || !Array.isArray(value.entries))
    return String(value);
  const entries = value.entries as readonly { key: DuckDBValue; value: DuckDBValue }[];
  return `{${entries.map((entry) => `${format(entry.key, keyType) ?? 'null'}=${format(entry.value, valueType) ?? 'null'}`).join(', ')}}`;
}

/** Java's way to print a double: a point always, an exponent below 1e-3 and from 1e7 on. */
export function double(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}

function milliseconds(text: string): string {
  const [whole = '', fraction = ''] = text.split('.');
  return `${whole}.${fraction.slice(0, 3).padEnd(3, '0')}`;
}

function bytes(value: DuckDBValue): string {
  if (value === null || typeof value !== 'object' || !('bytes' in value)) return String(value);
  return [...(value.bytes as Uint8Array)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
