import { createHash } from 'node:crypto';
import type { StoredVersion } from '#mesh/retention/plan.ts';
import { type BatchOutcome, sendAll } from './batch.ts';
import { type Patience, persist } from './retry.ts';
import { awsError, createSigned, type Unsigned, type Way } from './signed-request.ts';

/** Every version of the objects of one bucket, and their removal for good. */
export interface VersionedBucket {
  /** All versions and marks of deletion below a prefix, oldest pages last. */
  versions(bucket: string, prefix: string): Promise<StoredVersion[]>;
  /** The keys below a prefix that stand now. */
  keys(bucket: string, prefix: string): Promise<string[]>;
  /** Deletes just these versions; what is gone already counts as deleted. `before` is asked before each call, and what it throws stops the rest. */
  remove(versions: readonly StoredVersion[], before: () => Promise<void>): Promise<BatchOutcome<StoredVersion>>;
  /** The text of an object; undefined when there is none. */
  read(bucket: string, key: string): Promise<string | undefined>;
}

/** S3 takes that many keys in one call. */
const MOST_KEYS = 1000;

/** The buckets in path style, which every endpoint of S3 takes as long as their names have no dots. */
export function createVersionedBucket(way: Way, patience: Patience): VersionedBucket {
  const send = createSigned('s3', way);
  const call = (request: Omit<Unsigned, 'headers'>): Promise<string> =>
    persist(async () => {
      const { status, text } = await send({
        ...request,
        headers: {
          'x-amz-content-sha256': createHash('sha256').update(request.body).digest('hex'),
          ...(request.body === ''
            ? {}
            : {
                'content-md5': createHash('md5').update(request.body).digest('base64'),
                'content-type': 'application/xml',
              }),
        },
      });
      if (status < 300) return text;
      throw awsError(textIn(text, 'Code') ?? 'Unknown', textIn(text, 'Message') ?? `status ${status}`, status);
    }, patience);
  const list = (bucket: string, query: Record<string, string>) =>
    call({ method: 'GET', path: `/${bucket}`, query: { 'encoding-type': 'url', ...query }, body: '' });

  return {
    async versions(bucket, prefix) {
      const found: StoredVersion[] = [];
      let marker: Record<string, string> = {};
      for (;;) {
        const page = await list(bucket, { versions: '', prefix, ...marker });
        const read = reader(page);
        for (const [, kind = '', body = ''] of page.matchAll(/<(Version|DeleteMarker)>([\s\S]*?)<\/\1>/g)) {
          found.push(versionOf(bucket, body, kind === 'DeleteMarker', read));
        }
        if (textIn(page, 'IsTruncated') !== 'true') return found;
        marker = {
          'key-marker': read(textIn(page, 'NextKeyMarker')),
          'version-id-marker': textIn(page, 'NextVersionIdMarker') ?? '',
        };
      }
    },
    async keys(bucket, prefix) {
      const found: string[] = [];
      let token: Record<string, string> = {};
      for (;;) {
        const page = await list(bucket, { 'list-type': '2', prefix, ...token });
        const read = reader(page);
        for (const [, body = ''] of page.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
          found.push(read(textIn(body, 'Key')));
        }
        if (textIn(page, 'IsTruncated') !== 'true') return found;
        token = { 'continuation-token': unescaped(textIn(page, 'NextContinuationToken') ?? '') };
      }
    },
    async remove(versions, before) {
      const outcome: { done: StoredVersion[]; unclear: Refusal[]; failed: Refusal[] } = {
        done: [],
        unclear: [],
        failed: [],
      };
      for (const [bucket, own] of Map.groupBy(versions, (version) => version.bucket)) {
        const one = await sendAll(
          own,
          async (group) => {
            await before();
            return refusals(
              group,
              await call({ method: 'POST', path: `/${bucket}`, query: { delete: '' }, body: bodyOf(group) }),
            );
          },
          { size: MOST_KEYS, patience },
        );
        outcome.done.push(...one.done);
        outcome.unclear.push(...one.unclear);
        outcome.failed.push(...one.failed);
      }
      return outcome;
    },
    async read(bucket, key) {
      try {
        const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
        return await call({ method: 'GET', path, body: '' });
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
        throw error;
      }
    },
  };
}

type Refusal = BatchOutcome<StoredVersion>['failed'][number];

function versionOf(bucket: string, body: string, marker: boolean, read: (text?: string) => string): StoredVersion {
  return {
    bucket,
    key: read(textIn(body, 'Key')),
    versionId: textIn(body, 'VersionId') ?? '',
    bytes: Number(textIn(body, 'Size') ?? 0),
    etag: unescaped(textIn(body, 'ETag') ?? '').replaceAll('"', ''),
    modified: new Date(textIn(body, 'LastModified') ?? '').toISOString(),
    latest: textIn(body, 'IsLatest') === 'true',
    marker,
  };
}

/** Quiet: S3 then answers the failures alone. */
function bodyOf(group: readonly StoredVersion[]): string {
  const objects = group.map(
    ({ key, versionId }) => `<Object><Key>${escaped(key)}</Key><VersionId>${escaped(versionId)}</VersionId></Object>`,
  );
  return `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${objects.join('')}</Delete>`;
}

function refusals(group: readonly StoredVersion[], answer: string) {
  return [...answer.matchAll(/<Error>([\s\S]*?)<\/Error>/g)].map(([, body = '']) => {
    const key = unescaped(textIn(body, 'Key') ?? '');
    const version = textIn(body, 'VersionId');
    const index = group.findIndex((one) => one.key === key && one.versionId === version);
    const symptom = {
      name: textIn(body, 'Code') ?? 'Unknown',
      message: textIn(body, 'Message') ?? 'no reason is given',
    };
    return { index, symptom };
  });
}

function textIn(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

/** How a page writes keys: as it was asked, unless its server knows no other way than XML's. */
function reader(page: string): (text?: string) => string {
  if (textIn(page, 'EncodingType') !== 'url') return (text = '') => unescaped(text);
  return (text = '') => decodeURIComponent(unescaped(text).replaceAll('+', '%20'));
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[String(name).toLowerCase()] ?? whole;
  });
}

/** Every character that XML would not give back as it was is written as a reference. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"'\p{Cc}]/gu, (character) => `&#${character.codePointAt(0)};`);
}
