import type { Context } from '../../core/service.ts';
import { requireBucket } from './bucket.ts';
import type { S3Input, S3Output } from './codec.ts';
import { s3Error } from './failure.ts';
import type { ObjectFiles } from './files.ts';
import { requireVersion } from './get.ts';
import { changeVersion, type ObjectVersion } from './objects.ts';
import { readPayload } from './payload.ts';
import { requestOf } from './put.ts';
import { childrenNamed, document, type Element, parseXml, textAt } from './xml.ts';

export function getObjectTagging(_files: ObjectFiles, input: S3Input, context: Context): S3Output {
  requireBucket(context, input.Bucket, 'GetObjectTagging', input.Key);
  const { tags } = requireVersion(context, input);
  const Tag = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return { body: document('Tagging', { TagSet: { Tag } }) };
}

export function putObjectTagging(_files: ObjectFiles, input: S3Input, context: Context): S3Output {
  const set = bodyOf(context).children.find(({ name }) => name === 'TagSet');
  if (set === undefined) throw s3Error('MalformedXML');
  const tags = childrenNamed(set, 'Tag').map((tag) => [textAt(tag, 'Key') ?? '', textAt(tag, 'Value') ?? '']);
  if (tags.length > 10) throw s3Error('BadRequest', 'Object tags cannot be greater than 10');
  change(input, context, 'PutObjectTagging', (version) => ({ ...version, tags: Object.fromEntries(tags) }));
  return {};
}

export function deleteObjectTagging(_files: ObjectFiles, input: S3Input, context: Context): S3Output {
  change(input, context, 'DeleteObjectTagging', (version) => ({ ...version, tags: {} }));
  return { status: 204 };
}

export function getObjectRetention(_files: ObjectFiles, input: S3Input, context: Context): S3Output {
  requireBucket(context, input.Bucket, 'GetObjectRetention', input.Key);
  const { lock } = requireVersion(context, input);
  if (lock === undefined) throw noLock();
  return { body: document('Retention', { Mode: lock.mode, RetainUntilDate: new Date(lock.until) }) };
}

export function putObjectRetention(_files: ObjectFiles, input: S3Input, context: Context): S3Output {
  const root = bodyOf(context);
  const mode = textAt(root, 'Mode');
  const until = Date.parse(textAt(root, 'RetainUntilDate') ?? '');
  if ((mode !== 'COMPLIANCE' && mode !== 'GOVERNANCE') || Number.isNaN(until)) throw s3Error('MalformedXML');
  requireLockBucket(input, context);
  const bypass = requestOf(context).headers['x-amz-bypass-governance-retention'] === 'true';
  change(input, context, 'PutObjectRetention', (version) => {
    const { lock } = version;
    const held = lock !== undefined && lock.until > context.cloud.clock.now();
    const weaker = held && (until < lock.until || (lock.mode === 'COMPLIANCE' && mode === 'GOVERNANCE'));
    if (weaker && (lock.mode === 'COMPLIANCE' || !bypass)) {
      throw s3Error('AccessDenied', 'Access Denied because object protected by object lock.');
    }
    return { ...version, lock: { mode, until } };
  });
  return {};
}

export function getObjectLegalHold(_files: ObjectFiles, input: S3Input, context: Context): S3Output {
  requireBucket(context, input.Bucket, 'GetObjectLegalHold', input.Key);
  const { legalHold } = requireVersion(context, input);
  if (legalHold === undefined) throw noLock();
  return { body: document('LegalHold', { Status: legalHold ? 'ON' : 'OFF' }) };
}

export function putObjectLegalHold(_files: ObjectFiles, input: S3Input, context: Context): S3Output {
  const status = textAt(bodyOf(context), 'Status');
  if (status !== 'ON' && status !== 'OFF') throw s3Error('MalformedXML');
  requireLockBucket(input, context);
  change(input, context, 'PutObjectLegalHold', (version) => ({ ...version, legalHold: status === 'ON' }));
  return {};
}

export function getObjectAttributes(_files: ObjectFiles, input: S3Input, context: Context): S3Output {
  requireBucket(context, input.Bucket, 'GetObjectAttributes', input.Key);
  const version = requireVersion(context, input);
  const wanted = (requestOf(context).headers['x-amz-object-attributes'] ?? '').split(',').map((name) => name.trim());
  const checksums = Object.entries(version.checksums).map(([name, value]) => [`Checksum${name.toUpperCase()}`, value]);
  const all = {
    ETag: version.etag,
    Checksum:
      checksums.length > 0 ? { ...Object.fromEntries(checksums), ChecksumType: version.checksumType } : undefined,
    ObjectParts: version.parts === undefined ? undefined : { PartsCount: version.parts },
    StorageClass: 'STANDARD',
    ObjectSize: version.size,
  };
  const members = Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name)));
  return {
    headers: { 'last-modified': new Date(version.modified).toUTCString() },
    body: document('GetObjectAttributesResponse', members),
  };
}

function change(
  input: S3Input,
  context: Context,
  action: string,
  how: (version: ObjectVersion) => ObjectVersion,
): void {
  requireBucket(context, input.Bucket, action, input.Key);
  const { store } = context.cloud;
  store.transaction(() => changeVersion(store, input.Bucket, how(requireVersion(context, input))));
}

function bodyOf(context: Context): Element {
  return parseXml(Buffer.concat([...readPayload(requestOf(context)).chunks]).toString('utf8'));
}

function requireLockBucket({ Bucket }: S3Input, context: Context): void {
  const bucket = requireBucket(context, Bucket, 'GetBucketObjectLockConfiguration');
  if (bucket.objectLock !== true) throw s3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration');
}

function noLock() {
  const error = s3Error('NotFound', 'The specified object does not have a ObjectLock configuration');
  return Object.assign(error, { code: 'NoSuchObjectLockConfiguration' });
}
