import { createHash } from 'node:crypto';
import type { Cloud } from '../../core/cloud.ts';
import { type Bucket, findBucket } from './bucket.ts';
import { type Cause, objectCreated, objectDeleted } from './events.ts';
import { fileOf, type ObjectFiles } from './files.ts';
import { addVersion, nextSequence, type ObjectVersion } from './objects.ts';
import { parseXml, textAt } from './xml.ts';

/** What goes with the bytes of a new object. */
export interface ObjectOptions {
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly checksums?: Readonly<Record<string, string>>;
  readonly checksumType?: ObjectVersion['checksumType'];
  readonly encryption?: ObjectVersion['encryption'];
  readonly lock?: ObjectVersion['lock'];
  readonly legalHold?: boolean;
  readonly parts?: number;
}

interface NewObject extends ObjectOptions {
  readonly key: string;
  readonly chunks: Iterable<Uint8Array>;
  readonly size: number;
  readonly etag: string;
}

const DAY = 86_400_000;

/** Writes the bytes, then makes the version known: a reader sees the old object or the new one, whole. */
export function storeObject(
  cloud: Cloud,
  files: ObjectFiles,
  bucket: Bucket,
  object: NewObject,
  cause: Cause,
): ObjectVersion {
  const { store } = cloud;
  const sequence = nextSequence(store);
  const file = fileOf(object.key, sequence);
  files.write(bucket.name, file, object.chunks);
  const version: ObjectVersion = {
    key: object.key,
    versionId: bucket.versioning === 'Enabled' ? versionIdOf(bucket.name, object.key, sequence) : 'null',
    sequence,
    size: object.size,
    etag: object.etag,
    modified: cloud.clock.now(),
    file,
    contentType: object.contentType ?? 'binary/octet-stream',
    headers: object.headers ?? {},
    metadata: object.metadata ?? {},
    tags: object.tags ?? {},
    checksums: object.checksums ?? {},
    checksumType: object.checksumType,
    encryption: object.encryption ?? defaultEncryption(bucket),
    lock: object.lock ?? defaultLock(bucket, cloud.clock.now()),
    legalHold: object.legalHold,
    parts: object.parts,
  };
  const replaced = store.transaction(() => {
    if (findBucket(store, bucket.name) === undefined) throw new Error(`bucket ${bucket.name} is gone`);
    objectCreated(cloud, bucket, version, cause);
    return addVersion(store, bucket, version);
  });
  for (const old of replaced) if (old.file !== '') files.remove(bucket.name, old.file);
  return version;
}

/** A delete marker on top of a key's versions. */
export function markDeleted(
  cloud: Cloud,
  files: ObjectFiles,
  bucket: Bucket,
  key: string,
  cause: Cause,
): ObjectVersion {
  const { store } = cloud;
  const sequence = nextSequence(store);
  const marker: ObjectVersion = {
    key,
    versionId: bucket.versioning === 'Enabled' ? versionIdOf(bucket.name, key, sequence) : 'null',
    sequence,
    deleteMarker: true,
    size: 0,
    etag: '',
    modified: cloud.clock.now(),
    file: '',
    contentType: '',
    headers: {},
    metadata: {},
    tags: {},
    checksums: {},
  };
  const replaced = store.transaction(() => {
    objectDeleted(cloud, bucket, marker, 'Delete Marker Created', cause);
    return addVersion(store, bucket, marker);
  });
  for (const old of replaced) if (old.file !== '') files.remove(bucket.name, old.file);
  return marker;
}

export function isLocked(version: ObjectVersion, now: number, bypassGovernance: boolean): boolean {
  if (version.legalHold === true) return true;
  if (version.lock === undefined || version.lock.until <= now) return false;
  return version.lock.mode === 'COMPLIANCE' || !bypassGovernance;
}

/** The headers with which an answer tells how an object is encrypted. */
export function encryptionHeaders(encryption: ObjectVersion['encryption']): Record<string, string | undefined> {
  return {
    'x-amz-server-side-encryption': encryption?.algorithm,
    'x-amz-server-side-encryption-aws-kms-key-id': encryption?.keyId,
    'x-amz-server-side-encryption-bucket-key-enabled': encryption?.bucketKey ? 'true' : undefined,
  };
}

/** How a bucket encrypts what comes without saying how. */
export function defaultEncryption(bucket: Bucket): ObjectVersion['encryption'] {
  const { encryption } = bucket.documents;
  if (encryption === undefined) return { algorithm: 'AES256' };
  const root = parseXml(encryption);
  const byDefault = ['Rule', 'ApplyServerSideEncryptionByDefault'];
  return {
    algorithm: textAt(root, ...byDefault, 'SSEAlgorithm') ?? 'AES256',
    keyId: textAt(root, ...byDefault, 'KMSMasterKeyID'),
    bucketKey: textAt(root, 'Rule', 'BucketKeyEnabled') === 'true',
  };
}

function defaultLock(bucket: Bucket, now: number): ObjectVersion['lock'] {
  const { defaultRetention: retention } = bucket;
  return retention && { mode: retention.mode, until: now + retention.days * DAY };
}

function versionIdOf(bucket: string, key: string, sequence: number): string {
  return createHash('sha256').update(`${bucket} ${key} ${sequence}`).digest('base64url').slice(0, 32);
}
