import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Engine } from '#local/services/athena/engine/instance.ts';
import { GLUE_CATALOG, gateDuckdb, relationKey } from '#local/services/athena/sql/duckdb-gate.ts';
import { polyglot } from '#local/services/athena/sql/transpile.ts';
import { readWorld, World } from './world.ts';

const data = readWorld(new URL('../../cases/enforcement/world.yaml', import.meta.url));

describe('the second list', () => {
  /** What a broken translator might make of an innocent query. */
  const faults: readonly (readonly [string, string])[] = [
    ['a reader of files', "SELECT * FROM read_csv('/etc/passwd')"],
    ['a path as a table', "SELECT * FROM '/etc/passwd'"],
    ['a table that was not made', 'SELECT * FROM birds.sealed'],
    ['a table of the engine', 'SELECT * FROM duckdb_tables()'],
    ['a view of the engine', 'SELECT * FROM sqlite_master'],
    ['a table behind an outer expression of its name', 'SELECT (WITH x AS (SELECT 1) SELECT 1) FROM x'],
    ['the environment', "SELECT getenv('HOME')"],
    ['a setting', "SELECT current_setting('allowed_paths')"],
    ['text run as SQL', "SELECT * FROM query('SELECT 1')"],
    ['a second statement', 'SELECT 1; SELECT 2'],
    ['a statement that is no query', "COPY (SELECT 1) TO '/tmp/weft-gate.csv'"],
    ['a subquery in a filter', "SELECT 1 FROM strikes WHERE EXISTS (SELECT 1 FROM read_text('/etc/passwd'))"],
  ];

  test.each(faults)('stops %s when the translator is at fault', async (_what, planted) => {
    const world = await World.create(data, () => planted);
    try {
      const answer = await world.query('analyst', 'SELECT strike_id FROM strikes', 'birds');
      expect(answer.state).toBe('FAILED');
      expect(answer.reason).toMatch(/which this query has not been given|SYNTAX_ERROR/);
    } finally {
      await world.close();
    }
  });

  test('lets through what a sound translator makes', async () => {
    const world = await World.create(data, (sql) => polyglot(sql));
    try {
      expect(await world.query('analyst', 'SELECT strike_id FROM strikes', 'birds')).toMatchObject({
        state: 'SUCCEEDED',
      });
    } finally {
      await world.close();
    }
  });

  test('knows the names of common table expressions only where they hold', async () => {
    const engine = await Engine.start();
    try {
      const at = { catalog: GLUE_CATALOG, database: 'd' };
      const made = new Set([relationKey({ ...at, table: 't' })]);
      const gate = async (sql: string) => gateDuckdb(await engine.serialize(sql), made, at);
      await expect(gate('WITH x AS (SELECT * FROM t) SELECT * FROM x')).resolves.toBeUndefined();
      await expect(
        gate('WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT * FROM r'),
      ).resolves.toBeUndefined();
      await expect(gate('WITH x AS (SELECT * FROM x) SELECT * FROM x')).rejects.toThrow('reaches .x');
    } finally {
      await engine.close();
    }
  });
});

describe('a sealed engine', () => {
  let engine: Engine;

  beforeEach(async () => {
    engine = await Engine.start();
    await engine.seal({ database: 'd', macros: [], paths: ['/tmp/weft-none.csv'] });
  });

  afterEach(() => engine.close());

  test.each([
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/tmp/../etc/passwd')",
    "COPY (SELECT 1) TO '/tmp/weft-gate.csv'",
    "ATTACH '/tmp/weft-gate.db' AS x",
    'SET enable_external_access = true',
    "SET allowed_directories = ['/']",
    'INSTALL httpfs',
    'LOAD httpfs',
  ])('refuses %s even from text that passed', async (sql) => {
    await expect(engine.connection.run(sql)).rejects.toThrow(/Permission Error|disabled|locked|Invalid Input|Cannot/i);
  });
});
