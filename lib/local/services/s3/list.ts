import type { Context } from '../../core/service.ts';
import { requireBucket } from './bucket.ts';
import type { S3Input, S3Output } from './codec.ts';
import { s3Error } from './failure.ts';
import type { ObjectFiles } from './files.ts';
import { listObjects as listLive, listVersions, type ObjectVersion } from './objects.ts';
import { requestOf } from './put.ts';
import { document, type XmlMembers } from './xml.ts';

const PAGE = 1000;

/** One page of keys: objects, and the prefixes that stand for those below a delimiter. */
interface Page {
  readonly objects: readonly ObjectVersion[];
  readonly prefixes: readonly string[];
  /** The last key or prefix of the page, when there is more. */
  readonly next: string | undefined;
}

export function listObjectsV2(_files: ObjectFiles, { Bucket }: S3Input, context: Context): S3Output {
  const { query } = requestOf(context);
  const prefix = query.prefix ?? '';
  requireBucket(context, Bucket, 'ListBucket', undefined, { 's3:prefix': prefix });
  const token = query['continuation-token'];
  const after = token === undefined ? query['start-after'] : fromToken(token);
  const most = maxKeys(query['max-keys']);
  const page = readPage(context, Bucket, prefix, query.delimiter, after, most);
  const name = encoder(query['encoding-type']);
  const withOwner = query['fetch-owner'] === 'true';
  return {
    body: document('ListBucketResult', {
      Name: Bucket,
      Prefix: name(prefix),
      Delimiter: query.delimiter && name(query.delimiter),
      MaxKeys: most,
      EncodingType: query['encoding-type'],
      KeyCount: page.objects.length + page.prefixes.length,
      IsTruncated: page.next !== undefined,
      ContinuationToken: token,
      NextContinuationToken: page.next && Buffer.from(page.next).toString('base64'),
      StartAfter: query['start-after'] && name(query['start-after']),
      Contents: page.objects.map((object) => ({ ...entryOf(object, name), ...(withOwner ? ownerOf(context) : {}) })),
      CommonPrefixes: page.prefixes.map((text) => ({ Prefix: name(text) })),
    }),
  };
}

export function listObjectsV1(_files: ObjectFiles, { Bucket }: S3Input, context: Context): S3Output {
  const { query } = requestOf(context);
  const prefix = query.prefix ?? '';
  requireBucket(context, Bucket, 'ListBucket', undefined, { 's3:prefix': prefix });
  const most = maxKeys(query['max-keys']);
  const page = readPage(context, Bucket, prefix, query.delimiter, query.marker || undefined, most);
  const name = encoder(query['encoding-type']);
  return {
    body: document('ListBucketResult', {
      Name: Bucket,
      Prefix: name(prefix),
      Marker: name(query.marker ?? ''),
      NextMarker: page.next && query.delimiter !== undefined ? name(page.next) : undefined,
      Delimiter: query.delimiter && name(query.delimiter),
      MaxKeys: most,
      EncodingType: query['encoding-type'],
      IsTruncated: page.next !== undefined,
      Contents: page.objects.map((object) => ({ ...entryOf(object, name), ...ownerOf(context) })),
      CommonPrefixes: page.prefixes.map((text) => ({ Prefix: name(text) })),
    }),
  };
}

export function listObjectVersions(_files: ObjectFiles, { Bucket }: S3Input, context: Context): S3Output {
  const { query } = requestOf(context);
  const prefix = query.prefix ?? '';
  requireBucket(context, Bucket, 'ListBucketVersions', undefined, { 's3:prefix': prefix });
  if (query.delimiter !== undefined && query.delimiter !== '') {
    throw s3Error('NotImplemented', 'weft local does not implement s3:ListObjectVersions with a delimiter');
  }
  const { store } = context.cloud;
  const most = maxKeys(query['max-keys']);
  const all = listVersions(store, Bucket, prefix);
  const markerKey = query['key-marker'] ?? '';
  const markerVersion = query['version-id-marker'];
  const at = all.findIndex(({ key, versionId }) => key === markerKey && versionId === markerVersion);
  const left = at >= 0 ? all.slice(at + 1) : all.filter(({ key }) => markerKey === '' || key > markerKey);
  const page = left.slice(0, most);
  const last = page.length < left.length ? page.at(-1) : undefined;
  const name = encoder(query['encoding-type']);
  const newest = new Map<string, ObjectVersion>();
  for (const version of all) if (!newest.has(version.key)) newest.set(version.key, version);
  const common = (version: ObjectVersion) => ({
    Key: name(version.key),
    VersionId: version.versionId,
    IsLatest: newest.get(version.key) === version,
    LastModified: new Date(version.modified),
    ...ownerOf(context),
  });
  return {
    body: document('ListVersionsResult', {
      Name: Bucket,
      Prefix: name(prefix),
      KeyMarker: name(markerKey),
      VersionIdMarker: markerVersion,
      NextKeyMarker: last && name(last.key),
      NextVersionIdMarker: last?.versionId,
      MaxKeys: most,
      EncodingType: query['encoding-type'],
      IsTruncated: last !== undefined,
      Version: page
        .filter(({ deleteMarker }) => deleteMarker !== true)
        .map((version) => ({
          ...common(version),
          ETag: `"${version.etag}"`,
          Size: version.size,
          StorageClass: 'STANDARD',
        })),
      DeleteMarker: page.filter(({ deleteMarker }) => deleteMarker === true).map(common),
    }),
  };
}

function readPage(
  context: Context,
  bucket: string,
  prefix: string,
  delimiter: string | undefined,
  after: string | undefined,
  most: number,
): Page {
  const objects: ObjectVersion[] = [];
  const prefixes: string[] = [];
  if (most === 0) return { objects, prefixes, next: undefined };
  let from = after;
  let last: string | undefined;
  for (;;) {
    const rows = listLive(context.cloud.store, bucket, prefix, from, delimiter ? 1 : most + 1 - objects.length);
    for (const object of rows) {
      if (objects.length + prefixes.length >= most) return { objects, prefixes, next: last };
      const end = delimiter ? object.key.indexOf(delimiter, prefix.length) : -1;
      if (end < 0 || !delimiter) {
        objects.push(object);
        last = object.key;
        from = object.key;
      } else {
        const common = object.key.slice(0, end + delimiter.length);
        // A page that began inside a common prefix has shown it already.
        if (after === undefined || !after.startsWith(common)) {
          prefixes.push(common);
          last = common;
        }
        from = `${common}\u{10fffe}`;
      }
    }
    if (rows.length === 0 || !delimiter) return { objects, prefixes, next: undefined };
  }
}

function entryOf(object: ObjectVersion, name: (text: string) => string): XmlMembers {
  return {
    Key: name(object.key),
    LastModified: new Date(object.modified),
    ETag: `"${object.etag}"`,
    ChecksumAlgorithm: Object.keys(object.checksums).map((algorithm) => algorithm.toUpperCase()),
    Size: object.size,
    StorageClass: 'STANDARD',
  };
}

function ownerOf({ account }: Context): XmlMembers {
  return { Owner: { ID: account } };
}

function maxKeys(text: string | undefined): number {
  const number = Number(text ?? PAGE);
  if (Number.isInteger(number) && number >= 0) return Math.min(PAGE, number);
  throw s3Error('InvalidArgument', 'Provided max-keys not an integer or within integer range');
}

function encoder(type: string | undefined): (text: string) => string {
  if (type !== 'url') return (text) => text;
  return (text) => encodeURIComponent(text).replaceAll('%2F', '/');
}

function fromToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (text !== '') return text;
  throw s3Error('InvalidArgument', 'The continuation token provided is incorrect');
}
