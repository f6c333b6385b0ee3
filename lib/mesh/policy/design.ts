import type { ProductColumn, ProductTable } from '../product/product.ts';

/** Names that only a feed of changes has: those of Debezium, AWS DMS, Fivetran, Airbyte and their like. */
const FEED_MARKS = [
  /^__(op|deleted|lsn|table|db|schema|ts_ms|source_.+)$/,
  /^_+cdc(_.+)?$/,
  /^(cdc|dms|debezium)_.+$/,
  /^_(ab_cdc|airbyte_cdc|fivetran)_.+$/,
  /^dms_timestamp$/,
];

/** Names that carry the kind of a change. */
const OPERATION = /^(op|operation|op_type|change_type|dml_type)$/;
const IMAGE = /^(before|after|old|new)(_image|_value)?$|^(before|after)_.+$/;
const LOG_POSITION = /^(lsn|scn|ts_ms|commit_timestamp|commit_ts|binlog_.+|log_position|transaction_id)$/;

/** What an application keeps for itself in each row. */
const BOOKKEEPING =
  /^(created|updated|modified|deleted)_(at|by|on)$|^(is_)?deleted$|^(row|lock|record|opt)_version$|^row_?version$|^xmin$|^etag$/;

/** Names of columns that usually tell something of a person. */
const PERSONAL =
  /^(e_?mail(_address)?|phone(_number)?|mobile|(first|last|full|sur|given|family|maiden)_?name|ssn|social_security_number|passport(_number)?|iban|birth_?(date|day)|date_of_birth|dob|home_address|street_address|ip_address|gender|nationality)$/;

/** Names that say nothing of the entity that they identify. */
const GENERIC_KEY = new Set(['id', 'key', 'code', 'uuid', 'guid', 'pk', 'name']);

const columnsOf = (table: ProductTable) => [...table.columns, ...table.partitionKeys];

/** Whether a table has the shape of a feed of changes: the log of a database, not what it says. */
export function isChangeFeed(table: ProductTable): boolean {
  const names = columnsOf(table).map(({ name }) => name);
  if (names.some((name) => FEED_MARKS.some((mark) => mark.test(name)))) return true;
  const images = names.filter((name) => IMAGE.test(name)).length;
  const operation = names.some((name) => OPERATION.test(name));
  return operation && (images > 0 || names.some((name) => LOG_POSITION.test(name)));
}

/** Whether a table is an application's own, copied as it stands: three columns or more that only the application needs, and no word of where it comes from. */
export function isApplicationCopy(table: ProductTable): boolean {
  if (table.derived === true || table.view !== undefined) return false;
  return columnsOf(table).filter(({ name }) => BOOKKEEPING.test(name)).length >= 3;
}

/** Whether a column is a number whose unit nobody tells: neither key, nor with a meaning of its own. */
export function lacksUnit(column: ProductColumn, table: ProductTable): boolean {
  const number = /^(tinyint|smallint|int|bigint|float|double|decimal)/.test(column.type);
  const identifies =
    table.primaryKey?.includes(column.name) === true ||
    /(^|_)(id|key|code|number|no|year|month|day)$/.test(column.name);
  return (
    table.view === undefined && number && !identifies && column.unit === undefined && column.semantics === undefined
  );
}

/** Whether a column's name is one that people's data has, though the contract does not mark it. */
export function looksPersonal(column: ProductColumn): boolean {
  return column.personal !== true && PERSONAL.test(column.name);
}

/** What identifies the rows of a table, in words that mean the same in another product; undefined for a table that has no key or is made of other products. */
function entityOf(table: ProductTable): string | undefined {
  if (table.primaryKey === undefined || table.madeOf !== undefined || table.view !== undefined) return undefined;
  const parts = table.primaryKey.map((key) => {
    const column = columnsOf(table).find(({ name }) => name === key);
    return column?.semantics ?? (GENERIC_KEY.has(key) ? `${table.name}.${key}` : key);
  });
  return parts.toSorted().join(' + ');
}

interface Tables {
  readonly domain: string;
  readonly name: string;
  readonly tables: readonly ProductTable[];
}

/** The other products that have rows for the same entities as this one, so that nobody knows which of them to believe. */
export function rivalsOf<T extends Tables>(product: Tables, others: readonly T[]): T[] {
  const entities = new Set(product.tables.flatMap((table) => entityOf(table) ?? []));
  return others.filter(
    (other) =>
      !(other.domain === product.domain && other.name === product.name) &&
      other.tables.some((table) => entities.has(entityOf(table) ?? '')),
  );
}

/** One sentence for each key that another domain has under the same name with another type: a join on it fails or finds nothing. */
export function keyConflicts(product: Tables, others: readonly Tables[]): string[] {
  const mine = typesByName(product);
  const conflicts = others
    .filter(({ domain }) => domain !== product.domain)
    .flatMap((other) =>
      [...typesByName(other)].flatMap(([name, theirs]) => {
        const own = mine.get(name);
        if (own === undefined || own.type === theirs.type || GENERIC_KEY.has(name) || !(own.key || theirs.key))
          return [];
        return [`${name} is ${own.type} here and ${theirs.type} in ${other.domain}/${other.name}`];
      }),
    );
  return [...new Set(conflicts)].toSorted();
}

function typesByName({ tables }: Tables): Map<string, { type: string; key: boolean }> {
  const types = new Map<string, { type: string; key: boolean }>();
  for (const table of tables) {
    for (const { name, type } of columnsOf(table)) {
      const key = table.primaryKey?.includes(name) === true;
      if (key || !types.has(name)) types.set(name, { type, key });
    }
  }
  return types;
}
