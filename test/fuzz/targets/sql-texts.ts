import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { FUNCTIONS } from '#local/services/athena/sql/functions.ts';
import { between, type Chance, pick, times } from '../chance.ts';
import { somePiece } from '../mutate.ts';
import { HOSTILE } from './filter-texts.ts';
import { ROLES } from './sql-worlds.ts';

/** Between the statements of one input; its first line names who sends them. */
export const CUT = '\n;;\n';
/** Where nothing must ever stand that a statement wrote. */
export const OUTSIDE = '/tmp/weft-fuzz-outside';

const CASES = new URL('../../cases/enforcement/', import.meta.url);
/** What was tried by hand. */
const TRIED: readonly string[] = readdirSync(CASES)
  .filter((file) => file !== 'world.yaml')
  .flatMap((file) => (parse(readFileSync(new URL(file, CASES), 'utf8')) as { sql: string }[]).map(({ sql }) => sql));

const TABLES: Readonly<Record<string, readonly string[]>> = {
  strikes: ['strike_id', 'state', 'species', 'speed', 'flight_date', 'cost'],
  airports: ['iata', 'name', 'state', 'latitude'],
  sightings: ['id', 'tags', 'place', 'secret', 'place.city', 'place.state', 'tags[1]'],
  sealed: ['id', 'word'],
  yearly: ['amount', 'year', 'state'],
  'lab.notes': ['strike_id', 'note'],
  'lab.strikes_view': ['strike_id', 'state', 'cost'],
  'lab.open_view': ['strike_id', 'state'],
  'lab.strikes_link': ['strike_id', 'state', 'cost'],
  'wildlife.strikes': ['strike_id', 'state', 'speed'],
  'vault.gold': ['id'],
  'information_schema.columns': ['table_name', 'column_name', 'data_type', 'table_schema'],
  'information_schema.tables': ['table_name', 'table_schema'],
};
/** What reaches files, settings or text run as SQL in some engine. */
const ESCAPES: readonly string[] = [
  `read_csv('/etc/passwd')`,
  `read_text('${OUTSIDE}')`,
  `read_parquet(['/etc/*'])`,
  `parquet_scan('x')`,
  `glob('/*')`,
  `sniff_csv('/etc/passwd')`,
  `query('SELECT 1')`,
  `query_table('sealed')`,
  'duckdb_tables()',
  'duckdb_settings()',
  "pragma_table_info('sealed')",
  `getenv('HOME')`,
  `current_setting('allowed_paths')`,
  `getvariable('x')`,
  `"read_csv"('/etc/passwd')`,
  `'/etc/passwd'`,
  `"/etc/passwd"`,
  `"part-0.csv"`,
  `"s3://owner-data/birds/sealed/part-0.csv"`,
  "json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
  'main.duckdb_tables',
  'system.information_schema.tables',
  'memory.main.x',
  'temp.x',
  'awsdatacatalog.birds.sealed',
  '"birds"."sealed"',
  '"definer$0$birds".strikes',
  '"information_schema$".tables',
  'sqlite_master',
  'pg_catalog.pg_class',
];
const STATEMENTS: readonly string[] = [
  `COPY (SELECT 1) TO '${OUTSIDE}'`,
  `ATTACH '${OUTSIDE}' AS x`,
  `EXPORT DATABASE '${OUTSIDE}'`,
  `UNLOAD (SELECT * FROM airports) TO 's3://consumer-data/../../../../..${OUTSIDE}/' WITH (format = 'JSON')`,
  `UNLOAD (SELECT * FROM strikes) TO 's3://owner-data/birds/airports/' WITH (format = 'JSON')`,
  `UNLOAD (SELECT * FROM strikes) TO 's3://consumer-data/results/unload/' WITH (format = 'TEXTFILE', field_delimiter = '''')`,
  `CREATE TABLE lab.copy1 AS SELECT * FROM strikes`,
  `CREATE TABLE lab.copy2 WITH (external_location = 's3://owner-data/birds/strikes/') AS SELECT 1 AS id`,
  `CREATE EXTERNAL TABLE lab.peek (line string) LOCATION 's3://owner-data/birds/sealed/'`,
  `CREATE EXTERNAL TABLE lab.peek2 (line string) ROW FORMAT DELIMITED LOCATION 's3://owner-data/../..${OUTSIDE}/'`,
  `CREATE VIEW lab.v AS SELECT * FROM birds.strikes`,
  `CREATE OR REPLACE VIEW lab.open_view AS SELECT strike_id, cost AS state FROM birds.strikes`,
  `INSERT INTO lab.notes SELECT strike_id, cast(cost AS varchar) FROM birds.strikes`,
  `INSERT INTO lab.notes SELECT id, word FROM birds.sealed`,
  'PREPARE p FROM SELECT ? FROM strikes WHERE state = ?',
  `EXECUTE p USING 'cost', 'Iowa'`,
  `EXECUTE p USING (SELECT word FROM sealed), 1`,
  'DEALLOCATE PREPARE p',
  'PRAGMA database_list',
  `SET VARIABLE x = 1`,
  'INSTALL httpfs',
  'DROP TABLE lab.notes',
  'ALTER TABLE lab.notes ADD COLUMNS (cost bigint)',
  'MSCK REPAIR TABLE birds.yearly',
  'SHOW TABLES IN birds',
  'SHOW PARTITIONS birds.yearly',
  'SHOW CREATE TABLE strikes',
  'SHOW COLUMNS IN birds.strikes',
  'SHOW TBLPROPERTIES strikes',
  'DESCRIBE FORMATTED strikes',
  'DESCRIBE strikes',
  'SELECT * FROM lab.copy1',
  'SELECT * FROM lab.peek',
  'SELECT * FROM lab.v',
];
/** Calls that mean something: `$t` a text, `$n` a number, `$d` a date, `$a` anything. */
const CALLS: Readonly<Record<'t' | 'n' | 'd' | 'a', readonly string[]>> = {
  t: [
    'upper($t)',
    'lower($t)',
    'concat($t, $t)',
    '$t || $t',
    'substr($t, $n)',
    'split_part($t, $t, 1)',
    'replace($t, $t, $t)',
    'reverse($t)',
    'CAST($a AS varchar)',
    'json_format(CAST($a AS json))',
    'date_format($d, $t)',
    "date_format($d, '%Y %i')",
    'max($t)',
    'min_by($t, $n)',
    'any_value($t)',
    'listagg($t, $t)',
    'typeof($a)',
    'chr($n)',
    'repeat($t, $n)',
    'to_hex(md5(to_utf8($t)))',
    'regexp_replace($t, $t)',
    'regexp_extract($t, $t)',
    'array_join(array_agg($t), $t)',
    'json_extract_scalar($t, $t)',
    'url_extract_host($t)',
    'lag($t) OVER (ORDER BY $n)',
    'CASE WHEN $c THEN $t ELSE $t END',
    'coalesce($t, $t)',
    'nullif($t, $t)',
    'element_at(split($t, $t), 1)',
    'from_utf8(from_hex($t))',
    'lpad($t, $n, $t)',
  ],
  n: [
    '$n + $n',
    '$n - $n',
    '$n * $n',
    '$n / $n',
    '$n % $n',
    'abs($n)',
    'length($t)',
    'count(*)',
    'count($a)',
    'count(DISTINCT $a)',
    'sum($n)',
    'avg($n)',
    'min($n)',
    'max($n)',
    'sum(1 / $n)',
    'CAST($t AS int)',
    'CAST($n AS tinyint)',
    'TRY_CAST($t AS double)',
    'strpos($t, $t)',
    'date_diff($t, $d, $d)',
    "date_diff('day', $d, $d)",
    'year($d)',
    'row_number() OVER (ORDER BY $a)',
    'rank() OVER (PARTITION BY $t ORDER BY $n)',
    'sum($n) OVER ()',
    'count(*) FILTER (WHERE $c)',
    'cardinality(array_agg($a))',
    'approx_distinct($a)',
    'sqrt($n)',
    'ln($n)',
    'power($n, $n)',
    'codepoint($t)',
    'bitwise_and($n, $n)',
    'reduce(ARRAY[1, 2], $n, (s, x) -> s + x, s -> s)',
    'CASE WHEN $c THEN $n ELSE $n END',
    'grouping($a)',
    'log($n, $n)',
    'greatest($n, $n)',
    'year_of_week($d)',
    'cardinality(regexp_extract_all($t, $t))',
    'levenshtein_distance($t, $t)',
  ],
  d: [
    'CAST($t AS date)',
    'date($t)',
    'date_add($t, $n, $d)',
    "date_add('day', $n, $d)",
    "date_trunc('month', $d)",
    'date_trunc($t, $d)',
    "date_parse($t, '%Y-%m-%d')",
    'min($d)',
    'from_unixtime($n)',
    "$d + INTERVAL '1' DAY",
    'last_day_of_month($d)',
    'from_iso8601_date($t)',
  ],
  a: [
    '$t',
    '$n',
    '$d',
    'ARRAY[$a, $a]',
    'ROW($a, $a)',
    'MAP(ARRAY[$t], ARRAY[$a])',
    'array_agg($a)',
    'map_agg($t, $a)',
    'max_by($a, $n)',
    'array_sort(array_agg($t))',
    'histogram($t)',
    'transform(ARRAY[$n], x -> x + $n)',
    'filter(ARRAY[$t], x -> x = $t)',
    'json_parse($t)',
    'json_extract($t, $t)',
    'TRY_CAST($t AS json)',
    'try($n / $n)',
    'sequence($n, $n)',
    'first_value($a) OVER (ORDER BY $a)',
    'split($t, $t)',
    'concat(ARRAY[$t], ARRAY[$t])',
  ],
};
const LITERALS: Readonly<Record<'t' | 'n' | 'd' | 'a', readonly string[]>> = {
  t: ["'Iowa'", "'Texas'", "''", "'%Y-%i'", "'$.a'", "'['", "'(a+)+$'", "'x'", "'day'", "'1'", 'NULL', "'2001-01-01'"],
  n: ['0', '1', '2', '-1', '1.5', '1e308', '9223372036854775807', '100000', 'NULL'],
  d: ["DATE '2001-01-01'", 'NULL', "TIMESTAMP '2001-01-01 00:00:00'"],
  a: ['NULL', '1', "'x'", 'TRUE'],
};
/** Columns of each kind; those that some role may not see among them. */
const KINDS: Readonly<Record<string, 't' | 'n' | 'd' | 'a'>> = {
  strike_id: 'n',
  speed: 'n',
  cost: 'n',
  id: 'n',
  amount: 'n',
  year: 'n',
  latitude: 'n',
  flight_date: 'd',
  tags: 'a',
  place: 'a',
};
const HIDDEN: ReadonlySet<string> = new Set(['cost', 'secret', 'word']);
const NAMES = [...FUNCTIONS].sort();

/** One input: who, and one to three statements. */
export function someStatements(chance: Chance): string {
  const role = chance() < 0.55 ? 'analyst' : pick(chance, ROLES);
  return [
    `-- ${role}\n${someStatement(chance)}`,
    ...times(chance, 0, chance() < 0.3 ? 2 : 0, () => someStatement(chance)),
  ].join(CUT);
}

function someStatement(chance: Chance): string {
  const how = chance();
  const base =
    how < 0.62
      ? query(chance, between(chance, 1, 2))
      : how < 0.72
        ? pick(chance, STATEMENTS)
        : how < 0.88
          ? pick(chance, TRIED)
          : how < 0.92
            ? `EXPLAIN ${query(chance, 1)}`
            : how < 0.95
              ? `PREPARE p FROM ${query(chance, 1)}`
              : how < 0.97
                ? `CREATE TABLE lab.c${between(chance, 1, 9)} AS ${query(chance, 1)}`
                : `INSERT INTO lab.notes ${query(chance, 1)}`;
  return chance() < 0.3 ? spoil(chance, base) : base;
}

/** A piece put in, left out, doubled, or another statement behind it. */
function spoil(chance: Chance, text: string): string {
  const tokens = text.split(/(?<=\W)|(?=\W)/);
  const at = between(chance, 0, tokens.length);
  const how = chance();
  if (how < 0.35) return tokens.toSpliced(at, 0, pick(chance, HOSTILE)).join('');
  if (how < 0.45) return tokens.toSpliced(at, 0, somePiece(chance).slice(0, 3_000)).join('');
  if (how < 0.6) return tokens.toSpliced(at, between(chance, 1, 3)).join('');
  if (how < 0.7) return `${text}; ${pick(chance, TRIED)}`;
  if (how < 0.8) return `${text} UNION ALL ${pick(chance, TRIED)}`;
  if (how < 0.9) return `${'('.repeat(between(chance, 1, 200))}${text}${')'.repeat(between(chance, 1, 200))}`;
  return tokens
    .with(Math.min(at, tokens.length - 1), pick(chance, ['/* */', '/*', '--\n', "''", '""', '\n', '\t', '.', ';']))
    .join('');
}

function query(chance: Chance, depth: number): string {
  const how = chance();
  if (depth > 0 && how < 0.12) {
    const name = pick(chance, ['strikes', 'sealed', 'q', 'airports', 'birds']);
    const recursive = chance() < 0.15 ? 'RECURSIVE ' : '';
    return `WITH ${recursive}${name} AS (${query(chance, depth - 1)}) ${query(chance, depth - 1)}`;
  }
  if (depth > 0 && how < 0.2) {
    const word = pick(chance, ['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT']);
    return `${query(chance, depth - 1)} ${word} ${query(chance, depth - 1)}`;
  }
  if (how < 0.21) return `VALUES (${expression(chance, depth, [])})`;
  const from = relation(chance, depth);
  const { columns } = from;
  const outputs = chance() < 0.2 ? '*' : times(chance, 1, 2, () => expression(chance, depth, columns)).join(', ');
  const where = chance() < 0.45 ? ` WHERE ${condition(chance, depth, columns)}` : '';
  const group = chance() < 0.12 ? ` GROUP BY ${pick(chance, columns) ?? '1'}` : '';
  const having = group !== '' && chance() < 0.4 ? ` HAVING ${condition(chance, 0, columns)}` : '';
  const order = chance() < 0.15 ? ` ORDER BY ${chance() < 0.5 ? '1' : expression(chance, 0, columns)}` : '';
  const limit = chance() < 0.1 ? ` LIMIT ${between(chance, 0, 3)}` : '';
  return `SELECT ${chance() < 0.07 ? 'DISTINCT ' : ''}${outputs} FROM ${from.text}${where}${group}${having}${order}${limit}`;
}

interface Source {
  readonly text: string;
  readonly columns: readonly string[];
}

function relation(chance: Chance, depth: number): Source {
  const how = chance();
  if (how < 0.03) return { text: pick(chance, ESCAPES), columns: ['x'] };
  if (depth > 0 && how < 0.15) {
    const inner = relation(chance, depth - 1);
    const kept = inner.columns.filter((column) => !column.includes('.')).slice(0, 2);
    if (kept.length > 0 && chance() < 0.7)
      return { text: `(SELECT ${kept.join(', ')} FROM ${inner.text}) AS q`, columns: [...kept, 'q'] };
    return { text: `(${query(chance, depth - 1)}) AS q`, columns: ['state', 'strike_id', 'q'] };
  }
  if (depth > 0 && how < 0.35) {
    const [left, right] = [relation(chance, depth - 1), relation(chance, depth - 1)];
    const shared = left.columns.filter((column) => right.columns.includes(column));
    const kind = pick(chance, ['JOIN', 'LEFT JOIN', 'FULL JOIN', 'CROSS JOIN', 'NATURAL JOIN', ', LATERAL', ',']);
    const on =
      kind.includes(',') || kind.startsWith('CROSS') || kind.startsWith('NATURAL')
        ? ''
        : shared.length > 0 && chance() < 0.5
          ? ` USING (${pick(chance, shared)})`
          : ` ON ${condition(chance, 0, [...left.columns, ...right.columns])}`;
    return { text: `${left.text} ${kind} ${right.text}${on}`, columns: [...left.columns, ...right.columns] };
  }
  if (how < 0.4) return { text: 'sightings CROSS JOIN UNNEST(tags) AS u(tag)', columns: ['id', 'tag', 'secret', 'u'] };
  const name = chance() < 0.6 ? 'strikes' : pick(chance, Object.keys(TABLES));
  const alias = chance() < 0.3 ? pick(chance, ['s', 'a', 'constructor', '"from"']) : undefined;
  const columns = TABLES[name] ?? [];
  const spelled =
    chance() < 0.1
      ? pick(chance, [`"${name}"`, name.toUpperCase(), `birds.${name}`, `awsdatacatalog.birds.${name}`])
      : name;
  return {
    text: alias === undefined ? spelled : `${spelled} AS ${alias}`,
    columns: [
      ...columns,
      alias ?? name,
      '"$path"',
      ...(alias === undefined ? [] : [`${alias}.${pick(chance, columns)}`]),
    ],
  };
}

function expression(chance: Chance, depth: number, columns: readonly string[]): string {
  const how = chance();
  if (how < 0.04)
    return `${pick(chance, NAMES)}(${times(chance, 0, 3, () => typed(chance, 'a', 0, columns)).join(', ')})`;
  if (how < 0.05) return pick(chance, ESCAPES);
  if (how < 0.1 && depth > 0) return `(${query(chance, depth - 1)})`;
  return typed(chance, pick(chance, ['t', 'n', 'd', 'a'] as const), depth, columns);
}

/** An expression of a kind that mostly is sound. */
function typed(chance: Chance, kind: 't' | 'n' | 'd' | 'a', depth: number, columns: readonly string[]): string {
  if (depth <= 0 || chance() < 0.35) {
    const own = columns.filter((column) => kindOf(column) === kind || kind === 'a');
    const seen = chance() < 0.12 ? own : own.filter((column) => !HIDDEN.has(lastOf(column)));
    return seen.length > 0 && chance() < 0.85 ? pick(chance, seen) : pick(chance, LITERALS[kind]);
  }
  return pick(chance, CALLS[kind]).replaceAll(/\$([tndac])\b/g, (_whole, wanted: string) =>
    wanted === 'c' ? condition(chance, 0, columns) : typed(chance, wanted as 't', depth - 1, columns),
  );
}

function kindOf(column: string): 't' | 'n' | 'd' | 'a' {
  return KINDS[lastOf(column)] ?? 't';
}

function lastOf(column: string): string {
  return column.slice(column.lastIndexOf('.') + 1);
}

function condition(chance: Chance, depth: number, columns: readonly string[]): string {
  const how = chance();
  const one = (kind: 't' | 'n' | 'd' | 'a') => typed(chance, kind, depth, columns);
  const kind = pick(chance, ['t', 'n', 'd'] as const);
  if (how < 0.4) return `${one(kind)} ${pick(chance, ['=', '<>', '<', '>', '<=', '>='])} ${one(kind)}`;
  if (how < 0.5) return `${one('a')} IS ${chance() < 0.5 ? 'NOT ' : ''}NULL`;
  if (how < 0.6)
    return `${one('t')} ${chance() < 0.3 ? 'NOT ' : ''}LIKE ${pick(chance, ["'%x%'", "'Iowa'", "'_%'", "''"])}`;
  if (how < 0.68 && depth > 0) return `${one('a')} IN (${query(chance, depth - 1)})`;
  if (how < 0.76 && depth > 0) return `EXISTS (${query(chance, depth - 1)})`;
  if (how < 0.84) return `1 / (${one('n')} - ${one('n')}) < 5`;
  if (how < 0.93 && depth > 0)
    return `${condition(chance, depth - 1, columns)} ${pick(chance, ['AND', 'OR'])} ${condition(chance, depth - 1, columns)}`;
  return `CAST(${one(kind)} AS ${pick(chance, ['int', 'date', 'double', 'boolean', 'json', 'tinyint', 'decimal(3,1)'])}) IS NOT NULL`;
}
