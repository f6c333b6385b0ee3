import type { Context } from '../../core/service.ts';
import { type Bucket, checkPolicy, requireBucket, saveBucket } from './bucket.ts';
import type { S3Input, S3Output } from './codec.ts';
import { s3Error } from './failure.ts';
import type { ObjectFiles } from './files.ts';
import { readPayload } from './payload.ts';
import { requestOf } from './put.ts';
import { document, type Element, parseXml, textAt } from './xml.ts';

/** What differs between the sub-resources that are kept as documents. */
interface DocumentKind {
  /** The IAM action's noun, e.g. `EncryptionConfiguration` of `s3:PutEncryptionConfiguration`. */
  readonly action: string;
  /** The answer when there is none: an error's code, words and status, or a body. */
  readonly absent: { readonly code: string; readonly message: string } | { readonly body: string };
  /** Checks what is put; may change the bucket. */
  readonly accept?: (bucket: Bucket, text: string) => Bucket;
}

const KINDS: Readonly<Record<string, DocumentKind>> = {
  policy: {
    action: 'BucketPolicy',
    absent: { code: 'NoSuchBucketPolicy', message: 'The bucket policy does not exist' },
    accept: (bucket, text) => {
      checkPolicy(bucket.name, text);
      return bucket;
    },
  },
  versioning: {
    action: 'BucketVersioning',
    absent: { body: document('VersioningConfiguration', {}) },
    accept: version,
  },
  encryption: {
    action: 'EncryptionConfiguration',
    absent: {
      body: document('ServerSideEncryptionConfiguration', {
        Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false },
      }),
    },
  },
  lifecycle: {
    action: 'LifecycleConfiguration',
    absent: { code: 'NoSuchLifecycleConfiguration', message: 'The lifecycle configuration does not exist' },
  },
  publicAccessBlock: {
    action: 'BucketPublicAccessBlock',
    absent: {
      code: 'NoSuchPublicAccessBlockConfiguration',
      message: 'The public access block configuration was not found',
    },
  },
  ownershipControls: {
    action: 'BucketOwnershipControls',
    absent: { code: 'OwnershipControlsNotFoundError', message: 'The bucket ownership controls were not found' },
    accept: (bucket, text) => {
      if (textAt(parseXml(text), 'Rule', 'ObjectOwnership') !== 'BucketOwnerEnforced') {
        throw s3Error(
          'NotImplemented',
          'weft local has no access control lists: ObjectOwnership is BucketOwnerEnforced',
        );
      }
      return bucket;
    },
  },
  'object-lock': {
    action: 'BucketObjectLockConfiguration',
    absent: {
      code: 'ObjectLockConfigurationNotFoundError',
      message: 'Object Lock configuration does not exist for this bucket',
    },
    accept: lock,
  },
  notification: {
    action: 'BucketNotification',
    absent: { body: document('NotificationConfiguration', {}) },
    accept: (bucket, text) => {
      const other = parseXml(text).children.find(({ name }) => name !== 'EventBridgeConfiguration');
      if (other !== undefined) {
        throw s3Error(
          'NotImplemented',
          `weft local sends events of S3 to EventBridge only: ${other.name} is not implemented`,
        );
      }
      return bucket;
    },
  },
  tagging: { action: 'BucketTagging', absent: { code: 'NoSuchTagSet', message: 'The TagSet does not exist' } },
  logging: { action: 'BucketLogging', absent: { body: document('BucketLoggingStatus', {}) } },
  cors: {
    action: 'BucketCORS',
    absent: { code: 'NoSuchCORSConfiguration', message: 'The CORS configuration does not exist' },
  },
};

export function actionOf(kind: string, verb: 'Get' | 'Put' | 'Delete'): string {
  const noun = KINDS[kind]?.action ?? kind;
  // Deleting a sub-resource is a right of its own for the policy only; elsewhere it is the right to put it.
  return verb === 'Delete' && kind !== 'policy' ? `Put${noun}` : `${verb}${noun}`;
}

export function getDocument(kind: string) {
  return (_files: ObjectFiles, { Bucket: name }: S3Input, context: Context): S3Output => {
    const bucket = requireBucket(context, name, actionOf(kind, 'Get'));
    const text = bucket.documents[kind] ?? implied(bucket, kind);
    if (text !== undefined)
      return { body: text, headers: kind === 'policy' ? { 'content-type': 'application/json' } : {} };
    const absent = KINDS[kind]?.absent;
    if (absent !== undefined && 'body' in absent) return { body: absent.body };
    const { code, message } = absent ?? {
      code: 'NoSuchConfiguration',
      message: 'The specified configuration does not exist.',
    };
    throw missing(code, message, name);
  };
}

export function putDocument(kind: string) {
  return (_files: ObjectFiles, { Bucket: name }: S3Input, context: Context): S3Output => {
    const bucket = requireBucket(context, name, actionOf(kind, 'Put'));
    const text = Buffer.concat([...readPayload(requestOf(context)).chunks]).toString('utf8');
    if (kind !== 'policy') parseXml(text);
    const accepted = KINDS[kind]?.accept?.(bucket, text) ?? bucket;
    saveBucket(context.cloud.store, { ...accepted, documents: { ...accepted.documents, [kind]: text } });
    return { status: kind === 'policy' ? 204 : 200 };
  };
}

export function deleteDocument(kind: string) {
  return (_files: ObjectFiles, { Bucket: name }: S3Input, context: Context): S3Output => {
    const bucket = requireBucket(context, name, actionOf(kind, 'Delete'));
    const { [kind]: _removed, ...documents } = bucket.documents;
    saveBucket(context.cloud.store, { ...bucket, documents });
    return { status: 204 };
  };
}

export function getBucketPolicyStatus(_files: ObjectFiles, { Bucket: name }: S3Input, context: Context): S3Output {
  const { documents } = requireBucket(context, name, 'GetBucketPolicyStatus');
  if (documents.policy === undefined) throw missing('NoSuchBucketPolicy', 'The bucket policy does not exist', name);
  throw s3Error('NotImplemented', 'weft local does not judge whether a bucket policy is public');
}

function missing(code: string, message: string, bucket: string) {
  const error = s3Error('NotFound', message, { BucketName: bucket });
  return Object.assign(error, { code });
}

/** What a bucket has without a document: the versioning and the lock that it was created with. */
function implied(bucket: Bucket, kind: string): string | undefined {
  if (kind === 'versioning' && bucket.versioning !== undefined) {
    return document('VersioningConfiguration', { Status: bucket.versioning });
  }
  if (kind === 'object-lock' && bucket.objectLock === true) {
    return document('ObjectLockConfiguration', { ObjectLockEnabled: 'Enabled' });
  }
  return undefined;
}

function version(bucket: Bucket, text: string): Bucket {
  const status = textAt(parseXml(text), 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') throw s3Error('MalformedXML');
  if (status === 'Suspended' && bucket.objectLock === true) {
    throw s3Error(
      'InvalidBucketState',
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    );
  }
  return { ...bucket, versioning: status };
}

function lock(bucket: Bucket, text: string): Bucket {
  const root: Element = parseXml(text);
  if (bucket.versioning !== 'Enabled') {
    throw s3Error(
      'InvalidBucketState',
      "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
    );
  }
  const mode = textAt(root, 'Rule', 'DefaultRetention', 'Mode');
  const days = Number(textAt(root, 'Rule', 'DefaultRetention', 'Days') ?? '0');
  const years = Number(textAt(root, 'Rule', 'DefaultRetention', 'Years') ?? '0');
  if (mode === undefined) return { ...bucket, objectLock: true, defaultRetention: undefined };
  if ((mode !== 'COMPLIANCE' && mode !== 'GOVERNANCE') || days > 0 === years > 0) throw s3Error('MalformedXML');
  return { ...bucket, objectLock: true, defaultRetention: { mode, days: days + years * 365 } };
}
