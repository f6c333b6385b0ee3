import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { WeftError } from '#mesh/error.ts';
import { LIMITS, type Refusal, readWhole, refusalOf } from './admission.ts';
import type { Cloud } from './cloud.ts';
import type { WireRequest, WireResponse } from './service.ts';

export interface LocalServer {
  readonly port: number;
  readonly endpoint: string;
  close(): Promise<void>;
}

/** The certificate and the key of a server that speaks TLS, as PEM. */
export interface ServerIdentity {
  readonly cert: string;
  readonly key: string;
}

/** A request that does not come to its end in time is given up, so that slow ones hold nothing. */
const PATIENCE = {
  maxHeaderSize: LIMITS.headers,
  headersTimeout: LIMITS.headersTimeout,
  requestTimeout: LIMITS.requestTimeout,
  connectionsCheckingInterval: 5_000,
};

/** Answers paths that are not AWS's: `/_weft/…`. Undefined: not mine. */
export type AdminHandler = (request: WireRequest) => Promise<WireResponse> | undefined;

/**
 * Serves a cloud over HTTP on 127.0.0.1, every service on one port. Requests for another host name are refused, so that no web page can
 * reach it by rebinding a name.
 * @param port 0 takes a free one.
 * @throws WeftError `WEFT-LOCAL-001` when the port is taken.
 */
export async function serve(cloud: Cloud, port: number, admin?: AdminHandler): Promise<LocalServer> {
  const server = createServer(PATIENCE, (incoming, outgoing) => void answer(cloud, admin, incoming, outgoing));
  const served = await start(server, port, 'http');
  cloud.endpoint = served.endpoint;
  return served;
}

/**
 * Serves a cloud over HTTPS on 127.0.0.1 as well, for clients that speak nothing else, without its administration.
 * @param port 0 takes a free one.
 * @throws WeftError `WEFT-LOCAL-001` when the port is taken.
 */
export function serveTls(cloud: Cloud, port: number, identity: ServerIdentity): Promise<LocalServer> {
  const options = { ...PATIENCE, ...identity, minVersion: 'TLSv1.2' as const };
  const server = createTlsServer(options, (incoming, outgoing) => void answer(cloud, undefined, incoming, outgoing));
  return start(server, port, 'https');
}

async function start(server: Server, port: number, protocol: string): Promise<LocalServer> {
  server.keepAliveTimeout = 60_000;
  server.maxConnections = LIMITS.connections;
  await listen(server, port);
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    endpoint: `${protocol}://127.0.0.1:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answer(
  cloud: Cloud,
  admin: AdminHandler | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
) {
  try {
    const refusal = refusalOf(incoming);
    if (refusal !== undefined) return refuse(outgoing, refusal);
    const body = await readWhole(incoming);
    if ('status' in body) return refuse(outgoing, body);
    const request = requestOf(incoming, body);
    send(outgoing, (await admin?.(request)) ?? (await cloud.handle(request)));
  } catch (error) {
    if (!outgoing.headersSent) send(outgoing, { status: 500, headers: {}, body: `${error}\n` });
  }
}

/** What comes after a refused request on the same connection is its own body. */
function refuse(outgoing: ServerResponse, { status, text }: Refusal): void {
  send(outgoing, { status, headers: { 'content-type': 'text/plain', connection: 'close' }, body: `${text}\n` });
}

function requestOf(incoming: IncomingMessage, body: Buffer): WireRequest {
  const url = incoming.url ?? '/';
  const mark = url.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? {} : Object.fromEntries(new URLSearchParams(url.slice(mark + 1))),
    headers,
    body,
  };
}

function send(outgoing: ServerResponse, response: WireResponse): void {
  const body = typeof response.body === 'string' ? Buffer.from(response.body) : response.body;
  outgoing.writeHead(response.status, { 'content-length': body.length, ...response.headers });
  outgoing.end(body);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(
        new WeftError('WEFT-LOCAL-001', `port ${port} is taken`, {
          source: 'user',
          hint: 'stop what holds it, or give another port with --port, or 0 for a free one',
        }),
      );
    });
    server.listen(port, '127.0.0.1', () => resolve());
  });
}
