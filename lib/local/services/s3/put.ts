import type { Context, WireRequest } from '../../core/service.ts';
import { type Bucket, requireBucket } from './bucket.ts';
import type { S3Input, S3Output } from './codec.ts';
import { causeOf } from './events.ts';
import { s3Error } from './failure.ts';
import type { ObjectFiles } from './files.ts';
import { currentVersion, type ObjectVersion } from './objects.ts';
import { readPayload } from './payload.ts';
import { encryptionHeaders, type ObjectOptions, storeObject } from './writing.ts';

const KEPT_HEADERS = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'];
const LONGEST_KEY = 1024;

export function requestOf(context: Context): WireRequest {
  if (context.request === undefined) throw s3Error('InvalidRequest', 'the operation needs a request from the wire');
  return context.request;
}

export function putObject(files: ObjectFiles, { Bucket, Key }: S3Input, context: Context): S3Output {
  const request = requestOf(context);
  const bucket = requireBucket(context, Bucket, 'PutObject', Key, requestKeys(request));
  checkLockRights(context, Bucket, Key);
  checkKey(Key);
  checkPreconditions(context, bucket, Key);
  const payload = readPayload(request);
  const { chunks, size, md5, checksums } = payload;
  const options = { ...optionsOf(bucket, request), checksums };
  const object = { key: Key, chunks, size, etag: md5, ...options };
  const version = storeObject(context.cloud, files, bucket, object, causeOf(context, 'PutObject'));
  return { headers: { etag: `"${version.etag}"`, ...versionHeaders(bucket, version), ...checksumHeaders(checksums) } };
}

export function versionHeaders(bucket: Bucket, version: ObjectVersion): Record<string, string | undefined> {
  return {
    'x-amz-version-id': bucket.versioning === undefined ? undefined : version.versionId,
    ...encryptionHeaders(version.encryption),
  };
}

export function checksumHeaders(checksums: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value]));
}

/** Condition keys that a bucket policy may ask about a write. */
export function requestKeys(request: WireRequest): Record<string, string> {
  const keys: Record<string, string> = {};
  for (const name of ['x-amz-server-side-encryption', 'x-amz-server-side-encryption-aws-kms-key-id', 'x-amz-acl']) {
    const value = request.headers[name];
    if (value !== undefined) keys[`s3:${name}`] = value;
  }
  for (const name of ['if-match', 'if-none-match']) {
    const value = request.headers[name];
    if (value !== undefined) keys[`s3:${name}`] = value;
  }
  return keys;
}

/** A write that says how long it is locked, or holds, needs the right to say so. @throws AwsError `AccessDenied`. */
function checkLockRights(context: Context, bucket: string, key: string): void {
  const { headers } = requestOf(context);
  if (headers['x-amz-object-lock-mode'] !== undefined) requireBucket(context, bucket, 'PutObjectRetention', key);
  if (headers['x-amz-object-lock-legal-hold'] !== undefined) requireBucket(context, bucket, 'PutObjectLegalHold', key);
}

export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > LONGEST_KEY) throw s3Error('KeyTooLongError');
}

/** If-Match and If-None-Match of a write. @throws AwsError `PreconditionFailed`, 412. */
export function checkPreconditions(context: Context, bucket: Bucket, key: string): void {
  const { headers } = requestOf(context);
  const current = currentVersion(context.cloud.store, bucket.name, key);
  const etag = current === undefined || current.deleteMarker ? undefined : current.etag;
  const none = headers['if-none-match'];
  if (none !== undefined && none !== '*') {
    throw s3Error('NotImplemented', 'A header you provided implies functionality that is not implemented');
  }
  if (none === '*' && etag !== undefined)
    throw s3Error('PreconditionFailed', undefined, { Condition: 'If-None-Match' });
  const match = headers['if-match'];
  if (match === undefined) return;
  if (etag === undefined) throw s3Error('NoSuchKey', undefined, { Key: key });
  if (match.replaceAll('"', '') !== etag) throw s3Error('PreconditionFailed', undefined, { Condition: 'If-Match' });
}

/** What the headers of a put, a copy or a multipart upload say about the object. */
export function optionsOf(bucket: Bucket, request: WireRequest): ObjectOptions {
  const { headers } = request;
  refuseUnmodelled(headers);
  const kept: Record<string, string> = {};
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (KEPT_HEADERS.includes(name)) kept[name] = value;
    if (name.startsWith('x-amz-meta-')) metadata[name.slice('x-amz-meta-'.length)] = value;
  }
  const encoding = (kept['content-encoding'] ?? '').split(',').filter((part) => part.trim() !== 'aws-chunked');
  if (encoding.join('').trim() === '') delete kept['content-encoding'];
  else kept['content-encoding'] = encoding.join(',').trim();
  const algorithm = headers['x-amz-server-side-encryption'];
  return {
    contentType: headers['content-type'],
    headers: kept,
    metadata,
    tags: Object.fromEntries(new URLSearchParams(headers['x-amz-tagging'] ?? '')),
    encryption:
      algorithm === undefined
        ? undefined
        : {
            algorithm,
            keyId: headers['x-amz-server-side-encryption-aws-kms-key-id'],
            bucketKey: headers['x-amz-server-side-encryption-bucket-key-enabled'] === 'true',
          },
    ...lockOf(bucket, headers),
  };
}

function lockOf(bucket: Bucket, headers: WireRequest['headers']): Pick<ObjectOptions, 'lock' | 'legalHold'> {
  const mode = headers['x-amz-object-lock-mode'];
  const until = headers['x-amz-object-lock-retain-until-date'];
  const hold = headers['x-amz-object-lock-legal-hold'];
  if (mode === undefined && until === undefined && hold === undefined) return {};
  if (bucket.objectLock !== true) throw s3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration');
  const legalHold = hold === undefined ? undefined : hold === 'ON';
  if (mode === undefined && until === undefined) return { legalHold };
  if ((mode !== 'COMPLIANCE' && mode !== 'GOVERNANCE') || until === undefined || Number.isNaN(Date.parse(until))) {
    throw s3Error(
      'InvalidArgument',
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  }
  return { legalHold, lock: { mode, until: Date.parse(until) } };
}

function refuseUnmodelled(headers: WireRequest['headers']): void {
  const acl = headers['x-amz-acl'];
  const refused = Object.keys(headers).find(
    (name) =>
      name.startsWith('x-amz-grant-') ||
      name.startsWith('x-amz-server-side-encryption-customer-') ||
      name === 'x-amz-website-redirect-location' ||
      name === 'x-amz-write-offset-bytes' ||
      (name === 'x-amz-storage-class' && headers[name] !== 'STANDARD'),
  );
  const refusedAcl = acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control';
  if (refusedAcl || refused !== undefined) {
    throw s3Error('NotImplemented', `weft local does not implement s3 with ${refused ?? `x-amz-acl ${acl}`}`);
  }
}
