import type { Context } from '../../core/service.ts';
import { bucketArn, requireBucket } from './bucket.ts';
import { decodeKey, type S3Input, type S3Output } from './codec.ts';
import { causeOf } from './events.ts';
import { s3Error } from './failure.ts';
import type { ObjectFiles } from './files.ts';
import { checkConditions, requireVersion } from './get.ts';
import type { ObjectVersion } from './objects.ts';
import { checksum, digest } from './payload.ts';
import { checkKey, checkPreconditions, optionsOf, requestKeys, requestOf, versionHeaders } from './put.ts';
import { storeObject } from './writing.ts';
import { document } from './xml.ts';

export function copyObject(files: ObjectFiles, { Bucket, Key }: S3Input, context: Context): S3Output {
  const request = requestOf(context);
  const target = requireBucket(context, Bucket, 'PutObject', Key, requestKeys(request));
  checkKey(Key);
  const { source, version } = copySource(context);
  checkPreconditions(context, target, Key);
  const replaces = request.headers['x-amz-metadata-directive'] === 'REPLACE';
  if (source.Bucket === Bucket && source.Key === Key && source.VersionId === undefined && !replaces) {
    throw s3Error(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const given = optionsOf(target, request);
  const { contentType, headers, metadata } = replaces ? given : version;
  const tags = request.headers['x-amz-tagging-directive'] === 'REPLACE' ? given.tags : version.tags;
  const read = () => files.read(source.Bucket, version.file);
  const algorithm = request.headers['x-amz-checksum-algorithm']?.toLowerCase();
  const computed = algorithm === undefined ? undefined : checksum(algorithm, read());
  const object = {
    ...given,
    key: Key,
    chunks: read(),
    size: version.size,
    etag: digest('md5', read(), 'hex'),
    contentType,
    headers,
    metadata,
    tags,
    checksums: algorithm !== undefined && computed !== undefined ? { [algorithm]: computed } : wholeChecksums(version),
  };
  const copied = storeObject(context.cloud, files, target, object, causeOf(context, 'CopyObject'));
  const sourceVersion = version.versionId === 'null' ? undefined : version.versionId;
  return {
    headers: { ...versionHeaders(target, copied), 'x-amz-copy-source-version-id': sourceVersion },
    body: document('CopyObjectResult', { LastModified: new Date(copied.modified), ETag: `"${copied.etag}"` }),
  };
}

/** The object that `x-amz-copy-source` names, readable by the caller and fit for the request's conditions. */
export function copySource(context: Context): { source: S3Input; version: ObjectVersion } {
  const request = requestOf(context);
  const [path = '', query = ''] = (request.headers['x-amz-copy-source'] ?? '').replace(/^\//, '').split('?');
  const text = decodeKey(path);
  const slash = text.indexOf('/');
  if (slash < 1)
    throw s3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  const VersionId = new URLSearchParams(query).get('versionId') ?? undefined;
  const source: S3Input = { Bucket: text.slice(0, slash), Key: text.slice(slash + 1), VersionId };
  const action = VersionId === undefined ? 'GetObject' : 'GetObjectVersion';
  const { caller, cloud } = context;
  cloud.tell({ caller, action: `s3:${action}`, resource: bucketArn(source.Bucket, source.Key) });
  requireBucket(context, source.Bucket, action, source.Key);
  const version = requireVersion(context, source);
  checkConditions(request, version, 'x-amz-copy-source-');
  return { source, version };
}

/** A checksum over parts is not one of the bytes, and does not go with a copy. */
function wholeChecksums(version: ObjectVersion): Readonly<Record<string, string>> {
  return version.checksumType === 'COMPOSITE' ? {} : version.checksums;
}
