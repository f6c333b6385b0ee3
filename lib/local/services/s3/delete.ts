import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';
import { type Bucket, bucketArn, requireBucket } from './bucket.ts';
import type { S3Input, S3Output } from './codec.ts';
import { causeOf, objectDeleted } from './events.ts';
import { s3Error } from './failure.ts';
import type { ObjectFiles } from './files.ts';
import { currentVersion, dropVersion, versionsOfKey } from './objects.ts';
import { readPayload } from './payload.ts';
import { requestOf } from './put.ts';
import { isLocked, markDeleted } from './writing.ts';
import { childrenNamed, document, parseXml, textAt } from './xml.ts';

interface Deleted {
  readonly DeleteMarker?: boolean;
  readonly VersionId?: string;
}

const MOST_KEYS = 1000;

export function deleteObject(files: ObjectFiles, input: S3Input, context: Context): S3Output {
  const { DeleteMarker, VersionId } = deleteOne(files, input, context);
  return {
    status: 204,
    headers: { 'x-amz-delete-marker': DeleteMarker ? 'true' : undefined, 'x-amz-version-id': VersionId },
  };
}

export function deleteObjects(files: ObjectFiles, { Bucket }: S3Input, context: Context): S3Output {
  const request = requestOf(context);
  const { chunks } = readPayload(request);
  const root = parseXml(Buffer.concat([...chunks]).toString('utf8'));
  const entries = childrenNamed(root, 'Object');
  if (entries.length === 0 || entries.length > MOST_KEYS) throw s3Error('MalformedXML');
  requireExisting(context, Bucket);
  const quiet = textAt(root, 'Quiet') === 'true';
  const deleted = [];
  const failed = [];
  for (const entry of entries) {
    const Key = textAt(entry, 'Key') ?? '';
    const VersionId = textAt(entry, 'VersionId');
    const action = `s3:${VersionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion'}`;
    context.cloud.tell({ caller: context.caller, action, resource: bucketArn(Bucket, Key) });
    try {
      const result = deleteOne(files, { Bucket, Key, VersionId }, context);
      const marker = result.DeleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: result.VersionId } : {};
      deleted.push({ Key, VersionId, ...marker });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failed.push({ Key, VersionId, Code: error.code, Message: error.message });
    }
  }
  return { body: document('DeleteResult', { Deleted: quiet ? [] : deleted, Error: failed }) };
}

/** Deleting the bucket's objects answers NoSuchBucket as a whole, everything else for each key. */
function requireExisting(context: Context, name: string): void {
  try {
    requireBucket(context, name, 'DeleteObject', '');
  } catch (error) {
    if (error instanceof AwsError && error.code === 'NoSuchBucket') throw error;
  }
}

function deleteOne(files: ObjectFiles, { Bucket, Key, VersionId }: S3Input, context: Context): Deleted {
  const action = VersionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion';
  const bucket = requireBucket(context, Bucket, action, Key);
  if (VersionId !== undefined) return deleteVersion(files, bucket, Key, VersionId, context);
  const { store } = context.cloud;
  const cause = causeOf(context, 'DeleteObject');
  if (bucket.versioning !== undefined) {
    const marker = markDeleted(context.cloud, files, bucket, Key, cause);
    return { DeleteMarker: true, VersionId: marker.versionId };
  }
  const current = currentVersion(store, Bucket, Key);
  if (current !== undefined) {
    store.transaction(() => {
      dropVersion(store, Bucket, current);
      objectDeleted(context.cloud, bucket, current, 'Permanently Deleted', cause);
    });
    files.remove(Bucket, current.file);
  }
  return {};
}

function deleteVersion(files: ObjectFiles, bucket: Bucket, key: string, id: string, context: Context): Deleted {
  const { store, clock } = context.cloud;
  const version = versionsOfKey(store, bucket.name, key).find(({ versionId }) => versionId === id);
  if (version === undefined) return { VersionId: id };
  const bypass = context.request?.headers['x-amz-bypass-governance-retention'] === 'true';
  if (isLocked(version, clock.now(), bypass)) {
    throw s3Error('AccessDenied', 'Access Denied because object protected by object lock.');
  }
  store.transaction(() => {
    dropVersion(store, bucket.name, version);
    objectDeleted(context.cloud, bucket, version, 'Permanently Deleted', causeOf(context, 'DeleteObject'));
  });
  if (version.file !== '') files.remove(bucket.name, version.file);
  return { DeleteMarker: version.deleteMarker, VersionId: id };
}
