import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { TrailFiles } from '#mesh/audit/digest/verify.ts';
import { userError } from '#mesh/error.ts';

/**
 * Files of CloudTrail in a folder, as they were copied from their bucket. `signatures`: those that the objects of the newest digests carried, by key: a copy has
 * none.
 * @throws WeftError `WEFT-AUDIT-055` when there are none
 */
export function filesOfFolder(folder: string, signatures: Readonly<Record<string, string>> = {}): TrailFiles {
  const root = resolve(folder);
  // A copy of a part of the bucket may begin below the folder that its keys begin with.
  const above = /(?:^|\/)(AWSLogs\/.*)$/.exec(`${root.split(sep).join('/')}/`)?.[1] ?? '';
  let names: string[];
  try {
    names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  } catch (cause) {
    throw noFiles(folder, cause);
  }
  const paths = new Map(names.map((name) => [`${above}${name.split(sep).join('/')}`, join(root, name)]));
  const keys = [...paths.keys()].filter((key) => key.endsWith('.json.gz'));
  if (keys.length === 0) throw noFiles(folder);
  return {
    keys,
    async read(key) {
      const signature = signatures[key];
      const content = unpacked(readFileSync(paths.get(key) ?? ''));
      return { ...(content && { content }), ...(signature === undefined ? {} : { signature }) };
    },
  };
}

/** Files of CloudTrail in their bucket. @throws WeftError `WEFT-AUDIT-055` when there are none */
export async function filesOfBucket(client: S3Client, bucket: string, prefix: string): Promise<TrailFiles> {
  const keys: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken }));
    keys.push(...(page.Contents ?? []).flatMap(({ Key }) => (Key?.endsWith('.json.gz') ? [Key] : [])));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  if (keys.length === 0) throw noFiles(`s3://${bucket}/${prefix}`);
  return {
    keys,
    bucket,
    async read(Key) {
      const { Body, Metadata } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const content = unpacked((await Body?.transformToByteArray()) ?? new Uint8Array());
      const signature = Metadata?.signature;
      return { ...(content && { content }), ...(signature === undefined ? {} : { signature }) };
    },
  };
}

/** The content; undefined when it is packed and damaged. What a tool has unpacked on its way is taken as it is. */
function unpacked(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch {
    return undefined;
  }
}

function noFiles(where: string, cause?: unknown): Error {
  return userError('WEFT-AUDIT-055', `${where} has no files of CloudTrail`, {
    cause,
    hint: 'give the folder or prefix that AWSLogs/ is in, or that is below it',
  });
}
