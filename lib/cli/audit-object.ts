import { auditBucketName } from '#mesh/topology/names.ts';
import type { Connection } from './connection.ts';
import { bucketFiles } from './log-files.ts';

/** An object of the trail's bucket as text; undefined where there is none, or none that the caller may read. */
export async function auditObject(connection: Connection, key: string): Promise<string | undefined> {
  const { mesh, auditAccount, region } = connection.topology;
  const bucket = auditBucketName(mesh, auditAccount, region);
  try {
    const found = await bucketFiles(connection, { bucket }).read(key);
    return found === undefined ? undefined : new TextDecoder().decode(found);
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 403) return undefined;
    throw error;
  }
}
