import { createPublicKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { logCrypto } from '#aws/log-crypto.ts';
import { rawEd25519 } from '#aws/log-signer.ts';
import { logOrigin } from '#mesh/audit/log/checkpoint.ts';
import type { LogFiles } from '#mesh/audit/log/files.ts';
import { parseVerifierKey, type VerifierKey, verifierKey } from '#mesh/audit/log/note.ts';
import { userError } from '#mesh/error.ts';
import { auditBucketName, logKeyAlias, witnessBucketName } from '#mesh/topology/names.ts';
import type { Connection } from './connection.ts';

/** What belongs to the log in its bucket: other subjects of the audit have prefixes of their own. */
// The order counts: checkpoints are listed after all that they are about, so that a log that grows meanwhile looks whole.
export const LOG_PREFIXES = ['entries/', 'ids/', 'details/', 'log/tile/', 'log/key', 'log/checkpoint'];

/** Objects that are fetched ahead at once. */
const AT_ONCE = 32;

/** Files below a folder, by their path with slashes. @throws WEFT-AUDIT-014 when there is no such folder. */
export function folderFiles(folder: string): LogFiles {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw userError('WEFT-AUDIT-014', `there is no folder ${folder}`, {
      hint: 'copy the trail first: weft audit copy <folder> --as governance/auditor',
    });
  return {
    keys: async () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')),
    read: async (key) => {
      const file = resolve(folder, ...key.split('/'));
      return existsSync(file) ? readFileSync(file) : undefined;
    },
  };
}

/** Objects of a bucket below some prefixes, as the connection's principal; what is read in turn is fetched ahead. */
export function bucketFiles(
  connection: Pick<Connection, 'client'>,
  { bucket, root = '', prefixes = LOG_PREFIXES }: { bucket: string; root?: string; prefixes?: readonly string[] },
): LogFiles {
  const client = new S3Client({ ...connection.client, forcePathStyle: true });
  const ahead = new Map<string, Promise<Uint8Array | undefined>>();
  let order: string[] = [];
  const fetchOne = async (key: string): Promise<Uint8Array | undefined> => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: `${root}${key}` }));
      return await Body?.transformToByteArray();
    } catch (error) {
      if ((error as Error).name === 'NoSuchKey') return undefined;
      throw error;
    }
  };
  return {
    async keys() {
      const keys: string[] = [];
      for (const prefix of prefixes)
        for await (const { Contents = [] } of paginateListObjectsV2(
          { client },
          { Bucket: bucket, Prefix: `${root}${prefix}` },
        ))
          keys.push(...Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(root.length)])));
      order = keys;
      return keys;
    },
    async read(key) {
      const found = ahead.get(key) ?? fetchOne(key);
      ahead.delete(key);
      const at = order.indexOf(key);
      for (const next of at < 0 ? [] : order.slice(at + 1, at + AT_ONCE))
        if (!ahead.has(next) && ahead.size < AT_ONCE) ahead.set(next, fetchOne(next));
      return found;
    },
  };
}

/** The log of the mesh that a connection speaks to, the witness's copies, and the key as KMS has it. */
export async function meshLog(
  connection: Connection,
): Promise<{ readonly files: LogFiles; readonly witness?: LogFiles; readonly key: VerifierKey }> {
  const { mesh, auditAccount, witnessAccount } = connection.topology;
  const { region } = connection;
  const files = bucketFiles(connection, { bucket: auditBucketName(mesh, auditAccount, region) });
  const witness =
    witnessAccount &&
    bucketFiles(connection, { bucket: witnessBucketName(mesh, witnessAccount, region), prefixes: [''] });
  return { files, ...(witness ? { witness } : {}), key: await publishedKey(connection) };
}

/** The key that signs the checkpoints of the connected mesh, from KMS itself. */
export async function publishedKey({ client, topology, region }: Connection): Promise<VerifierKey> {
  const { mesh, auditAccount } = topology;
  const KeyId = `arn:aws:kms:${region}:${auditAccount}:${logKeyAlias(mesh)}`;
  const { PublicKey = new Uint8Array() } = await new KMSClient(client).send(new GetPublicKeyCommand({ KeyId }));
  return verifierKey(
    logOrigin(mesh, auditAccount, region),
    rawEd25519(Buffer.from(PublicKey), KeyId),
    logCrypto.sha256,
  );
}

/**
 * A key that a user gives: as a verifier key, or as a file that holds one.
 * @throws WEFT-AUDIT-013 when it is neither.
 */
export function givenKey(text: string, cwd: string): VerifierKey {
  const file = resolve(cwd, text);
  const written = !text.includes('+') && isFile(file) ? readFileSync(file, 'utf8') : text;
  const key = parseVerifierKey(written, logCrypto.sha256);
  if (key === undefined || !isPoint(key.publicKey))
    throw userError('WEFT-AUDIT-013', `${JSON.stringify(text)} is no verifier key, and no file with one`, {
      hint: 'a verifier key is <name>+<8 hex digits>+<base64>: weft audit verify --as governance/auditor shows the one of a mesh',
    });
  return key;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isPoint(publicKey: Uint8Array): boolean {
  try {
    createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
      format: 'jwk',
    });
    return true;
  } catch {
    return false;
  }
}

/** `s3://bucket/prefix` taken apart, or undefined for anything else. */
export function s3Place(text: string): { readonly bucket: string; readonly root: string } | undefined {
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(text) ?? [];
  return bucket === undefined ? undefined : { bucket, root: path === '' || path.endsWith('/') ? path : `${path}/` };
}
