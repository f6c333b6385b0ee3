import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { Caller } from '../../core/service.ts';
import { registrationOf } from '../lake-formation/location-store.ts';
import { requireBucket } from '../s3/bucket.ts';
import { QueryFailure } from './sql/gate.ts';
import { storageOf } from './storage.ts';

/**
 * Refuses what a query reads or writes in a bucket of another account, unless Lake Formation knows the place in `account` or the bucket's own
 * policy lets the caller in: Athena goes there with the caller's keys.
 * @param account of the catalog whose table it is, or of the caller for what no table names
 * @throws QueryFailure
 */
export function requireForeign(
  cloud: Cloud,
  caller: Caller,
  account: string,
  action: 'GetObject' | 'PutObject',
  bucket: string,
  keys: readonly string[],
): void {
  const owner = storageOf(cloud).accountOf(bucket);
  if (owner === undefined || owner === account) return;
  // The usual case, and no look at each of many files.
  if (registrationOf(cloud, account, `s3://${bucket}`) !== undefined) return;
  for (const key of keys) {
    const uri = `s3://${bucket}/${key}`;
    if (registrationOf(cloud, account, uri) !== undefined) continue;
    try {
      requireBucket(cloud.contextFor(caller), bucket, action, key);
    } catch (error) {
      if (error instanceof AwsError) throw new QueryFailure(`Permission denied on S3 path: ${uri}`);
      throw error;
    }
  }
}
