import { createHash } from 'node:crypto';
import type { Context } from '../../core/service.ts';
import { requireBucket } from './bucket.ts';
import type { S3Input, S3Output } from './codec.ts';
import { copySource } from './copy.ts';
import { causeOf } from './events.ts';
import { s3Error } from './failure.ts';
import { fileOfPart, type ObjectFiles } from './files.ts';
import { rangeOf } from './get.ts';
import { nextSequence } from './objects.ts';
import { checksum, digest, readPayload } from './payload.ts';
import {
  checkKey,
  checkPreconditions,
  checksumHeaders,
  optionsOf,
  requestKeys,
  requestOf,
  versionHeaders,
} from './put.ts';
import { encryptionHeaders, type ObjectOptions, storeObject } from './writing.ts';
import { childrenNamed, document, parseXml, textAt } from './xml.ts';

interface Upload {
  readonly id: string;
  readonly key: string;
  readonly initiated: number;
  readonly options: ObjectOptions;
  readonly algorithm?: string;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
}

interface Part {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly checksums: Readonly<Record<string, string>>;
}

const SMALLEST_PART = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;
const uploads = (bucket: string) => `s3/upload/${bucket}`;
const parts = (id: string) => `s3/part/${id}`;
const partKey = (number: number) => String(number).padStart(5, '0');

export function createMultipartUpload(_files: ObjectFiles, { Bucket, Key }: S3Input, context: Context): S3Output {
  const request = requestOf(context);
  const bucket = requireBucket(context, Bucket, 'PutObject', Key, requestKeys(request));
  checkKey(Key);
  const { store } = context.cloud;
  const algorithm = request.headers['x-amz-checksum-algorithm'];
  const type = request.headers['x-amz-checksum-type'];
  const full = type === 'FULL_OBJECT' || (type === undefined && algorithm === 'CRC64NVME');
  const upload: Upload = {
    id: createHash('sha256')
      .update(`${Bucket} ${Key} ${nextSequence(store)} ${context.requestId}`)
      .digest('base64url'),
    key: Key,
    initiated: context.now,
    options: optionsOf(bucket, request),
    algorithm: algorithm?.toLowerCase(),
    checksumType: algorithm === undefined ? undefined : full ? 'FULL_OBJECT' : 'COMPOSITE',
  };
  store.put(uploads(Bucket), upload.id, upload);
  return {
    headers: {
      'x-amz-checksum-algorithm': algorithm,
      'x-amz-checksum-type': upload.checksumType,
      ...encryptionHeaders(upload.options.encryption ?? { algorithm: 'AES256' }),
    },
    body: document('InitiateMultipartUploadResult', { Bucket, Key, UploadId: upload.id }),
  };
}

export function uploadPart(files: ObjectFiles, { Bucket, Key }: S3Input, context: Context): S3Output {
  const request = requestOf(context);
  requireBucket(context, Bucket, 'PutObject', Key, requestKeys(request));
  const upload = requireUpload(context, Bucket, Key);
  const number = partNumber(request.query.partNumber);
  const { chunks, size, md5, checksums } = readPayload(request);
  files.write(Bucket, fileOfPart(upload.id, number), chunks);
  const part: Part = { number, size, etag: md5, modified: context.now, checksums };
  context.cloud.store.put(parts(upload.id), partKey(number), part);
  return { headers: { etag: `"${md5}"`, ...checksumHeaders(checksums) } };
}

export function uploadPartCopy(files: ObjectFiles, { Bucket, Key }: S3Input, context: Context): S3Output {
  const request = requestOf(context);
  requireBucket(context, Bucket, 'PutObject', Key, requestKeys(request));
  const upload = requireUpload(context, Bucket, Key);
  const number = partNumber(request.query.partNumber);
  const { source, version } = copySource(context);
  const range = rangeOf(request.headers['x-amz-copy-source-range'], version.size);
  const { start, end } = range ?? { start: 0, end: version.size };
  const file = fileOfPart(upload.id, number);
  files.write(Bucket, file, files.read(source.Bucket, version.file, start, end));
  const etag = digest('md5', files.read(Bucket, file), 'hex');
  const computed = upload.algorithm && checksum(upload.algorithm, files.read(Bucket, file));
  const checksums = upload.algorithm && computed ? { [upload.algorithm]: computed } : {};
  const part: Part = { number, size: end - start, etag, modified: context.now, checksums };
  context.cloud.store.put(parts(upload.id), partKey(number), part);
  return { body: document('CopyPartResult', { LastModified: new Date(context.now), ETag: `"${etag}"` }) };
}

export function completeMultipartUpload(files: ObjectFiles, { Bucket, Key }: S3Input, context: Context): S3Output {
  const request = requestOf(context);
  const bucket = requireBucket(context, Bucket, 'PutObject', Key);
  const upload = requireUpload(context, Bucket, Key);
  checkPreconditions(context, bucket, Key);
  const chosen = choose(context, upload, request.body.toString('utf8'));
  const bytes = function* () {
    for (const { number } of chosen) yield* files.read(Bucket, fileOfPart(upload.id, number));
  };
  const md5s = Buffer.concat(chosen.map(({ etag }) => Buffer.from(etag, 'hex')));
  const checksums = checksumsOf(upload, chosen, bytes);
  const object = {
    ...upload.options,
    key: Key,
    chunks: bytes(),
    size: chosen.reduce((sum, { size }) => sum + size, 0),
    etag: `${createHash('md5').update(md5s).digest('hex')}-${chosen.length}`,
    checksums,
    checksumType: upload.checksumType,
    parts: chosen.length,
  };
  const version = storeObject(context.cloud, files, bucket, object, causeOf(context, 'CompleteMultipartUpload'));
  forget(files, context, Bucket, upload.id);
  const members = Object.fromEntries(
    Object.entries(checksums).map(([name, value]) => [`Checksum${name.toUpperCase()}`, value]),
  );
  const Location = `${context.cloud.endpoint ?? 'http://127.0.0.1:4566'}/${Bucket}/${encodeURIComponent(Key)}`;
  return {
    headers: versionHeaders(bucket, version),
    body: document('CompleteMultipartUploadResult', {
      Location,
      Bucket,
      Key,
      ETag: `"${version.etag}"`,
      ...members,
      ChecksumType: upload.checksumType,
    }),
  };
}

export function abortMultipartUpload(files: ObjectFiles, { Bucket, Key }: S3Input, context: Context): S3Output {
  requireBucket(context, Bucket, 'AbortMultipartUpload', Key);
  forget(files, context, Bucket, requireUpload(context, Bucket, Key).id);
  return { status: 204 };
}

export function listParts(_files: ObjectFiles, { Bucket, Key }: S3Input, context: Context): S3Output {
  const { query } = requestOf(context);
  requireBucket(context, Bucket, 'ListMultipartUploadParts', Key);
  const upload = requireUpload(context, Bucket, Key);
  const after = Number(query['part-number-marker'] ?? '0');
  const most = Math.min(1000, Number(query['max-parts'] ?? '1000'));
  const all = partsOf(context, upload.id).filter(({ number }) => number > after);
  const page = all.slice(0, most);
  return {
    body: document('ListPartsResult', {
      Bucket,
      Key,
      UploadId: upload.id,
      PartNumberMarker: after,
      NextPartNumberMarker: page.at(-1)?.number ?? 0,
      MaxParts: most,
      IsTruncated: page.length < all.length,
      Part: page.map(({ number, size, etag, modified }) => ({
        PartNumber: number,
        LastModified: new Date(modified),
        ETag: `"${etag}"`,
        Size: size,
      })),
    }),
  };
}

export function listMultipartUploads(_files: ObjectFiles, { Bucket }: S3Input, context: Context): S3Output {
  requireBucket(context, Bucket, 'ListBucketMultipartUploads');
  const { query } = requestOf(context);
  const prefix = query.prefix ?? '';
  const found = context.cloud.store
    .list<Upload>(uploads(Bucket))
    .map(({ value }) => value)
    .filter(({ key }) => key.startsWith(prefix))
    .sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : left.initiated - right.initiated));
  const Upload = found.map(({ key, id, initiated }) => ({ Key: key, UploadId: id, Initiated: new Date(initiated) }));
  return { body: document('ListMultipartUploadsResult', { Bucket, Prefix: prefix, IsTruncated: false, Upload }) };
}

function choose(context: Context, upload: Upload, xml: string): Part[] {
  const asked = childrenNamed(parseXml(xml), 'Part');
  if (asked.length === 0) throw s3Error('MalformedXML');
  const stored = new Map(partsOf(context, upload.id).map((part) => [part.number, part]));
  let last = 0;
  const chosen = asked.map((element) => {
    const number = Number(textAt(element, 'PartNumber'));
    if (number <= last) throw s3Error('InvalidPartOrder');
    last = number;
    const part = stored.get(number);
    if (part === undefined || textAt(element, 'ETag')?.replaceAll('"', '') !== part.etag) throw s3Error('InvalidPart');
    return part;
  });
  if (chosen.slice(0, -1).some(({ size }) => size < SMALLEST_PART)) throw s3Error('EntityTooSmall');
  return chosen;
}

function checksumsOf(upload: Upload, chosen: readonly Part[], bytes: () => Iterable<Buffer>): Record<string, string> {
  const { algorithm } = upload;
  if (algorithm === undefined) return {};
  if (upload.checksumType === 'FULL_OBJECT') {
    const computed = checksum(algorithm, bytes());
    return computed === undefined ? {} : { [algorithm]: computed };
  }
  const each = chosen.map(({ checksums }) => Buffer.from(checksums[algorithm] ?? '', 'base64'));
  const computed = each.every(({ length }) => length > 0) ? checksum(algorithm, each) : undefined;
  return computed === undefined ? {} : { [algorithm]: `${computed}-${chosen.length}` };
}

function requireUpload(context: Context, bucket: string, key: string): Upload {
  const id = requestOf(context).query.uploadId ?? '';
  const upload = context.cloud.store.get<Upload>(uploads(bucket), id);
  if (upload?.key !== key) throw s3Error('NoSuchUpload', undefined, { UploadId: id });
  return upload;
}

function partsOf(context: Context, id: string): Part[] {
  return context.cloud.store.list<Part>(parts(id)).map(({ value }) => value);
}

function partNumber(text: string | undefined): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= MOST_PARTS) return number;
  throw s3Error('InvalidArgument', `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`);
}

function forget(files: ObjectFiles, context: Context, bucket: string, id: string): void {
  const { store } = context.cloud;
  store.transaction(() => {
    store.clear(parts(id));
    store.delete(uploads(bucket), id);
  });
  files.remove(bucket, `uploads/${id}`);
}
