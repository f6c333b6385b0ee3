import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Execution } from '#aws/query-history.ts';
import { sweepQueries, tellQuery } from '#control/watch-queries.ts';
import { parseQueryMessage } from '#mesh/audit/reads/execution.ts';

const ID = (index: number) => `00000000-0000-0000-0000-${String(index).padStart(12, '0')}`;
const digest = (text: string) => createHash('sha256').update(text).digest('hex');

function execution(index: number, more: Partial<Execution> = {}, State = 'SUCCEEDED'): Execution {
  return {
    QueryExecutionId: ID(index),
    Query: 'SELECT 1',
    WorkGroup: 'aviation-analytics',
    Status: { State, SubmissionDateTime: 1_000_000 - index, CompletionDateTime: 1_000_001 },
    ...more,
  };
}

/** A history of pages of two, and what was told of it. */
function world(executions: readonly Execution[]) {
  const told: string[] = [];
  let pages = 0;
  const deps = {
    history: {
      execution: async (id: string) => executions.find((one) => one.QueryExecutionId === id) as Execution,
      async *pages() {
        for (let at = 0; at < executions.length; at += 2) {
          pages += 1;
          yield executions.slice(at, at + 2);
        }
      },
    },
    queue: { send: async (body: string) => void told.push(body) },
    account: '210000000014',
    region: 'us-east-1',
    digest,
  };
  return { deps, told, pages: () => pages };
}

describe('what a domain tells of its queries', () => {
  test('is the whole of an execution that has ended', async () => {
    const { deps, told } = world([execution(1)]);
    expect(await tellQuery(ID(1), deps)).toBe(true);
    expect(parseQueryMessage(told[0] ?? '')).toMatchObject({
      id: ID(1),
      account: '210000000014',
      submittedAt: '1970-01-12T13:46:39.000Z',
      state: 'SUCCEEDED',
      sql: 'SELECT 1',
      sqlSha256: digest('SELECT 1'),
      databaseName: 'default',
      scannedBytes: 0,
    });
  });

  test('is nothing of one that runs still', async () => {
    const { deps, told } = world([execution(1, {}, 'RUNNING')]);
    expect([await tellQuery(ID(1), deps), told]).toEqual([false, []]);
  });

  test('fits into a message however long the text is, which its hash still tells', async () => {
    const Query = `SELECT '${'é'.repeat(260_000)}'`;
    const { deps, told } = world([execution(1, { Query })]);
    await tellQuery(ID(1), deps);
    expect(Buffer.byteLength(told[0] ?? '')).toBeLessThan(256 * 1024);
    const message = parseQueryMessage(told[0] ?? '');
    expect(message).toMatchObject({ cut: true, sqlSha256: digest(Query) });
    expect(Query.startsWith(message.sql)).toBe(true);
  });

  test('is, once a day, each that no event told of, back to what is old', async () => {
    const { deps, told, pages } = world([1, 2, 3, 4, 5, 6, 7, 8].map((index) => execution(index)));
    expect(await sweepQueries('aviation-analytics', (1_000_000 - 3) * 1000, deps)).toBe(3);
    expect(told.map((body) => parseQueryMessage(body).id)).toEqual([ID(1), ID(2), ID(3)]);
    expect(pages()).toBe(3);
  });
});

describe('a message of the queue', () => {
  test('that is no execution is refused with all that is wrong', () => {
    const body = JSON.stringify({ id: '../x', account: '1', submittedAt: 'today' });
    expect(() => parseQueryMessage(body)).toThrow(
      /region is missing.*account is "1".*id is "..\/x".*submittedAt is "today"/s,
    );
  });

  const message = {
    ...{
      id: ID(1),
      account: '210000000014',
      region: 'us-east-1',
      workgroup: 'w',
      submittedAt: '2026-03-01T00:00:00.000Z',
    },
    ...{ state: 'SUCCEEDED', sql: 'SELECT 1', sqlSha256: 'x', databaseName: 'default', scannedBytes: 1 },
  };

  // What is kept stays for years, and one line that cannot be read as its table says fails each query over the table.
  test.each([
    [{ scannedBytes: 'many' }, /scannedBytes is "many"/],
    [{ scannedBytes: undefined }, /scannedBytes is undefined/],
    [{ scannedBytes: 1.5 }, /scannedBytes is 1.5/],
    [{ submittedAt: '2026-03-01Tnever' }, /submittedAt is "2026-03-01Tnever"/],
    [{ submittedAt: '2026-13-41T00:00:00.000Z' }, /submittedAt is/],
    [{ submittedAt: '2026-03-01T00:00:00+02:00' }, /submittedAt is/],
    [{ completedAt: 7 }, /completedAt is no text/],
    [{ completedAt: 'soon' }, /completedAt is "soon"/],
    [{ statementType: {} }, /statementType is no text/],
    [{ state: 'RUNNING' }, /state is "RUNNING"/],
    [{ cut: 'yes' }, /cut is "yes"/],
    [{ workgroup: 'w'.repeat(2000) }, /workgroup has more than 1000 characters/],
  ])('with %j is refused', (more, why) => {
    expect(() => parseQueryMessage(JSON.stringify({ ...message, ...more }))).toThrow(why);
  });

  test('keeps nothing of what whoever sends it adds: what a text reads is not for the sender to say', () => {
    const tables = [{ account: '1', databaseName: 'x', tableName: 'y' }];
    expect(parseQueryMessage(JSON.stringify({ ...message, cut: true, tables, columns: 5, other: 1 }))).toEqual({
      ...message,
      cut: true,
    });
  });
});
