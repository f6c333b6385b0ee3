import type { Store } from '../../core/store.ts';
import type { Bucket } from './bucket.ts';

/** One version of an object, without its bytes. */
export interface ObjectVersion {
  readonly key: string;
  /** `null` for what was put without versioning. */
  readonly versionId: string;
  /** Rises with every version of the bucket: the order in time. */
  readonly sequence: number;
  readonly deleteMarker?: boolean;
  readonly size: number;
  /** Without the quotes. */
  readonly etag: string;
  /** Epoch milliseconds. */
  readonly modified: number;
  /** Where the bytes are, below the bucket's folder; the live version lies under the key itself. */
  readonly file: string;
  readonly contentType: string;
  /** Headers that come back as they were given: cache-control, content-encoding, … */
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Algorithm (`crc32`) → base64. */
  readonly checksums: Readonly<Record<string, string>>;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
  readonly encryption?: { readonly algorithm: string; readonly keyId?: string; readonly bucketKey?: boolean };
  readonly lock?: { readonly mode: 'COMPLIANCE' | 'GOVERNANCE'; readonly until: number };
  readonly legalHold?: boolean;
  readonly parts?: number;
}

const live = (bucket: string) => `s3/object/${bucket}`;
const versions = (bucket: string) => `s3/version/${bucket}`;
const versionKey = (key: string, sequence: number) => `${key}\u0001${String(9e15 - sequence)}`;

/** The current version of a key: an object or a delete marker. */
export function currentVersion(store: Store, bucket: string, key: string): ObjectVersion | undefined {
  return store.get<ObjectVersion>(live(bucket), key);
}

/** Every version of the keys with a prefix: by key, the newest first. */
export function listVersions(store: Store, bucket: string, prefix = ''): ObjectVersion[] {
  return store.list<ObjectVersion>(versions(bucket), prefix).map(({ value }) => value);
}

export function versionsOfKey(store: Store, bucket: string, key: string): ObjectVersion[] {
  return store.list<ObjectVersion>(versions(bucket), `${key}\u0001`).map(({ value }) => value);
}

/** Live objects with a prefix that come after a key, in key order, `limit` at most. */
export function listObjects(
  store: Store,
  bucket: string,
  prefix: string,
  after: string | undefined,
  limit: number,
): ObjectVersion[] {
  const found: ObjectVersion[] = [];
  let from = after === undefined || after < prefix ? prefix : `${after}\u0001`;
  while (found.length < limit) {
    const rows = store.range<ObjectVersion>(live(bucket), from, `${prefix}\u{10ffff}`, { limit: limit + 1 });
    found.push(...rows.map(({ value }) => value).filter(({ deleteMarker }) => deleteMarker !== true));
    const last = rows.at(-1);
    if (last === undefined || rows.length <= limit) break;
    from = `${last.key}\u0001`;
  }
  return found.slice(0, limit);
}

/** Makes a version the current one of its key. What it replaces is given back: its bytes are no longer needed. */
export function addVersion(store: Store, bucket: Bucket, version: ObjectVersion): ObjectVersion[] {
  const replaced = versionsOfKey(store, bucket.name, version.key).filter(
    ({ versionId }) => versionId === version.versionId,
  );
  for (const old of replaced) store.delete(versions(bucket.name), versionKey(old.key, old.sequence));
  store.put(versions(bucket.name), versionKey(version.key, version.sequence), version);
  store.put(live(bucket.name), version.key, version);
  return replaced;
}

/** Stores a version with other attributes (tags, lock, place of its bytes). */
export function changeVersion(store: Store, bucket: string, version: ObjectVersion): void {
  store.put(versions(bucket), versionKey(version.key, version.sequence), version);
  if (currentVersion(store, bucket, version.key)?.sequence === version.sequence) {
    store.put(live(bucket), version.key, version);
  }
}

/** Removes one version for good; the newest of those left becomes the current one and is given back. */
export function dropVersion(store: Store, bucket: string, version: ObjectVersion): ObjectVersion | undefined {
  store.delete(versions(bucket), versionKey(version.key, version.sequence));
  const [newest] = versionsOfKey(store, bucket, version.key);
  if (newest === undefined) store.delete(live(bucket), version.key);
  else store.put(live(bucket), version.key, newest);
  return newest;
}

export function isEmptyBucket(store: Store, bucket: string): boolean {
  return store.range(versions(bucket), '', '\u{10ffff}', { limit: 1 }).length === 0;
}

export function nextSequence(store: Store): number {
  const last = (store.get<number>('s3/sequence', 'version') ?? 0) + 1;
  store.put('s3/sequence', 'version', last);
  return last;
}
