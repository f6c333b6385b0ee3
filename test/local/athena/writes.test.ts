import { CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readWorld, World } from './world.ts';

describe('statements that write', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create(readWorld(new URL('../../cases/enforcement/world.yaml', import.meta.url)));
  });

  afterAll(() => world.close());

  const run = async (role: string, sql: string) => {
    const { state, reason, rows } = await world.query(role, sql, 'lab');
    return state === 'SUCCEEDED' ? rows : `${state}: ${reason}`;
  };

  test.each(['parquet', 'textfile', 'json'])('CTAS as %s, then INSERT, then read', async (format) => {
    const table = `copy_${format}`;
    expect(
      await run(
        'engineer',
        `CREATE TABLE ${table} WITH (format = '${format}', external_location = 's3://consumer-data/${table}/') AS SELECT strike_id, note, 0.5e0 AS share FROM notes`,
      ),
    ).not.toContain('FAILED');
    expect(await run('engineer', `INSERT INTO ${table} (note, strike_id) SELECT 'more', 9`)).not.toContain('FAILED');
    expect(await run('engineer', `INSERT INTO ${table} VALUES (10, 'last', 1e0)`)).not.toContain('FAILED');
    expect(await run('engineer', `SELECT * FROM ${table} ORDER BY strike_id`)).toEqual([
      ['1', 'seen', '0.5'],
      ['4', 'heard', '0.5'],
      ['9', 'more', null],
      ['10', 'last', '1.0'],
    ]);
  });

  test('CTAS in partitions registers each of them', async () => {
    await run(
      'engineer',
      "CREATE TABLE parts WITH (external_location = 's3://consumer-data/parts/', partitioned_by = ARRAY['note']) AS SELECT strike_id, note FROM notes",
    );
    await run('engineer', "INSERT INTO parts VALUES (7, 'felt')");
    expect(await run('engineer', "SELECT strike_id FROM parts WHERE note <> 'seen' ORDER BY 1")).toEqual([
      ['4'],
      ['7'],
    ]);
    const shown = await run('engineer', 'SHOW PARTITIONS parts');
    expect([...shown].flat().sort()).toEqual(['note=felt', 'note=heard', 'note=seen']);
  });

  test('INSERT into what is projected shows its rows, and registers nothing', async () => {
    await world.client(GlueClient, 'consumer-admin').send(
      new CreateTableCommand({
        DatabaseName: 'lab',
        TableInput: {
          Name: 'daily',
          TableType: 'EXTERNAL_TABLE',
          Parameters: {
            'projection.enabled': 'true',
            'projection.day.type': 'date',
            'projection.day.range': '2026-01-01,NOW+1DAYS',
            'projection.day.format': 'yyyy-MM-dd',
          },
          PartitionKeys: [{ Name: 'day', Type: 'date' }],
          StorageDescriptor: {
            Columns: [{ Name: 'amount', Type: 'int' }],
            Location: 's3://consumer-data/daily/',
            SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
          },
        },
      }),
    );
    const sql = "INSERT INTO daily VALUES (1, DATE '2026-01-02'), (2, DATE '2025-12-31')";
    expect(await run('engineer', sql)).not.toContain('FAILED');
    // The row before the first projected day is in S3 and seen by nobody.
    expect(await run('engineer', 'SELECT day, amount FROM daily')).toEqual([['2026-01-02', '1']]);
    expect(await run('engineer', 'SHOW PARTITIONS daily')).toEqual([]);
  });

  test('CTAS holds no more than its author may read', async () => {
    expect(await run('engineer', 'CREATE TABLE stolen AS SELECT * FROM birds.strikes')).toContain(
      'Insufficient Lake Formation permission',
    );
    expect(await run('engineer', 'SELECT * FROM stolen')).toContain('TABLE_NOT_FOUND');
  });

  test('UNLOAD writes files to an empty place only', async () => {
    const sql = "UNLOAD (SELECT strike_id FROM notes) TO 's3://consumer-data/unloaded/' WITH (format = 'PARQUET')";
    expect(await run('engineer', sql)).not.toContain('FAILED');
    expect(world.storage.listKeys('consumer-data', 'unloaded/')).toHaveLength(1);
    expect(await run('engineer', sql)).toContain('HIVE_PATH_ALREADY_EXISTS');
  });

  test('CREATE VIEW, replace it, read it, drop it', async () => {
    expect(await run('engineer', 'CREATE VIEW loud AS SELECT note FROM notes WHERE strike_id > 1')).toEqual([]);
    expect(await run('engineer', 'SELECT * FROM loud')).toEqual([['heard']]);
    expect(await run('engineer', 'CREATE VIEW loud AS SELECT 1 AS one')).toContain('AlreadyExists');
    expect(await run('engineer', 'CREATE OR REPLACE VIEW loud AS SELECT upper(note) AS note FROM notes')).toEqual([]);
    expect(await run('engineer', 'SELECT * FROM loud ORDER BY 1')).toEqual([['HEARD'], ['SEEN']]);
    expect(await run('engineer', 'DROP VIEW loud')).toEqual([]);
    expect(await run('engineer', 'SELECT * FROM loud')).toContain('TABLE_NOT_FOUND');
  });

  test.each([
    ['CREATE TABLE mine AS SELECT 1 AS one', 'Required Create Table on lab'],
    ["INSERT INTO notes VALUES (1, 'x')", 'Required Insert on notes'],
    ['CREATE VIEW mine AS SELECT 1 AS one', 'Required Create Table on lab'],
    ['CREATE OR REPLACE VIEW open_view AS SELECT 1 AS one', 'Required Create Table on lab'],
    [
      "UNLOAD (SELECT * FROM birds.sealed) TO 's3://consumer-data/out/' WITH (format = 'JSON')",
      'Required Select on sealed',
    ],
    ['DROP TABLE notes', 'AccessDeniedException'],
  ])('an analyst may not: %s', async (sql, reason) => {
    expect(await run('analyst', sql)).toContain(reason);
    expect(await run('engineer', 'SELECT count(*) FROM notes')).toEqual([['2']]);
  });
});
