import type { Context, WireRequest } from '../../core/service.ts';
import { requireBucket } from './bucket.ts';
import type { S3Input, S3Output } from './codec.ts';
import { s3Error } from './failure.ts';
import type { ObjectFiles } from './files.ts';
import { currentVersion, type ObjectVersion, versionsOfKey } from './objects.ts';
import { checksumHeaders, requestOf, versionHeaders } from './put.ts';

/** Headers that the query of a (presigned) request may set in the answer. */
const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

export function getObject(files: ObjectFiles, input: S3Input, context: Context): S3Output {
  return answer(files, input, context, true);
}

export function headObject(files: ObjectFiles, input: S3Input, context: Context): S3Output {
  return answer(files, input, context, false);
}

/** The version that a request names, or the live one. @throws AwsError `NoSuchKey`, `NoSuchVersion` or `MethodNotAllowed`. */
export function requireVersion(context: Context, input: S3Input): ObjectVersion {
  const { store } = context.cloud;
  const { Bucket, Key, VersionId } = input;
  const asked = VersionId !== undefined;
  const version = asked
    ? versionsOfKey(store, Bucket, Key).find(({ versionId }) => versionId === VersionId)
    : currentVersion(store, Bucket, Key);
  if (version === undefined) throw s3Error(asked ? 'NoSuchVersion' : 'NoSuchKey', undefined, { Key });
  if (version.deleteMarker !== true) return version;
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
  throw s3Error(asked ? 'MethodNotAllowed' : 'NoSuchKey', undefined, { Key, headers });
}

function answer(files: ObjectFiles, input: S3Input, context: Context, withBody: boolean): S3Output {
  const request = requestOf(context);
  const action = input.VersionId === undefined ? 'GetObject' : 'GetObjectVersion';
  const bucket = requireBucket(context, input.Bucket, action, input.Key);
  const version = requireVersion(context, input);
  checkConditions(request, version);
  const range = rangeOf(request.headers.range, version.size);
  const { start, end } = range ?? { start: 0, end: version.size };
  const wantsChecksum = request.headers['x-amz-checksum-mode'] === 'ENABLED' && range === undefined;
  const headers: Record<string, string | undefined> = {
    'content-type': version.contentType,
    'content-length': String(end - start),
    'content-range': range && `bytes ${start}-${end - 1}/${version.size}`,
    'accept-ranges': 'bytes',
    etag: `"${version.etag}"`,
    'last-modified': new Date(version.modified).toUTCString(),
    ...version.headers,
    ...Object.fromEntries(Object.entries(version.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    ...versionHeaders(bucket, version),
    ...(wantsChecksum ? { ...checksumHeaders(version.checksums), 'x-amz-checksum-type': version.checksumType } : {}),
    'x-amz-tagging-count': count(version.tags),
    'x-amz-mp-parts-count': request.query.partNumber === undefined ? undefined : String(version.parts ?? 1),
    'x-amz-object-lock-mode': version.lock?.mode,
    'x-amz-object-lock-retain-until-date': version.lock && new Date(version.lock.until).toISOString(),
    'x-amz-object-lock-legal-hold': version.legalHold === undefined ? undefined : version.legalHold ? 'ON' : 'OFF',
  };
  for (const name of OVERRIDES) {
    const value = request.query[`response-${name}`];
    if (value !== undefined) headers[name] = value;
  }
  const body = withBody ? whole([...files.read(input.Bucket, version.file, start, end)]) : '';
  return { status: range === undefined ? 200 : 206, headers, body };
}

function whole(chunks: Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

function count(tags: Readonly<Record<string, string>>): string | undefined {
  const number = Object.keys(tags).length;
  return number === 0 ? undefined : String(number);
}

/** Conditional reads: the ETag decides before the date. @throws AwsError `PreconditionFailed` or `NotModified`. */
export function checkConditions({ headers }: Pick<WireRequest, 'headers'>, version: ObjectVersion, prefix = ''): void {
  const given = (name: string) => headers[`${prefix}${name}`];
  const seconds = Math.floor(version.modified / 1000) * 1000;
  const has = (list: string) =>
    list.split(',').some((etag) => ['*', version.etag].includes(etag.trim().replaceAll('"', '')));
  const match = given('if-match');
  const since = given('if-unmodified-since');
  if (match !== undefined ? !has(match) : since !== undefined && seconds > Date.parse(since)) {
    throw s3Error('PreconditionFailed');
  }
  const none = given('if-none-match');
  const modified = given('if-modified-since');
  if (none !== undefined ? has(none) : modified !== undefined && seconds <= Date.parse(modified)) {
    const code = prefix === '' ? 'NotModified' : 'PreconditionFailed';
    throw s3Error(code, undefined, { bodiless: prefix === '', headers: { etag: `"${version.etag}"` } });
  }
}

/** `bytes=a-b`, `bytes=a-` or `bytes=-n`; `end` is exclusive. What is not one range is ignored. @throws AwsError `InvalidRange`. */
export function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start < end) return { start, end };
  throw s3Error('InvalidRange', undefined, { ActualObjectSize: size, RangeRequested: header });
}
