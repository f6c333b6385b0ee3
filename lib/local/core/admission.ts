import type { IncomingMessage } from 'node:http';

/** The name of an API on API Gateway: whoever was told its address may reach it through the local endpoint, and no page of the web can bear it. */
const API_HOST = /^[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com$/i;
const LOCAL_HOSTS = /^(127\.0\.0\.1|localhost|\[::1\]|(?:[a-z0-9.-]+\.)?localhost)(:\d+)?$/i;

/** What a request may take of the process that runs everything. */
export const LIMITS = {
  /** Bytes of a body, which is kept in memory as a whole: larger objects come to S3 in parts. */
  body: 256 * 1024 * 1024,
  /** Bytes of all headers. */
  headers: 32 * 1024,
  /** Milliseconds for the headers to come, and for the whole request. */
  headersTimeout: 15_000,
  requestTimeout: 300_000,
  connections: 4_096,
} as const;

/** A request that is refused before it is read. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
}

/** Why a request is not answered: it is for another host, for two at once, for a proxy, or too big. */
export function refusalOf(incoming: Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'url'>): Refusal | undefined {
  const { headers, rawHeaders, url = '' } = incoming;
  const { host = '' } = headers;
  const named = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length;
  if (named !== 1) return { status: 400, text: `the request names ${named} hosts, not one` };
  if (!LOCAL_HOSTS.test(host) && !API_HOST.test(host))
    return { status: 421, text: 'weft local answers on 127.0.0.1 only' };
  // A whole URL in the first line is a request to a proxy, whose host is another than the header's.
  if (!url.startsWith('/') && url !== '*')
    return { status: 400, text: 'weft local is no proxy: the path has to begin with /' };
  if (Number(headers['content-length'] ?? 0) > LIMITS.body) return tooLarge(LIMITS.body);
  return undefined;
}

/** Whether a web page sent it: browsers say so of everything but what somebody typed. */
export function isOfPage(headers: Readonly<Record<string, string | undefined>>): boolean {
  const site = headers['sec-fetch-site'];
  return headers.origin !== undefined || (site !== undefined && site !== 'none');
}

/** The whole body, or why it is refused. */
export async function readWhole(chunks: AsyncIterable<unknown>, most: number = LIMITS.body): Promise<Buffer | Refusal> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += (chunk as Buffer).length;
    if (bytes > most) return tooLarge(most);
    kept.push(chunk as Buffer);
  }
  return Buffer.concat(kept);
}

function tooLarge(most: number): Refusal {
  return { status: 413, text: `the body is larger than the ${most} bytes that weft local takes at once` };
}
