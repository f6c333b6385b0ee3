interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD';
  readonly on: 'service' | 'bucket' | 'object';
  /** A query parameter that must be there. */
  readonly query?: string;
  /** A header that must be there. */
  readonly header?: string;
  /** None where S3 has no operation for a request that must not be taken for another. */
  readonly operation?: string;
}

/** Sub-resources of a bucket that are kept as the documents that were put: query name → the noun in the operation's name. */
export const DOCUMENTS: Readonly<Record<string, string>> = {
  policy: 'BucketPolicy',
  versioning: 'BucketVersioning',
  encryption: 'BucketEncryption',
  lifecycle: 'BucketLifecycleConfiguration',
  publicAccessBlock: 'PublicAccessBlock',
  ownershipControls: 'BucketOwnershipControls',
  'object-lock': 'ObjectLockConfiguration',
  notification: 'BucketNotificationConfiguration',
  tagging: 'BucketTagging',
  logging: 'BucketLogging',
  cors: 'BucketCors',
};

/** What deletes a sub-resource, where its name is another; undefined where it cannot be deleted. */
const DELETIONS: Readonly<Record<string, string | undefined>> = {
  lifecycle: 'DeleteBucketLifecycle',
  versioning: undefined,
  'object-lock': undefined,
  notification: undefined,
  logging: undefined,
};

/** The operation of a request: the first route that fits. */
export const ROUTES: readonly Route[] = [
  { method: 'GET', on: 'service', operation: 'ListBuckets' },
  ...Object.entries(DOCUMENTS).flatMap(([query, noun]): Route[] => [
    { method: 'GET', on: 'bucket', query, operation: `Get${noun}` },
    { method: 'PUT', on: 'bucket', query, operation: `Put${noun}` },
    { method: 'DELETE', on: 'bucket', query, operation: query in DELETIONS ? DELETIONS[query] : `Delete${noun}` },
  ]),
  { method: 'GET', on: 'bucket', query: 'location', operation: 'GetBucketLocation' },
  { method: 'GET', on: 'bucket', query: 'acl', operation: 'GetBucketAcl' },
  { method: 'PUT', on: 'bucket', query: 'acl', operation: 'PutBucketAcl' },
  { method: 'GET', on: 'bucket', query: 'policyStatus', operation: 'GetBucketPolicyStatus' },
  { method: 'GET', on: 'bucket', query: 'versions', operation: 'ListObjectVersions' },
  { method: 'GET', on: 'bucket', query: 'uploads', operation: 'ListMultipartUploads' },
  ...['accelerate', 'requestPayment', 'website', 'replication', 'inventory', 'metrics', 'analytics'].flatMap(
    (query): Route[] =>
      (['GET', 'PUT', 'DELETE'] as const).map((method) => ({
        method,
        on: 'bucket',
        query,
        operation: `bucket ${query}`,
      })),
  ),
  { method: 'GET', on: 'bucket', query: 'list-type', operation: 'ListObjectsV2' },
  { method: 'GET', on: 'bucket', operation: 'ListObjects' },
  { method: 'HEAD', on: 'bucket', operation: 'HeadBucket' },
  { method: 'PUT', on: 'bucket', operation: 'CreateBucket' },
  { method: 'DELETE', on: 'bucket', operation: 'DeleteBucket' },
  { method: 'POST', on: 'bucket', query: 'delete', operation: 'DeleteObjects' },
  { method: 'GET', on: 'object', query: 'uploadId', operation: 'ListParts' },
  { method: 'GET', on: 'object', query: 'tagging', operation: 'GetObjectTagging' },
  { method: 'PUT', on: 'object', query: 'tagging', operation: 'PutObjectTagging' },
  { method: 'DELETE', on: 'object', query: 'tagging', operation: 'DeleteObjectTagging' },
  { method: 'GET', on: 'object', query: 'retention', operation: 'GetObjectRetention' },
  { method: 'PUT', on: 'object', query: 'retention', operation: 'PutObjectRetention' },
  { method: 'GET', on: 'object', query: 'legal-hold', operation: 'GetObjectLegalHold' },
  { method: 'PUT', on: 'object', query: 'legal-hold', operation: 'PutObjectLegalHold' },
  { method: 'GET', on: 'object', query: 'attributes', operation: 'GetObjectAttributes' },
  { method: 'GET', on: 'object', query: 'acl', operation: 'GetObjectAcl' },
  { method: 'PUT', on: 'object', query: 'acl', operation: 'PutObjectAcl' },
  { method: 'GET', on: 'object', operation: 'GetObject' },
  { method: 'HEAD', on: 'object', operation: 'HeadObject' },
  { method: 'POST', on: 'object', query: 'uploads', operation: 'CreateMultipartUpload' },
  { method: 'POST', on: 'object', query: 'uploadId', operation: 'CompleteMultipartUpload' },
  { method: 'POST', on: 'object', query: 'select', operation: 'SelectObjectContent' },
  { method: 'POST', on: 'object', query: 'restore', operation: 'RestoreObject' },
  { method: 'PUT', on: 'object', query: 'uploadId', header: 'x-amz-copy-source', operation: 'UploadPartCopy' },
  { method: 'PUT', on: 'object', query: 'uploadId', operation: 'UploadPart' },
  { method: 'PUT', on: 'object', header: 'x-amz-copy-source', operation: 'CopyObject' },
  { method: 'PUT', on: 'object', operation: 'PutObject' },
  { method: 'DELETE', on: 'object', query: 'uploadId', operation: 'AbortMultipartUpload' },
  { method: 'DELETE', on: 'object', operation: 'DeleteObject' },
];
