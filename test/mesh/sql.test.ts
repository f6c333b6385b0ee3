import { describe, expect, test } from '@jest/globals';
import { identifier, literal, typedLiteral } from '#mesh/sql/literal.ts';
import { bareStatement, statementProblem } from '#mesh/sql/statement.ts';

describe('SQL', () => {
  test('quotes texts and names', () => {
    expect([literal("O'Neil"), identifier('a "b"')]).toEqual(["'O''Neil'", '"a ""b"""']);
  });

  test.each([
    ['string', "it's", "'it''s'"],
    ['varchar(10)', '', "''"],
    ['int', '-7', '-7'],
    ['bigint', '7.5', undefined],
    ['int', '1; drop table t', undefined],
    ['decimal(10,2)', '1.50', "CAST('1.50' AS decimal(10,2))"],
    ['double', '1e3', "CAST('1e3' AS double)"],
    // A real of Athena's and a double are two numbers, mostly.
    ['float', '0.1', "CAST('0.1' AS real)"],
    ['double', 'many', undefined],
    ['boolean', 'TRUE', 'true'],
    ['boolean', 'yes', undefined],
    ['date', '2026-02-28', "DATE '2026-02-28'"],
    ['date', '2026-02-30', undefined],
    ['date', '2026-13-01', undefined],
    ['timestamp', '2026-02-28T12:30:00Z', "TIMESTAMP '2026-02-28 12:30:00'"],
    ['timestamp', '2026-02-28 25:00', undefined],
    ['binary', 'x', undefined],
    ['array<int>', '1', undefined],
  ])('writes a value of the type %s: %s', (type, value, sql) => {
    expect(typedLiteral(value, type)).toBe(sql);
  });

  test.each([
    ['SELECT 1', undefined],
    ["  with a as (select ';') select * from a; ", undefined],
    ['(SELECT 1) UNION (SELECT 2)', undefined],
    ['-- how many\nSELECT 1 /* ; */', undefined],
    ['SELECT \';\', "a;b"', undefined],
    ['DELETE FROM t', 'does not begin with SELECT or WITH'],
    ['SELECT 1; DROP TABLE t', 'is more than one statement'],
    ["SELECT 'a", 'has a quotation mark that does not end'],
    ['', 'does not begin with SELECT or WITH'],
  ])('tells one query from everything else: %s', (sql, problem) => {
    expect(statementProblem(sql)).toBe(problem);
  });

  test('runs a query without what ends it', () => {
    expect(bareStatement(' SELECT 1 ;\n')).toBe('SELECT 1');
  });
});
