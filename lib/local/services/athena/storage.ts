import type { Cloud } from '../../core/cloud.ts';
import { S3Service } from '../s3/service.ts';

/** What Athena needs of S3: the live objects as files on this machine. */
export interface Storage {
  /** Keys with a prefix, in order. */
  keys(bucket: string, prefix: string): string[];
  /** The file that holds a live object. */
  localPath(bucket: string, key: string): string;
  put(bucket: string, key: string, bytes: Uint8Array, contentType?: string): void;
  read(bucket: string, key: string): Buffer;
  hasBucket(bucket: string): boolean;
  /** The account that owns a bucket; undefined when there is none. */
  accountOf(bucket: string): string | undefined;
}

/** The S3 of a cloud. */
export function storageOf(cloud: Cloud): Storage {
  const s3 = cloud.service(S3Service);
  return {
    keys: (bucket, prefix) =>
      s3.bucketAccount(bucket) === undefined ? [] : s3.listKeys(bucket, prefix).map(({ key }) => key),
    localPath: (bucket, key) => s3.localPath(bucket, key),
    put: (bucket, key, bytes, contentType) =>
      void s3.put(bucket, key, bytes, contentType === undefined ? {} : { contentType }),
    read: (bucket, key) => s3.read(bucket, key),
    hasBucket: (bucket) => s3.bucketAccount(bucket) !== undefined,
    accountOf: (bucket) => s3.bucketAccount(bucket),
  };
}
