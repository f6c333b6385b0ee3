import { admits, type PolicyDocument } from '../../core/policy.ts';
import type { Context } from '../../core/service.ts';
import type { Store } from '../../core/store.ts';
import { s3Error } from './failure.ts';

/** A bucket as it is stored; its sub-resources (policy, encryption …) are the documents that were put. */
export interface Bucket {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly created: number;
  readonly versioning?: 'Enabled' | 'Suspended';
  readonly objectLock?: boolean;
  readonly defaultRetention?: Retention;
  /** Bodies by the query name that they were put under, e.g. `policy`, `lifecycle`. */
  readonly documents: Readonly<Record<string, string>>;
}

/** The default of an object-lock configuration. */
interface Retention {
  readonly mode: 'COMPLIANCE' | 'GOVERNANCE';
  readonly days: number;
}

/** Bucket names are global: one namespace for all accounts. */
export const BUCKETS = 's3/bucket';

export function findBucket(store: Store, name: string): Bucket | undefined {
  return store.get<Bucket>(BUCKETS, name);
}

export function saveBucket(store: Store, bucket: Bucket): void {
  store.put(BUCKETS, bucket.name, bucket);
}

export function bucketArn(name: string, key?: string): string {
  return `arn:aws:s3:::${name}${key === undefined ? '' : `/${key}`}`;
}

/**
 * The bucket, once its policy lets the caller through: in its own account identity policies are enough unless it denies, from
 * another account it must allow.
 * @param action without prefix, e.g. `GetObject`.
 * @throws AwsError `NoSuchBucket` or `AccessDenied`.
 */
export function requireBucket(
  context: Context,
  name: string,
  action: string,
  key?: string,
  keys: Readonly<Record<string, string>> = {},
): Bucket {
  const bucket = findBucket(context.cloud.store, name);
  if (bucket === undefined) throw s3Error('NoSuchBucket', undefined, { BucketName: name });
  const { caller, cloud } = context;
  cloud.permit?.(context, `s3:${action}`, bucketArn(name, key));
  const request = { caller, action: `s3:${action}`, resource: bucketArn(name, key), keys };
  const policy = bucket.documents.policy;
  // The owner can always mend the policy, as the root of the account can on AWS.
  const mends = caller.account === bucket.account && /BucketPolicy$/.test(action) && caller.kind !== 'service';
  if (mends || admits(context.cloud.store, policy, bucket.account, request)) return bucket;
  throw s3Error(
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: s3:${action} on resource: "${bucketArn(name, key)}" because no resource-based policy allows the s3:${action} action`,
  );
}

/** @throws AwsError `InvalidBucketName`. */
export function checkBucketName(name: string): void {
  const fits =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !name.startsWith('xn--');
  if (!fits) throw s3Error('InvalidBucketName', undefined, { BucketName: name });
}

/** @throws AwsError `MalformedPolicy` unless the text is a policy whose resources are of this bucket. */
export function checkPolicy(bucket: string, text: string): void {
  let policy: PolicyDocument;
  try {
    policy = JSON.parse(text) as PolicyDocument;
  } catch {
    throw s3Error('MalformedPolicy', "Policies must be valid JSON and the first byte must be '{'");
  }
  const statements = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
  for (const statement of statements) {
    if (statement?.Principal === undefined && statement?.NotPrincipal === undefined) {
      throw s3Error('MalformedPolicy', 'Missing required field Principal');
    }
    const resources = [statement.Resource ?? statement.NotResource ?? []].flat();
    const own = resources.every((resource) => /^arn:aws:s3:::/.test(resource) && ofBucket(resource.slice(13), bucket));
    if (resources.length === 0 || !own) throw s3Error('MalformedPolicy', 'Policy has invalid resource');
  }
}

function ofBucket(resource: string, bucket: string): boolean {
  return resource === bucket || resource.startsWith(`${bucket}/`) || /^[*?]/.test(resource) || resource.includes('*');
}
