import { afterAll, describe, expect, test } from '@jest/globals';
import { DuckdbParser } from '#local/services/athena/engine/parser.ts';
import { Translations } from '#local/services/athena/sql/translations.ts';
import { polyglot } from '#local/services/athena/sql/transpile.ts';

describe('names that DuckDB reserves and Athena does not', () => {
  const parser = new DuckdbParser();
  const translations = new Translations(polyglot, parser);

  afterAll(() => parser.close());

  test.each([
    'SELECT id, at FROM t',
    'SELECT at, id FROM t WHERE at > 1 ORDER BY at DESC',
    'SELECT max(at), sum(offset) FROM t',
    'SELECT t.at, t.offset, t.limit, t.desc, default, check, show FROM t',
    'SELECT offset FROM t ORDER BY offset LIMIT 3',
    'SELECT id FROM t AS lambda JOIN u semi ON semi.id = lambda.id',
    'SELECT 1 AS map, 1 AS array, 1 AS struct, 1 AS primary',
    'SELECT column, count(*) FROM t GROUP BY column',
    'WITH pivot AS (SELECT 1 AS x) SELECT x FROM pivot',
    'SELECT row_number() OVER (PARTITION BY at ORDER BY at DESC) FROM t',
    'SELECT x FROM t UNION ALL SELECT at FROM t',
  ])('%s', async (sql) => {
    const { tree } = await translations.translate(translations.read(sql));
    expect(JSON.parse(tree)).toMatchObject({ error: false });
  });

  test.each([
    ["SELECT now() AT TIME ZONE 'UTC' AS moment", /AT TIME ZONE/],
    ["SELECT trim(BOTH 'x' FROM a) FROM t", /BOTH 'x'/],
    ['SELECT id FROM t ORDER BY id OFFSET 1 LIMIT 2', /LIMIT 2 OFFSET 1/],
    ['SELECT x FROM t WHERE y = ANY (SELECT 1)', /ANY/],
    ['SELECT ALL x FROM t ORDER BY x DESC', /DESC/],
  ])('in %s the words keep their meaning', async (sql, expected) => {
    const { text } = await translations.translate(translations.read(sql));
    expect(text).toMatch(expected);
    expect(text).not.toContain('"');
  });

  test('two texts are never taken for each other', async () => {
    const text = async (sql: string) => (await translations.translate(translations.read(sql))).text;
    expect(await text("SELECT 'A' AS v")).not.toBe(await text("SELECT 'a' AS v"));
    expect(await text("SELECT 'A' AS v")).toBe(await text("SELECT 'A' AS v"));
  });
});
