import { mkdtempSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { LIMITS, readWhole } from '#local/core/admission.ts';
import { Cloud } from '#local/core/cloud.ts';
import { type LocalServer, serve } from '#local/core/server.ts';
import { adminHandler } from '#local/instance/admin.ts';

const CASES = parse(readFileSync(new URL('../../cases/local-hosts.yaml', import.meta.url), 'utf8')) as {
  hosts: readonly { host: string; answered: boolean }[];
  raw: readonly { what: string; method?: string; target?: string; lines: readonly string[]; status: number }[];
};

let server: LocalServer;

beforeAll(async () => {
  const cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')) });
  server = await serve(
    cloud,
    0,
    adminHandler(cloud, () => {}),
  );
});

afterAll(() => server.close());

/** What comes back for a request as it is written, which no client of HTTP would send. */
function sent(lines: readonly string[], method = 'GET', target = '/_weft/nothing'): Promise<string> {
  const filled = lines.map((line) =>
    line.replace('{port}', String(server.port)).replace('{long}', 'x'.repeat(LIMITS.headers)),
  );
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(server.port, '127.0.0.1', () =>
      socket.write([`${method} ${target} HTTP/1.1`, ...filled, '', ''].join('\r\n')),
    );
    socket.on('data', (chunk) => {
      text += chunk;
      // The head is enough.
      if (text.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);

test.each(
  CASES.hosts.map(({ host, answered }) => [host, answered] as const),
)('as %p it answers: %p', async (host, answered) => {
  expect(statusOf(await sent([`Host: ${host}`]))).toBe(answered ? 404 : 421);
});

test.each(CASES.raw.map((one) => [one.what, one] as const))('%s', async (_what, { lines, method, target, status }) => {
  const text = await sent(lines, method, target);
  expect(statusOf(text)).toBe(status);
  expect(text.toLowerCase()).not.toContain('access-control-allow');
});

test('a page may ask no service either: nothing allows it to read an answer', async () => {
  const text = await sent(
    ['Host: 127.0.0.1', 'Origin: https://evil.example', 'Access-Control-Request-Method: PUT'],
    'OPTIONS',
    '/bucket/key',
  );
  expect(text.toLowerCase()).not.toContain('access-control-allow');
});

test('a body that is longer than it may be is read no further', async () => {
  let read = 0;
  async function* endless() {
    for (;;) {
      read += 1;
      yield Buffer.alloc(10);
    }
  }
  expect(await readWhole(endless(), 25)).toMatchObject({ status: 413, text: expect.stringContaining('25 bytes') });
  expect(read).toBe(3);
});
