import { setTimeout as sleep } from 'node:timers/promises';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Problem, WeftError } from '#mesh/error.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ApiCall {
  readonly method: 'GET' | 'POST';
  /** Path below the stage, e.g. `/products`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

interface ErrorBody {
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly problems?: readonly Problem[];
  };
  /** API Gateway's own refusals have no `error`. */
  readonly message?: string;
  readonly Message?: string;
  readonly requestId?: string;
}

interface ApiTarget {
  readonly apiUrl: string;
  readonly region: string;
  readonly credentials: Keys;
}

/** How often, and for how long at most, it waits for its account's share of the API. */
const WAITS = 3;
const LONGEST_WAIT = 30;

/**
 * One signed call of the governance API. Told to come again (WEFT-API-010: nothing was begun) it waits and does.
 * @throws WeftError with the code, message, hint and problems of an error answer; `WEFT-CLI-006` when there is no answer.
 */
export async function callApi<T>(target: ApiTarget, call: ApiCall): Promise<T> {
  for (let left = WAITS; ; left -= 1) {
    const { response, answer } = await send(target, call);
    if (response.ok) return answer as T;
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    const error = errorOf(response.status, answer as ErrorBody);
    if (error.code !== 'WEFT-API-010' || left === 0 || !(seconds <= LONGEST_WAIT)) throw error;
    await sleep(seconds * 1000);
  }
}

async function send(target: ApiTarget, call: ApiCall): Promise<{ response: Response; answer: unknown }> {
  const url = new URL(target.apiUrl.replace(/\/$/, '') + call.path);
  const query = Object.fromEntries(
    Object.entries(call.query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const signer = new SignatureV4({
    credentials: target.credentials,
    region: target.region,
    service: 'execute-api',
    sha256: Sha256,
  });
  const signed = await signer.sign(
    new HttpRequest({
      method: call.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers: { host: url.host, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body,
    }),
  );
  const { host: _host, ...headers } = signed.headers;
  let response: Response;
  try {
    response = await fetch(`${url.href}${queryText(query)}`, { method: call.method, headers, body });
  } catch (error) {
    throw new WeftError('WEFT-CLI-006', `the governance API at ${url.host} does not answer`, {
      cause: error,
      source: 'user',
      hint: 'weft doctor looks for what is wrong; weft local status, whether the local mesh is up',
    });
  }
  const text = await response.text();
  return { response, answer: text === '' ? {} : (JSON.parse(text) as unknown) };
}

function queryText(query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString().replaceAll('+', '%20');
  return text === '' ? '' : `?${text}`;
}

function errorOf(status: number, body: ErrorBody): WeftError {
  const request = body.requestId === undefined ? '' : ` (request ${body.requestId})`;
  if (body.error === undefined) {
    return new WeftError('WEFT-CLI-007', `${body.message ?? body.Message ?? 'the API gave no reason'}${request}`, {
      source: status < 500 ? 'user' : 'system',
      details: { status },
      hint: status === 403 ? 'IAM refused it before the mesh saw it: take a role that may, with --as' : undefined,
    });
  }
  const { code, message, hint, problems } = body.error;
  return new WeftError(code, status < 500 ? message : `${message}${request}`, {
    source: 'user',
    hint,
    problems,
    details: { status },
  });
}
