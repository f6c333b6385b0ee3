import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aviation } from '../local/mesh.ts';

/** What looks like a local mesh to a command: a folder whose `.weft/local.json` names a server that answers what it is told to. */
export interface FakeMesh {
  readonly cwd: string;
  /** Answers by path below the API, e.g. `/products`; what is not there is not found. */
  readonly answers: Record<string, unknown>;
  /** Milliseconds before each answer of the API. */
  delay: number;
  close(): Promise<void>;
}

export async function fakeMesh(answers: Record<string, unknown>): Promise<FakeMesh> {
  const mesh = { cwd: mkdtempSync(join(tmpdir(), 'weft-fake-')), answers, delay: 0 };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://fake').pathname;
    const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };
    const answer = path === '/_weft/credentials' ? keys : mesh.answers[path.replace(/^\/api/, '')];
    const send = () => {
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? { message: `no ${path}` }));
    };
    setTimeout(send, path.startsWith('/_weft') ? 0 : mesh.delay);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const local = { endpoint, pid: process.pid, region: 'us-east-1', apiUrl: `${endpoint}/api`, topology: aviation() };
  mkdirSync(join(mesh.cwd, '.weft'));
  writeFileSync(join(mesh.cwd, '.weft/local.json'), JSON.stringify(local));
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return Object.assign(mesh, { close });
}

/** A product and a subscription as the API tells them, as far as names go. */
export const NAMED = {
  '/products': {
    products: [
      { domain: 'flight-operations', name: 'flights', major: 1 },
      { domain: 'flight-operations', name: 'flights', major: 2 },
      { domain: 'airport-reference', name: 'airports', major: 1 },
    ],
  },
  '/subscriptions': { subscriptions: [{ id: 'flight-operations.flights.v1.analytics.x1' }] },
};
