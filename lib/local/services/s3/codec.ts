import { escapeXml } from '../../core/codecs.ts';
import type { Codec, WireRequest } from '../../core/service.ts';
import { s3Error } from './failure.ts';
import { ROUTES } from './routes.ts';

/** The input of every operation of S3; headers, query and body are those of the request. */
export interface S3Input {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

/** What an operation answers: headers and either XML or bytes. */
export interface S3Output {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: Buffer | string;
}

/** REST with XML: bucket and key in the path, or the bucket in the host name; the operation follows from method and query. */
export const s3Codec: Codec = {
  decode(request) {
    const { Bucket, Key } = addressOf(request);
    const level = Bucket === '' ? 'service' : Key === '' ? 'bucket' : 'object';
    const route = ROUTES.find(
      ({ method, on, query, header }) =>
        method === request.method &&
        on === level &&
        (query === undefined || query in request.query) &&
        (header === undefined || header in request.headers),
    );
    if (route?.operation === undefined) throw s3Error('MethodNotAllowed');
    const input: S3Input = { Bucket, Key, VersionId: request.query.versionId };
    return { operation: route.operation, input };
  },
  encode(_operation, output, { requestId }) {
    const { status = 200, headers = {}, body = '' } = output as S3Output;
    const present = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const all: Record<string, string> = { ...Object.fromEntries(present), 'x-amz-request-id': requestId };
    if (typeof body === 'string' && body !== '') all['content-type'] ??= 'application/xml';
    return { status, headers: all, body };
  },
  encodeError(error, requestId) {
    const { bodiless, headers, ...members } = error.members as { bodiless?: boolean; headers?: Record<string, string> };
    const more = Object.entries(members).map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`);
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message>${more.join('')}<RequestId>${requestId}</RequestId></Error>`;
    return {
      status: error.status,
      headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId, ...headers },
      body: bodiless === true ? '' : xml,
    };
  },
};

/** Virtual-host style: `<bucket>.s3.localhost:4566`, `<bucket>.localhost`. */
function addressOf(request: WireRequest): { Bucket: string; Key: string } {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  const [, named] = /^(.+?)(?:\.s3(?:[.-][a-z0-9-]+)?)?\.localhost$/.exec(host) ?? [];
  const path = request.path.replace(/^\//, '');
  if (named !== undefined && named !== 's3') return { Bucket: named, Key: decodeKey(path) };
  const slash = path.indexOf('/');
  if (slash < 0) return { Bucket: decodeKey(path), Key: '' };
  return { Bucket: decodeKey(path.slice(0, slash)), Key: decodeKey(path.slice(slash + 1)) };
}

/** A key or a name as it stands in an address. @throws AwsError `InvalidURI` */
export function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw s3Error('InvalidURI', "Couldn't parse the specified URI.");
  }
}
