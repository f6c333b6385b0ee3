import { join } from 'node:path';
import { type Cloud, callerFor } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { Context, Operation, Operations, Service } from '../../core/service.ts';
import { type Bucket, bucketArn, findBucket } from './bucket.ts';
import { createBucket, deleteBucket, getAcl, getBucketLocation, headBucket, listBuckets } from './bucket-operations.ts';
import { type S3Input, type S3Output, s3Codec } from './codec.ts';
import { copyObject } from './copy.ts';
import { deleteObject, deleteObjects } from './delete.ts';
import { actionOf, deleteDocument, getBucketPolicyStatus, getDocument, putDocument } from './documents.ts';
import { s3Error } from './failure.ts';
import { ObjectFiles } from './files.ts';
import { getObject, headObject } from './get.ts';
import { listObjectsV1, listObjectsV2, listObjectVersions } from './list.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './multipart.ts';
import * as attributes from './object-attributes.ts';
import { currentVersion, listObjects, type ObjectVersion } from './objects.ts';
import { digest } from './payload.ts';
import { putObject } from './put.ts';
import { DOCUMENTS, ROUTES } from './routes.ts';
import { defaultEncryption, type ObjectOptions, storeObject } from './writing.ts';

/** A live object, as other services see it. */
export interface ListedKey {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Epoch milliseconds. */
  readonly lastModified: number;
}

type Run = (files: ObjectFiles, input: S3Input, context: Context) => S3Output;

/** Amazon S3: buckets, objects as files, versions, locks, multipart uploads, bucket policies. */
export class S3Service implements Service {
  readonly signingName = 's3';
  readonly codec = s3Codec;
  readonly operations: Operations;
  readonly #cloud: Cloud;
  readonly #files: ObjectFiles;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#files = new ObjectFiles(join(cloud.folder, 's3'));
    this.operations = {
      ...this.#documentOperations(),
      ListBuckets: this.#operation(listBuckets, 'ListAllMyBuckets'),
      CreateBucket: this.#operation(createBucket),
      HeadBucket: this.#operation(withoutBody(headBucket), 'ListBucket'),
      DeleteBucket: this.#operation(deleteBucket),
      GetBucketLocation: this.#operation(getBucketLocation),
      GetBucketAcl: this.#operation(getAcl('GetBucketAcl')),
      GetBucketPolicyStatus: this.#operation(getBucketPolicyStatus),
      ListObjects: this.#operation(listObjectsV1, 'ListBucket'),
      ListObjectsV2: this.#operation(listObjectsV2, 'ListBucket'),
      ListObjectVersions: this.#operation(listObjectVersions, 'ListBucketVersions'),
      ListMultipartUploads: this.#operation(listMultipartUploads, 'ListBucketMultipartUploads'),
      PutObject: this.#operation(putObject),
      CopyObject: this.#operation(copyObject, 'PutObject'),
      GetObject: this.#operation(getObject),
      HeadObject: this.#operation(withoutBody(headObject), 'GetObject'),
      DeleteObject: this.#operation(deleteObject),
      DeleteObjects: this.#operation(deleteObjects, 'DeleteObject'),
      GetObjectAcl: this.#operation(getAcl('GetObjectAcl')),
      GetObjectAttributes: this.#operation(attributes.getObjectAttributes),
      GetObjectTagging: this.#operation(attributes.getObjectTagging),
      PutObjectTagging: this.#operation(attributes.putObjectTagging),
      DeleteObjectTagging: this.#operation(attributes.deleteObjectTagging),
      GetObjectRetention: this.#operation(attributes.getObjectRetention),
      PutObjectRetention: this.#operation(attributes.putObjectRetention),
      GetObjectLegalHold: this.#operation(attributes.getObjectLegalHold),
      PutObjectLegalHold: this.#operation(attributes.putObjectLegalHold),
      CreateMultipartUpload: this.#operation(createMultipartUpload, 'PutObject'),
      UploadPart: this.#operation(uploadPart, 'PutObject'),
      UploadPartCopy: this.#operation(uploadPartCopy, 'PutObject'),
      CompleteMultipartUpload: this.#operation(completeMultipartUpload, 'PutObject'),
      AbortMultipartUpload: this.#operation(abortMultipartUpload),
      ListParts: this.#operation(listParts, 'ListMultipartUploadParts'),
    };
  }

  /** The file that holds a live object; it stays as it is when the key is written again. @throws AwsError `NoSuchKey`. */
  localPath(bucket: string, key: string): string {
    return this.#files.path(bucket, this.#live(bucket, key).file);
  }

  /** Live objects whose key begins with `prefix`, in key order. @throws AwsError `NoSuchBucket`. */
  listKeys(bucket: string, prefix: string): ListedKey[] {
    this.#bucket(bucket);
    return listObjects(this.#cloud.store, bucket, prefix, undefined, Number.MAX_SAFE_INTEGER - 1).map(
      ({ key, size, etag, modified }) => ({ key, size, etag, lastModified: modified }),
    );
  }

  /** The bytes of a live object. @throws AwsError `NoSuchBucket` or `NoSuchKey`. */
  read(bucket: string, key: string): Buffer {
    return Buffer.concat([...this.#files.read(bucket, this.#live(bucket, key).file)]);
  }

  /** Writes an object for another service. @throws AwsError `NoSuchBucket`. */
  put(bucket: string, key: string, bytes: Uint8Array | string, options: ObjectOptions = {}): ObjectVersion {
    const owner = this.#bucket(bucket);
    const { requestId } = this.#cloud.contextFor(callerFor(`arn:aws:iam::${owner.account}:root`, 'root'));
    const chunks = [typeof bytes === 'string' ? Buffer.from(bytes) : bytes];
    const size = chunks[0]?.length ?? 0;
    const etag = digest('md5', chunks, 'hex');
    const object = { ...options, key, chunks, size, etag };
    const cause = { reason: 'PutObject', requester: owner.account, requestId } as const;
    return storeObject(this.#cloud, this.#files, owner, object, cause);
  }

  /** The account that owns a bucket; undefined when there is no such bucket. */
  bucketAccount(bucket: string): string | undefined {
    return findBucket(this.#cloud.store, bucket)?.account;
  }

  /** A bucket's policy as JSON text; undefined when it has none. */
  bucketPolicy(bucket: string): string | undefined {
    return findBucket(this.#cloud.store, bucket)?.documents.policy;
  }

  /** The ARN or id of the KMS key that a bucket encrypts with by default; undefined when S3's own does. */
  defaultKey(bucket: string): string | undefined {
    const found = findBucket(this.#cloud.store, bucket);
    return found && defaultEncryption(found)?.keyId;
  }

  #bucket(name: string): Bucket {
    const bucket = findBucket(this.#cloud.store, name);
    if (bucket === undefined) throw s3Error('NoSuchBucket', undefined, { BucketName: name });
    return bucket;
  }

  #live(bucket: string, key: string): ObjectVersion {
    this.#bucket(bucket);
    const version = currentVersion(this.#cloud.store, bucket, key);
    if (version === undefined || version.deleteMarker) throw s3Error('NoSuchKey', undefined, { Key: key });
    return version;
  }

  #operation(run: Run, action?: string): Operation<S3Input> {
    return {
      run: (input, context) => run(this.#files, input, context),
      action: action && `s3:${action}`,
      resources: ({ Bucket: bucket, Key }) =>
        bucket === '' ? ['*'] : [bucketArn(bucket, Key === '' ? undefined : Key)],
    };
  }

  #documentOperations(): Record<string, Operation<S3Input>> {
    const operations: Record<string, Operation<S3Input>> = {};
    const runs = { GET: ['Get', getDocument], PUT: ['Put', putDocument], DELETE: ['Delete', deleteDocument] } as const;
    for (const kind of Object.keys(DOCUMENTS)) {
      for (const [method, [verb, make]] of Object.entries(runs)) {
        const route = ROUTES.find((entry) => entry.method === method && entry.on === 'bucket' && entry.query === kind);
        if (route?.operation !== undefined)
          operations[route.operation] = this.#operation(make(kind), actionOf(kind, verb));
      }
    }
    return operations;
  }
}

/** The answers to HEAD have no body: an error is its status, and a missing object or bucket is `NotFound`. */
function withoutBody(run: Run): Run {
  return (files, input, context) => {
    try {
      return run(files, input, context);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const code = error.status === 404 ? 'NotFound' : error.code;
      throw new AwsError(code, error.message, error.status, { ...error.members, bodiless: true });
    }
  };
}
