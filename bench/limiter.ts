import { Readable } from 'node:stream';
import { type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import type { Patience } from '#aws/retry.ts';
import { bodyOf, type Handler } from './governance.ts';

/** What a service lets through, and what it gets wrong, by assumption: none of it is measured on AWS. */
export interface Limits {
  /** Requests a second. */
  readonly rate: number;
  /** Requests that may come at once after a rest. */
  readonly burst: number;
  /** The share of requests that meet another writer and are refused whole. */
  readonly concurrent: number;
  /** The share of entries of a batch that are refused alone. */
  readonly partial: number;
  /** What one request takes, in milliseconds. */
  readonly latency: number;
}

/** A time that passes only where somebody waits, and chance from a seed. */
export interface VirtualTime extends Patience {
  now(): number;
}

/** Virtual time from zero; the chance is a small generator of its own (mulberry32), so that a seed tells the whole run. */
export function virtualTime(seed: number): VirtualTime {
  let now = 0;
  let state = seed >>> 0;
  return {
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    random: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    },
  };
}

/** What went through a limiter. */
export interface Traffic {
  /** Requests that used up a part of the rate, those that met another writer included. */
  admitted: number;
  /** Requests refused because the rate was used up. */
  throttled: number;
  /** Requests that met another writer. */
  concurrent: number;
  /** Entries of batches refused alone. */
  partial: number;
}

const BATCH = /Batch(Grant|Revoke)Permissions$/;

/** Stands before the requests of a client: a bucket of tokens in virtual time, and refusals by chance. */
export function limited(inner: Handler, limits: Limits, time: VirtualTime): Handler & { readonly traffic: Traffic } {
  const traffic: Traffic = { admitted: 0, throttled: 0, concurrent: 0, partial: 0 };
  let tokens = limits.burst;
  let at = time.now();
  const take = (): boolean => {
    tokens = Math.min(limits.burst, tokens + ((time.now() - at) / 1000) * limits.rate);
    at = time.now();
    // Sums of fractions fall a hair short of the whole.
    if (tokens < 1 - 1e-9) return false;
    tokens -= 1;
    return true;
  };
  return {
    traffic,
    async handle(request) {
      await time.sleep(limits.latency);
      if (!take()) {
        traffic.throttled += 1;
        return refusal('ThrottlingException', 'Rate exceeded');
      }
      traffic.admitted += 1;
      if (time.random() < limits.concurrent) {
        traffic.concurrent += 1;
        return refusal('ConcurrentModificationException', 'Concurrent modification');
      }
      const batch = BATCH.test(request.path) || BATCH.test(String(request.headers['x-amz-target'] ?? ''));
      return batch ? withoutSome(inner, request, limits, time, traffic) : inner.handle(request);
    },
  };
}

/** Keeps some entries of a batch from the service and answers for them. */
async function withoutSome(inner: Handler, request: HttpRequest, limits: Limits, time: VirtualTime, traffic: Traffic) {
  const body = JSON.parse(Buffer.from(request.body).toString()) as { Entries: object[] };
  const refused = body.Entries.filter(() => time.random() < limits.partial);
  if (refused.length === 0) return inner.handle(request);
  traffic.partial += refused.length;
  const Failures = refused.map((RequestEntry) => ({
    RequestEntry,
    Error: { ErrorCode: 'ConcurrentModificationException', ErrorMessage: 'Concurrent modification' },
  }));
  const Entries = body.Entries.filter((entry) => !refused.includes(entry));
  if (Entries.length === 0) return { response: answer(200, { Failures }) };
  const { response } = await inner.handle(
    Object.assign(request, { body: Buffer.from(JSON.stringify({ ...body, Entries })) }),
  );
  const said = JSON.parse((await bodyOf(response)).toString()) as { Failures?: object[] };
  return { response: answer(200, { ...said, Failures: [...(said.Failures ?? []), ...Failures] }) };
}

function refusal(type: string, message: string): { response: HttpResponse } {
  return { response: answer(400, { __type: type, message }) };
}

function answer(statusCode: number, body: object): HttpResponse {
  return new HttpResponse({
    statusCode,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      ...(statusCode === 200 ? {} : { 'x-amzn-errortype': (body as { __type: string }).__type }),
    },
    body: Readable.from([Buffer.from(JSON.stringify(body))]),
  });
}
