import type { Context } from '../../core/service.ts';
import { BUCKETS, type Bucket, checkBucketName, findBucket, requireBucket, saveBucket } from './bucket.ts';
import type { S3Input, S3Output } from './codec.ts';
import { s3Error } from './failure.ts';
import type { ObjectFiles } from './files.ts';
import { isEmptyBucket } from './objects.ts';
import { requestOf } from './put.ts';
import { document, parseXml, textAt } from './xml.ts';

export function createBucket(_files: ObjectFiles, { Bucket: name }: S3Input, context: Context): S3Output {
  const request = requestOf(context);
  checkBucketName(name);
  const body = request.body.toString('utf8').trim();
  const constraint = body === '' ? undefined : textAt(parseXml(body), 'LocationConstraint');
  const region = constraint ?? 'us-east-1';
  const existing = findBucket(context.cloud.store, name);
  if (existing !== undefined) {
    const own = existing.account === context.account;
    // In us-east-1 S3 answers the owner's second request as if it were the first.
    if (own && existing.region === 'us-east-1' && region === 'us-east-1') return { headers: { location: `/${name}` } };
    throw s3Error(own ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists', undefined, { BucketName: name });
  }
  const objectLock = request.headers['x-amz-bucket-object-lock-enabled'] === 'true';
  const bucket: Bucket = {
    name,
    account: context.account,
    region,
    created: context.now,
    objectLock: objectLock || undefined,
    versioning: objectLock ? 'Enabled' : undefined,
    documents: {},
  };
  saveBucket(context.cloud.store, bucket);
  return { headers: { location: `/${name}` } };
}

export function headBucket(_files: ObjectFiles, { Bucket: name }: S3Input, context: Context): S3Output {
  const bucket = requireBucket(context, name, 'ListBucket');
  return { headers: { 'x-amz-bucket-region': bucket.region } };
}

export function deleteBucket(files: ObjectFiles, { Bucket: name }: S3Input, context: Context): S3Output {
  requireBucket(context, name, 'DeleteBucket');
  const { store } = context.cloud;
  if (!isEmptyBucket(store, name)) throw s3Error('BucketNotEmpty', undefined, { BucketName: name });
  store.transaction(() => {
    store.delete(BUCKETS, name);
    store.clear(`s3/upload/${name}`);
  });
  files.remove(name, '');
  return { status: 204 };
}

export function listBuckets(_files: ObjectFiles, _input: S3Input, context: Context): S3Output {
  const { query } = requestOf(context);
  const most = Number(query['max-buckets'] ?? '10000');
  const all = context.cloud.store
    .list<Bucket>(BUCKETS, query.prefix ?? '')
    .map(({ value }) => value)
    .filter(({ account, name }) => account === context.account && name > (query['continuation-token'] ?? ''));
  const page = all.slice(0, most);
  return {
    body: document('ListAllMyBucketsResult', {
      Owner: { ID: context.account },
      Buckets: {
        Bucket: page.map(({ name, created, region }) => ({
          Name: name,
          CreationDate: new Date(created),
          BucketRegion: region,
        })),
      },
      ContinuationToken: page.length < all.length ? page.at(-1)?.name : undefined,
      Prefix: query.prefix,
    }),
  };
}

export function getBucketLocation(_files: ObjectFiles, { Bucket: name }: S3Input, context: Context): S3Output {
  const { region } = requireBucket(context, name, 'GetBucketLocation');
  const text = region === 'us-east-1' ? '' : region;
  return {
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${text}</LocationConstraint>`,
  };
}

/** Ownership is enforced on the bucket's owner, so the list is always this one. */
export function getAcl(action: string) {
  return (_files: ObjectFiles, { Bucket: name, Key }: S3Input, context: Context): S3Output => {
    const { account } = requireBucket(context, name, action, Key === '' ? undefined : Key);
    return {
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>${account}</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>${account}</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>`,
    };
  };
}
