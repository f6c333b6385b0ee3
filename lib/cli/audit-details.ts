import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { logCrypto } from '#aws/log-crypto.ts';
import type { AuditEntry } from '#mesh/audit/entry.ts';
import { detailText } from '#mesh/audit/log/message.ts';
import { userError, WeftError } from '#mesh/error.ts';
import { auditBucketName } from '#mesh/topology/names.ts';
import type { Connection } from './connection.ts';

/** Objects that are fetched at the same time. */
const FETCHES = 8;

/**
 * The members of entries that are objects of their own because they are long, by the hash that names them.
 * @throws WEFT-AUDIT-022 when one is not what its name says, WEFT-AUDIT-023 when it cannot be had.
 */
export async function longMembers(
  connection: Pick<Connection, 'topology' | 'client' | 'region'>,
  entries: readonly Pick<AuditEntry, 'stateRef' | 'detailsRef'>[],
): Promise<Map<string, string>> {
  const wanted = new Set(entries.flatMap(({ stateRef, detailsRef }) => [stateRef, detailsRef]));
  const names = [...wanted].filter((name) => name !== undefined);
  const found = new Map<string, string>();
  if (names.length === 0) return found;
  const { topology, client, region } = connection;
  const s3 = new S3Client({ ...client, forcePathStyle: client.endpoint !== undefined });
  const bucket = auditBucketName(topology.mesh, topology.auditAccount, region);
  const work = names.values();
  const fetchAll = async () => {
    for (const name of work) found.set(name, await longMember(s3, bucket, name));
  };
  await Promise.all(Array.from({ length: FETCHES }, fetchAll));
  return found;
}

async function longMember(s3: S3Client, bucket: string, name: string): Promise<string> {
  const address = `details/${name}.json`;
  const body = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: address })).then(
    ({ Body }) => Body?.transformToString() ?? '',
    (cause) => {
      throw userError('WEFT-AUDIT-023', `${address} of the trail cannot be had: ${(cause as Error).message}`, {
        hint: 'ask as governance/auditor',
        cause,
      });
    },
  );
  const text = detailText(body, name, logCrypto.sha256);
  if (text !== undefined) return text;
  throw new WeftError(
    'WEFT-AUDIT-022',
    `${address} of the trail is not what its name says: its text has another SHA-256`,
    {
      source: 'user',
      hint: 'the trail was changed: verify it with weft audit verify',
    },
  );
}
