import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { auditBucketName } from '#mesh/topology/names.ts';
import type { Connection } from './connection.ts';

/** An object of the trail's bucket as text; undefined where there is none, or none that the caller may read. */
export async function auditObject(connection: Connection, key: string): Promise<string | undefined> {
  const { mesh, auditAccount, region } = connection.topology;
  const s3 = new S3Client({ ...connection.client, forcePathStyle: connection.client.endpoint !== undefined });
  const Bucket = auditBucketName(mesh, auditAccount, region);
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
    return await Body?.transformToString();
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 403 || status === 404) return undefined;
    throw error;
  }
}
