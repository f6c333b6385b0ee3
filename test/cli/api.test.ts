import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { callApi } from '#cli/api.ts';

let server: Server;
let asked = 0;

afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/** An API that gives these answers one after the other, the last one again and again. */
async function api(...answers: { status: number; code?: string; after?: string }[]) {
  asked = 0;
  server = createServer((_request, response) => {
    const { status, code, after } = answers[Math.min(asked, answers.length - 1)] ?? { status: 500 };
    asked += 1;
    response.writeHead(status, after === undefined ? {} : { 'retry-after': after });
    response.end(
      JSON.stringify(code === undefined ? { done: true } : { error: { code, message: 'no' }, requestId: 'r' }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' };
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return callApi({ apiUrl, region: 'us-east-1', credentials }, { method: 'POST', path: '/products', body: {} });
}

const SHARE = { status: 429, code: 'WEFT-API-010', after: '0' };

test('a call that was not begun is sent again when its account may', async () => {
  expect(await api(SHARE, SHARE, { status: 202 })).toEqual({ done: true });
  expect(asked).toBe(3);
});

test.each([
  ['three times and no more', [SHARE], 'WEFT-API-010', 4],
  ['not when it would wait for long', [{ ...SHARE, after: '31' }], 'WEFT-API-010', 1],
  ['not when nobody says for how long', [{ status: 429, code: 'WEFT-API-010' }], 'WEFT-API-010', 1],
  ['not when something may have been done', [{ status: 429, code: 'WEFT-API-429', after: '0' }], 'WEFT-API-429', 1],
  ['not when it is refused', [{ status: 403, code: 'WEFT-AUTH-002', after: '0' }], 'WEFT-AUTH-002', 1],
])('%s', async (_what, answers, code, times) => {
  await expect(api(...answers)).rejects.toMatchObject({ code });
  expect(asked).toBe(times);
});
