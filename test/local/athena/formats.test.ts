import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AthenaClient, CreateWorkGroupCommand } from '@aws-sdk/client-athena';
import { CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Engine } from '#local/services/athena/engine/instance.ts';
import { readWorld, World } from './world.ts';

const HADOOP = 'org.apache.hadoop.hive';
const SERDES = {
  parquet: `${HADOOP}.ql.io.parquet.serde.ParquetHiveSerDe`,
  lazy: `${HADOOP}.serde2.lazy.LazySimpleSerDe`,
  csv: `${HADOOP}.serde2.OpenCSVSerde`,
  json: 'org.openx.data.jsonserde.JsonSerDe',
  orc: `${HADOOP}.ql.io.orc.OrcSerde`,
} as const;

interface Table {
  readonly serde: keyof typeof SERDES;
  readonly columns: Readonly<Record<string, string>>;
  readonly keys?: Readonly<Record<string, string>>;
  readonly serdeParameters?: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Path below the table to its text, or to the query that DuckDB writes there as Parquet. */
  readonly files: Readonly<Record<string, string>>;
}

const TABLES: Readonly<Record<string, Table>> = {
  evolved: {
    serde: 'parquet',
    columns: { id: 'bigint', name: 'string', added: 'int', amount: 'double' },
    files: {
      'old.parquet': "SELECT 'one' AS name, 1::INTEGER AS id, 1.5::FLOAT AS amount",
      'new.parquet':
        "SELECT 2::BIGINT AS ID, 2.5::DOUBLE AS amount, 20::INTEGER AS added, 'two' AS name, 'x' AS undeclared",
    },
  },
  nested: {
    serde: 'parquet',
    columns: { id: 'int', tags: 'array<string>', place: 'struct<city:string,at:double>', counts: 'map<string,int>' },
    files: {
      'a.parquet':
        "SELECT 1::INTEGER AS id, ['a', NULL] AS tags, {'city': 'Ulm', 'at': 1e7::DOUBLE} AS place, MAP {'x': 1, 'y': NULL::INTEGER} AS counts",
    },
  },
  lazy: {
    serde: 'lazy',
    columns: { id: 'int', word: 'string', at: 'date' },
    serdeParameters: { 'field.delim': '|' },
    files: { 'a.txt': '1|"kept" as is|2001-02-03\n2|\\N|\nx|not a number|2001-13-01\n3|short\n' },
  },
  control: {
    serde: 'lazy',
    columns: { id: 'int', word: 'string' },
    files: { 'a.txt': '1\u0001a,b\n', _skipped: '9\u0001hidden\n' },
  },
  columnar: { serde: 'orc', columns: { id: 'int' }, files: { 'a.orc': 'ORC' } },
  enumerated: {
    serde: 'csv',
    columns: { amount: 'int' },
    keys: { region: 'string' },
    parameters: {
      'projection.enabled': 'true',
      'projection.region.type': 'enum',
      'projection.region.values': 'north,south',
    },
    files: { 'region=north/a.csv': '1\n', 'region=south/a.csv': '2\n', 'region=west/a.csv': '4\n' },
  },
  unregistered: {
    serde: 'parquet',
    columns: { amount: 'int' },
    keys: { day: 'date' },
    files: { 'day=2026-01-02/a.parquet': 'SELECT 1::INTEGER AS amount' },
  },
  numbered: {
    serde: 'csv',
    columns: { amount: 'int' },
    keys: { part: 'int' },
    parameters: {
      'projection.enabled': 'true',
      'projection.part.type': 'integer',
      'projection.part.range': '2,11',
      'storage.location.template': 's3://consumer-data/formats/numbered/p/${part}/',
    },
    files: { 'p/1/a.csv': '1\n', 'p/2/a.csv': '2\n', 'p/11/a.csv': '4\n', 'p/12/a.csv': '8\n', 'p/x/a.csv': '16\n' },
  },
  large: { serde: 'csv', columns: { word: 'string' }, files: { 'a.csv': 'a word of some length\n'.repeat(500_000) } },
};

describe('tables as their files lie', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create(readWorld(new URL('../../cases/enforcement/world.yaml', import.meta.url)));
    for (const [name, table] of Object.entries(TABLES)) await create(world, name, table);
    await world.client(AthenaClient, 'consumer-admin').send(
      new CreateWorkGroupCommand({
        Name: 'thrifty',
        Configuration: {
          BytesScannedCutoffPerQuery: 10_000_000,
          ResultConfiguration: { OutputLocation: 's3://consumer-data/results/' },
        },
      }),
    );
  });

  afterAll(() => world.close());

  const cases: readonly (readonly [string, string, readonly (readonly (string | null)[])[]])[] = [
    [
      'Parquet columns match by name whatever their order and case, and are NULL where a file lacks them',
      'SELECT * FROM evolved ORDER BY id',
      [
        ['1', 'one', null, '1.5'],
        ['2', 'two', '20', '2.5'],
      ],
    ],
    [
      'arrays, rows and maps are printed',
      'SELECT * FROM nested',
      [['1', '[a, null]', '{city=Ulm, at=1.0E7}', '{x=1, y=null}']],
    ],
    ['a member whose name DuckDB reserves', 'SELECT place.at, n.place.city FROM nested n', [['1.0E7', 'Ulm']]],
    [
      'LazySimpleSerDe takes quotes as they are, \\N as NULL, and what does not fit as NULL',
      'SELECT * FROM lazy',
      [
        ['1', '"kept" as is', '2001-02-03'],
        ['2', null, null],
        [null, 'not a number', null],
        ['3', 'short', null],
      ],
    ],
    [
      'a column whose name DuckDB reserves',
      "SELECT id, at FROM lazy WHERE at > date '2000-01-01'",
      [['1', '2001-02-03']],
    ],
    ['LazySimpleSerDe splits at ^A by default; hidden files are skipped', 'SELECT * FROM control', [['1', 'a,b']]],
    [
      'an enum projection',
      'SELECT region, amount FROM enumerated ORDER BY region',
      [
        ['north', '1'],
        ['south', '2'],
      ],
    ],
    [
      'an integer projection',
      'SELECT part, amount FROM numbered ORDER BY part',
      [
        ['2', '2'],
        ['11', '4'],
      ],
    ],
    ['partitions that nobody registered or projects', 'SELECT count(*) FROM unregistered', [['0']]],
  ];

  test.each(cases)('%s', async (_name, sql, rows) => {
    expect(await world.query('engineer', sql, 'lab')).toMatchObject({ reason: '', rows });
  });

  test('a SerDe that is not modelled is refused by its name', async () => {
    const answer = await world.query('engineer', 'SELECT * FROM columnar', 'lab');
    expect(answer).toMatchObject({ state: 'FAILED', reason: expect.stringContaining('OrcSerde') });
  });

  test('a query above the cutoff of its workgroup fails before it runs', async () => {
    const sql = 'SELECT count(*) FROM large';
    expect(await world.query('engineer', sql, 'lab')).toMatchObject({ rows: [['500000']] });
    const answer = await world.query('engineer', sql, 'lab', undefined, 'thrifty');
    expect(answer).toMatchObject({
      state: 'FAILED',
      reason: expect.stringContaining('Bytes scanned limit was exceeded'),
    });
    const small = await world.query('engineer', 'SELECT count(*) FROM control', 'lab', undefined, 'thrifty');
    expect(small).toMatchObject({ state: 'SUCCEEDED', rows: [['1']] });
  });
});

async function create(world: World, name: string, table: Table): Promise<void> {
  for (const [path, content] of Object.entries(table.files)) {
    const bytes = path.endsWith('.parquet') ? await parquet(content) : Buffer.from(content);
    world.storage.put('consumer-data', `formats/${name}/${path}`, bytes);
  }
  const columns = (of: Readonly<Record<string, string>>) => Object.entries(of).map(([Name, Type]) => ({ Name, Type }));
  await world.client(GlueClient, 'consumer-admin').send(
    new CreateTableCommand({
      DatabaseName: 'lab',
      TableInput: {
        Name: name,
        TableType: 'EXTERNAL_TABLE',
        Parameters: { ...table.parameters },
        PartitionKeys: columns(table.keys ?? {}),
        StorageDescriptor: {
          Columns: columns(table.columns),
          Location: `s3://consumer-data/formats/${name}/`,
          SerdeInfo: { SerializationLibrary: SERDES[table.serde], Parameters: { ...table.serdeParameters } },
        },
      },
    }),
  );
}

async function parquet(sql: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-parquet-'));
  const engine = await Engine.start(1);
  try {
    await engine.connection.run(`COPY (${sql}) TO '${join(folder, 'a')}' (FORMAT parquet)`);
    return readFileSync(join(folder, 'a'));
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true });
  }
}
