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
    expect(await keepQuery(MESSAGE, { trail, parser })).toBe('read');
    expect(await keepQuery({ ...MESSAGE, sql: 'SELECT forged' }, { trail, parser })).toBe('known');
    const [[key, body] = ['', '']] = trail.objects;
    expect(key).toBe(`queries/210000000014/2026/05/03/${MESSAGE.id}.json`);
    expect(JSON.parse(body)).toEqual({
      ...MESSAGE,
      tables: [{ account: '210000000014', databaseName: 'here', tableName: 't' }],
      columns: [{ databaseName: 'here', tableName: 't', columnName: 'a' }],
    });
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
    expect(await keepQuery(message, { trail, parser: reader })).toBe('unread');
    expect(JSON.parse([...trail.objects.values()][0] ?? '')).toEqual(message);
  });
});
