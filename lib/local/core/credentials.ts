import { createHash, createHmac } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsError } from './error.ts';
import type { Authenticated, Caller, WireRequest } from './service.ts';
import type { Store } from './store.ts';

/** A key pair that STS handed out, and whom it stands for. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: number;
  readonly caller: Caller;
}

const NAMESPACE = 'sts/keys';
const SCOPE =
  /Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})/;

/** Makes keys for a caller and remembers them in the store. `id` makes them repeatable in tests. */
export function issueCredentials(store: Store, caller: Caller, expiration: number, id: string): Credentials {
  const digest = createHash('sha256').update(id).digest('hex');
  const credentials: Credentials = {
    accessKeyId: `ASIA${digest.slice(0, 16).toUpperCase()}`,
    secretAccessKey: createHash('sha256').update(`secret ${id}`).digest('base64url').slice(0, 40),
    sessionToken: createHash('sha256').update(`token ${id}`).digest('base64url'),
    expiration,
    caller,
  };
  store.put(NAMESPACE, credentials.accessKeyId, credentials);
  return credentials;
}

/**
 * Checks the SigV4 signature of a request (headers or presigned query).
 * @throws AwsError `MissingAuthenticationToken`, `InvalidClientTokenId`, `ExpiredToken` or `SignatureDoesNotMatch`, all 403.
 */
export async function authenticate(store: Store, request: WireRequest, now: number): Promise<Authenticated> {
  const presigned = request.query['X-Amz-Credential'];
  if (presigned !== undefined) return authenticatePresigned(store, request, presigned, now);
  const header = request.headers.authorization;
  if (header === undefined) throw new AwsError('MissingAuthenticationToken', 'Missing Authentication Token', 403);
  const scope = SCOPE.exec(header);
  if (scope === null)
    throw new AwsError('IncompleteSignature', 'the Authorization header is not AWS Signature Version 4', 403);
  const [, key = '', , region = '', service = '', signedHeaders = '', signature = ''] = scope;
  const credentials = lookUp(store, key, request.headers['x-amz-security-token'], now);
  const names = new Set(signedHeaders.split(';'));
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => names.has(name)));
  const signer = signerFor(credentials, region, service);
  const signed = await signer.sign(toHttpRequest(request, headers), {
    signingDate: signingDate(request.headers['x-amz-date']),
    signableHeaders: names,
    unsignableHeaders: new Set(['authorization']),
  });
  const expected = SCOPE.exec(signed.headers.authorization ?? '')?.[6];
  if (expected !== signature) throw mismatch();
  return { caller: credentials.caller, service, region };
}

async function authenticatePresigned(
  store: Store,
  request: WireRequest,
  scope: string,
  now: number,
): Promise<Authenticated> {
  const [key = '', , region = '', service = ''] = scope.split('/');
  const credentials = lookUp(store, key, request.query['X-Amz-Security-Token'], now);
  const signedAt = signingDate(request.query['X-Amz-Date']);
  const seconds = Number(request.query['X-Amz-Expires'] ?? '0');
  if (now > signedAt.getTime() + seconds * 1000) throw new AwsError('AccessDenied', 'Request has expired', 403);
  if (presignature(request, credentials, scope) !== request.query['X-Amz-Signature']) throw mismatch();
  return { caller: credentials.caller, service, region };
}

/** The signature that a presigned URL must carry; S3 does not sign the body unless the URL says so. */
function presignature(request: WireRequest, { secretAccessKey }: Credentials, credential: string): string {
  const [, date = '', region = '', service = ''] = credential.split('/');
  const { query, headers } = request;
  const names = (query['X-Amz-SignedHeaders'] ?? 'host').split(';');
  const payload =
    query['X-Amz-Content-Sha256'] ??
    headers['x-amz-content-sha256'] ??
    (service === 's3' ? 'UNSIGNED-PAYLOAD' : createHash('sha256').update(request.body).digest('hex'));
  const canonical = [
    request.method,
    service === 's3' ? request.path : request.path.split('/').map(escapeUri).join('/'),
    Object.entries(query)
      .filter(([name]) => name !== 'X-Amz-Signature')
      .map(([name, value]) => [escapeUri(name), escapeUri(value)] as const)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&'),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/\s+/g, ' ')}`),
    '',
    names.join(';'),
    payload,
  ].join('\n');
  const text = [
    'AWS4-HMAC-SHA256',
    query['X-Amz-Date'] ?? '',
    `${date}/${region}/${service}/aws4_request`,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${secretAccessKey}`,
  );
  return createHmac('sha256', key).update(text).digest('hex');
}

function escapeUri(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function lookUp(store: Store, key: string, token: string | undefined, now: number): Credentials {
  const credentials = store.get<Credentials>(NAMESPACE, key);
  if (credentials === undefined || credentials.sessionToken !== token) {
    throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
  }
  if (credentials.expiration < now) {
    throw new AwsError('ExpiredToken', 'The security token included in the request is expired', 403);
  }
  return credentials;
}

function signerFor(credentials: Credentials, region: string, service: string): SignatureV4 {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    region,
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: false,
  });
}

function toHttpRequest(request: WireRequest, headers: Record<string, string>): HttpRequest {
  return new HttpRequest({
    method: request.method,
    protocol: 'http:',
    hostname: '127.0.0.1',
    // S3 signs the path as sent; everybody else signs it escaped once more, which the signer does.
    path: request.path,
    query: { ...request.query },
    headers,
    body: request.body,
  });
}

function signingDate(text: string | undefined): Date {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '');
  if (match === null) throw new AwsError('IncompleteSignature', 'the request has no valid X-Amz-Date', 403);
  const [, y, mo, d, h, mi, s] = match.map(Number);
  return new Date(Date.UTC(y ?? 0, (mo ?? 1) - 1, d, h, mi, s));
}

function mismatch(): AwsError {
  return new AwsError(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    403,
  );
}
