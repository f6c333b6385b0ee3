import {
  CreateBucketCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Backend } from './harness.ts';

export interface BucketOptions {
  readonly lock?: boolean;
  readonly versioned?: boolean;
}

/** A bucket of the test's account, with what tests do to its objects. */
export async function createBucket(backend: Backend, options: BucketOptions = {}) {
  const s3 = backend.client(S3Client);
  const Bucket = `bucket-${backend.account}`;
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: options.lock }));
  if (options.versioned) {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  }
  return {
    s3,
    Bucket,
    put: (Key: string, Body: string | Uint8Array, more: Partial<PutObjectCommandInput> = {}) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more })),
    get: async (Key: string, more: Partial<GetObjectCommandInput> = {}) => {
      const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
      return { ...answer, text: await answer.Body?.transformToString() };
    },
    list: (more: Partial<ListObjectsV2CommandInput> = {}) => s3.send(new ListObjectsV2Command({ Bucket, ...more })),
  };
}
