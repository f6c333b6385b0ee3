import { describe, expect, test } from '@jest/globals';
import { keepQuery } from '#control/keep-query.ts';
import type { QueryMessage } from '#mesh/audit/reads/execution.ts';
import type { SqlParser } from '#mesh/audit/reads/sql-parser.ts';

const MESSAGE: QueryMessage = {
  id: '00000000-0000-0000-0000-000000000001',
  account: '210000000014',
  region: 'us-east-1',
  workgroup: 'aviation-analytics',
  submittedAt: '2026-05-03T10:00:00.000Z',
  state: 'SUCCEEDED',
  sql: 'SELECT a FROM t',
  sqlSha256: 'ab',
  databaseName: 'here',
  scannedBytes: 7,
};
const parser: SqlParser = () => ({
  tables: [{ name: 't', table: 't' }],
  columns: [{ column: 'a', table: 't' }],
  tree: [],
});

const KEEP_ALL = { capture: [] };

/** A bucket in which every key is written once. */
function bucket() {
  const objects = new Map<string, string>();
  const put = async (key: string, body: string) => {
    if (objects.has(key)) return false;
    objects.set(key, body);
    return true;
  };
  return { objects, put };
}

describe('an execution is kept', () => {
  test('once, under its account and day, with what it reads', async () => {
    const trail = bucket();
    expect(await keepQuery(MESSAGE, { trail, parser, rules: KEEP_ALL })).toBe('read');
    expect(await keepQuery({ ...MESSAGE, sql: 'SELECT forged' }, { trail, parser, rules: KEEP_ALL })).toBe('known');
    const [[key, body] = ['', '']] = trail.objects;
    expect(key).toBe(`queries/210000000014/2026/05/03/${MESSAGE.id}.json`);
    expect(JSON.parse(body)).toEqual({
      ...MESSAGE,
      tables: [{ account: '210000000014', databaseName: 'here', tableName: 't' }],
      columns: [{ databaseName: 'here', tableName: 't', columnName: 'a' }],
    });
  });

  test('of its text what the rules say of the products that it reads', async () => {
    const rules = {
      capture: [
        { products: ['wildlife-safety/*'], sql: 'hash' as const },
        { products: ['hr/pay-roll'], sql: 'none' as const },
      ],
    };
    const reading =
      (...databases: string[]): SqlParser =>
      () => ({
        tables: databases.map((database) => ({ name: `${database}.t`, schema: database, table: 't' })),
        columns: [],
        tree: [],
      });
    const keptText = async (...databases: string[]) => {
      const trail = bucket();
      const sql = `SELECT 1 FROM ${databases.map((database) => `${database}.t`).join(', ')}`;
      await keepQuery({ ...MESSAGE, sql }, { trail, parser: reading(...databases), rules });
      const kept = JSON.parse([...trail.objects.values()][0] ?? '');
      return [kept.sql === sql ? 'text' : kept.sql, kept.sqlSha256, kept.tables.length];
    };
    expect(await keptText('wildlife_safety__bird_strikes__v1')).toEqual(['', 'ab', 1]);
    expect(await keptText('hr__pay_roll__v2')).toEqual(['', '', 1]);
    expect(await keptText('flight_operations__flights__v1')).toEqual(['text', 'ab', 1]);
    // Of several products the fullest counts.
    expect(await keptText('hr__pay_roll__v2', 'wildlife_safety__bird_strikes__v1')).toEqual(['', 'ab', 2]);
  });

  test.each([
    ['cannot be read', MESSAGE, () => undefined],
    [
      'lets the parser fail',
      MESSAGE,
      () => {
        throw new Error('unreachable');
      },
    ],
    ['was cut', { ...MESSAGE, cut: true as const }, parser],
  ])('also when its text %s', async (_, message, reader: SqlParser) => {
    const trail = bucket();
    expect(await keepQuery(message, { trail, parser: reader, rules: KEEP_ALL })).toBe('unread');
    expect(JSON.parse([...trail.objects.values()][0] ?? '')).toEqual(message);
  });
});
