import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { QueryResult } from '#aws/athena.ts';
import { processIo } from '#cli/io.ts';
import { History } from '#cli/query/history.ts';
import { Repl } from '#cli/query/repl.ts';
import { userError } from '#mesh/error.ts';

const COLUMNS = [
  { database: 'sales__orders__v1', table: 'orders', column: 'amount', type: 'double' },
  { database: 'sales__orders__v1', table: 'orders', column: 'buyer', type: 'varchar' },
];

/** A session on a pair of streams, with a terminal's keys or without. */
function open({ terminal = false, env = {} as Record<string, string> } = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const seen = { asked: [] as string[], stopped: 0, out: '', err: '', looked: 0 };
  output.on('data', () => undefined);
  const io = {
    ...processIo(),
    env,
    columns: 80,
    colour: false,
    out: (text: string) => {
      seen.out += text;
    },
    err: (text: string) => {
      seen.err += text;
    },
  };
  const run = async (sql: string, signal: AbortSignal): Promise<QueryResult> => {
    seen.asked.push(sql);
    if (sql === 'wrong') throw userError('WEFT-QUERY-001', 'line 1:1: mismatched input');
    if (sql === 'slow')
      await new Promise((_, fail) => {
        signal.addEventListener('abort', () => {
          seen.stopped += 1;
          fail(userError('WEFT-QUERY-002', 'query q was cancelled'));
        });
      });
    const columns = [{ name: 'n', type: 'bigint' }];
    return { id: 'q', columns, rows: [['42']], milliseconds: 7, scannedBytes: 1_500_000, submittedAt: new Date(0) };
  };
  const catalog = async () => {
    seen.looked += 1;
    return COLUMNS;
  };
  const history = new History(io);
  const repl = new Repl({ io, input, output, terminal, history, format: 'table', run, catalog });
  const done = repl.session();
  return { input, repl, seen, done };
}

let session: ReturnType<typeof open> | undefined;

afterEach(async () => {
  session?.input.end();
  await session?.done;
  session = undefined;
});

/** Types all of it and leaves; what was seen. */
async function typed(text: string, options: Parameters<typeof open>[0] = {}) {
  session = open(options);
  session.input.end(text);
  await session.done;
  return session.seen;
}

describe('the prompt', () => {
  test('runs statements that end with ; over several lines, in turn, and tells what each took', async () => {
    const seen = await typed('SELECT 1;\nSELECT\n  2\n; SELECT 3;\nSELECT 4');
    expect(seen.asked).toEqual(['SELECT 1', 'SELECT\n  2', 'SELECT 3']);
    expect(seen.out).toBe(' N\n42\n'.repeat(3));
    expect(seen.err).toMatch(/1 row\(s\), 0\.\d\d s \(7 ms in Athena\), 1\.5 MB scanned, query q/);
  });

  test('goes on after an error', async () => {
    const seen = await typed('wrong;\n.format pdf\n.nonsense\nSELECT 1;\n');
    expect(seen.asked).toEqual(['wrong', 'SELECT 1']);
    for (const part of ['WEFT-QUERY-001', 'WEFT-CLI-017', 'no command .nonsense']) expect(seen.err).toContain(part);
  });

  test('shows tables and columns, changes the format, leaves', async () => {
    const seen = await typed('.tables\n\\d orders\n.columns none\n.format csv\nSELECT 1;\n.help\n.quit\nSELECT 2;\n');
    expect(seen.out).toMatch(/sales__orders__v1\.orders\s+amount, buyer/);
    expect(seen.out).toMatch(/amount\s+double/);
    expect(seen.out).toContain('n\n42\n');
    expect(seen.out).toContain('.columns  <table>');
    expect(seen.err).toContain('no table "none"');
    expect({ asked: seen.asked, looked: seen.looked }).toEqual({ asked: ['SELECT 1'], looked: 1 });
  });

  test('completes from what the caller may read, which it asks for when it is needed', async () => {
    session = open();
    expect(session.seen.looked).toBe(0);
    expect(await session.repl.complete('select * from sales')).toEqual([
      ['sales__orders__v1', 'sales__orders__v1.orders'],
      'sales',
    ]);
    session.input.write('select *\nfrom sales__orders__v1.orders\n');
    await sleep(20);
    expect(await session.repl.complete('where bu')).toEqual([['buyer'], 'bu']);
    expect(session.seen.looked).toBe(1);
  });

  test('Ctrl-C stops the query that runs, throws away what is typed, and ends no session', async () => {
    session = open({ terminal: true });
    const { input, seen } = session;
    input.write('slow;\r');
    while (seen.asked.length === 0) await sleep(5);
    input.write('\u0003');
    while (!seen.err.includes('WEFT-QUERY-002')) await sleep(5);
    expect(seen.stopped).toBe(1);
    input.write('half of a statement');
    await sleep(20);
    input.write('\u0003');
    await sleep(20);
    input.write('SELECT 1;\r');
    while (seen.asked.length === 1) await sleep(5);
    expect(seen.asked).toEqual(['slow', 'SELECT 1']);
    input.write('\u0004');
    await session.done;
  });

  test('remembers statements for the next session, for its owner alone', async () => {
    const env = { XDG_DATA_HOME: mkdtempSync(join(tmpdir(), 'weft-history-')) };
    await typed('SELECT\n 1;\nSELECT 2;\nSELECT 2;\n', { env });
    const file = join(env.XDG_DATA_HOME, 'weft/query-history');
    expect(readFileSync(file, 'utf8')).toBe('SELECT 1\nSELECT 2\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    session = open({ terminal: true, env });
    session.input.write('\u001b[A\u001b[A\r');
    while (session.seen.asked.length === 0) await sleep(5);
    expect(session.seen.asked).toEqual(['SELECT 1']);
  });

  test('remembers nothing with WEFT_HISTORY=off', async () => {
    const env = { XDG_DATA_HOME: mkdtempSync(join(tmpdir(), 'weft-history-')), WEFT_HISTORY: 'off' };
    await typed('SELECT 1;\n', { env });
    expect(() => statSync(join(env.XDG_DATA_HOME, 'weft'))).toThrow('ENOENT');
  });
});
