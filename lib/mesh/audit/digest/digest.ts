/** What a digest file of CloudTrail says, as far as it is verified. Times are ISO 8601. */
export interface Digest {
  readonly digestStartTime: string;
  readonly digestEndTime: string;
  readonly digestS3Bucket: string;
  readonly digestS3Object: string;
  readonly digestPublicKeyFingerprint: string;
  readonly previousDigestS3Object: string | null;
  readonly previousDigestHashValue: string | null;
  readonly previousDigestSignature: string | null;
  readonly logFiles: readonly DigestedFile[];
}

export interface DigestedFile {
  readonly s3Bucket: string;
  readonly s3Object: string;
  /** SHA-256 of the content before it is compressed, hex. */
  readonly hashValue: string;
}

/** The digest in a text; undefined when it is none. */
export function parseDigest(text: string): Digest | undefined {
  let value: Partial<Record<keyof Digest, unknown>>;
  try {
    value = JSON.parse(text) as Partial<Record<keyof Digest, unknown>>;
  } catch {
    return undefined;
  }
  const texts = [value.digestStartTime, value.digestEndTime, value.digestS3Bucket, value.digestS3Object];
  const former = [value.previousDigestS3Object, value.previousDigestHashValue, value.previousDigestSignature];
  const isSound =
    texts.every((one) => typeof one === 'string') &&
    typeof value.digestPublicKeyFingerprint === 'string' &&
    former.every((one) => one === null || typeof one === 'string') &&
    Array.isArray(value.logFiles) &&
    value.logFiles.every(({ s3Object, hashValue }) => typeof s3Object === 'string' && typeof hashValue === 'string');
  return isSound ? (value as unknown as Digest) : undefined;
}

/** What CloudTrail signs of a digest. `hash`: SHA-256 of the digest's content, hex. */
export function signedText(
  { digestEndTime, digestS3Bucket, digestS3Object, previousDigestSignature }: Digest,
  hash: string,
): string {
  return [digestEndTime, `${digestS3Bucket}/${digestS3Object}`, hash, previousDigestSignature ?? 'null'].join('\n');
}

/** A file of CloudTrail by its key. */
export type TrailKey =
  | {
      readonly kind: 'digest';
      readonly key: string;
      readonly chain: string;
      readonly stamp: string;
      readonly backfill: boolean;
    }
  | { readonly kind: 'log'; readonly key: string; readonly place: string; readonly stamp: string };

const DIGEST =
  /^((?:.*\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/)CloudTrail-Digest\/([^/]+)\/\d{4}\/\d\d\/\d\d\/\d{12}_CloudTrail-Digest_(.+)_(\d{8}T\d{6}Z)(_backfill)?\.json\.gz$/;
const LOG =
  /^((?:.*\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/)CloudTrail\/([^/]+)\/\d{4}\/\d\d\/\d\d\/\d{12}_CloudTrail_.+_(\d{8}T\d{4}Z)_[^/]+\.json\.gz$/;

/** What a key is the name of; undefined for what CloudTrail did not name. */
export function trailKey(key: string): TrailKey | undefined {
  const digest = DIGEST.exec(key);
  if (digest !== null) {
    const [, root, region, trail, stamp = '', backfill] = digest;
    return { kind: 'digest', key, chain: `${root}${region} ${trail}`, stamp, backfill: backfill !== undefined };
  }
  const log = LOG.exec(key);
  if (log === null) return undefined;
  const [, root, region, stamp = ''] = log;
  return { kind: 'log', key, place: `${root}${region}`, stamp };
}

/** `20260310T1007Z` or `20260310T100730Z` in epoch milliseconds. */
export function timeOf(stamp: string): number {
  const [, y, m, d, h, min, s = '00'] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)?Z$/.exec(stamp) ?? [];
  return Date.parse(`${y}-${m}-${d}T${h}:${min}:${s}Z`);
}
