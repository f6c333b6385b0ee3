import * as sdk from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';
import { S3Service } from '#local/services/s3/service.ts';
import { describeBackends } from './harness.ts';

describeBackends('Versions of S3 objects', { moto: true, services: (cloud) => [new S3Service(cloud)] }, (backend) => {
  async function newObject(lock = false) {
    const s3 = backend.client(sdk.S3Client);
    const at = { Bucket: `bucket-${backend.account}`, Key: 'a' };
    await s3.send(new sdk.CreateBucketCommand({ Bucket: at.Bucket, ObjectLockEnabledForBucket: lock }));
    const { VersionId } = await s3.send(new sdk.PutObjectCommand({ ...at, Body: 'hello world' }));
    return { s3, at, VersionId };
  }

  test('carry tags that come, change and go, ten at most', async () => {
    const { s3, at } = await newObject();
    const put = (TagSet: sdk.Tag[]) => s3.send(new sdk.PutObjectTaggingCommand({ ...at, Tagging: { TagSet } }));
    const read = async () => (await s3.send(new sdk.GetObjectTaggingCommand(at))).TagSet;
    await put([{ Key: 'class', Value: 'internal' }]);
    expect(await read()).toEqual([{ Key: 'class', Value: 'internal' }]);
    await s3.send(new sdk.DeleteObjectTaggingCommand(at));
    expect(await read()).toEqual([]);
    const eleven = Array.from({ length: 11 }, (_, number) => ({ Key: `k${number}`, Value: 'v' }));
    await expect(put(eleven)).rejects.toMatchObject({ name: 'BadRequest' });
  });

  backend.differs('s3-attributes-date', 'tell their attributes, and who may do what', async () => {
    const { s3, at } = await newObject();
    const ObjectAttributes = ['ETag', 'ObjectSize', 'StorageClass'] as sdk.ObjectAttributes[];
    const told = await s3.send(new sdk.GetObjectAttributesCommand({ ...at, ObjectAttributes }));
    expect(told).toMatchObject({ ETag: '5eb63bbbe01eeed093cb22bb8f5acdc3', ObjectSize: 11, StorageClass: 'STANDARD' });
    expect(told.ObjectParts).toBeUndefined();
    const { Grants } = await s3.send(new sdk.GetObjectAclCommand(at));
    expect(Grants?.map(({ Permission }) => Permission)).toEqual(['FULL_CONTROL']);
  });

  test('are parts of another object, whole or a range', async () => {
    const { s3, at } = await newObject();
    const to = { Bucket: at.Bucket, Key: 'copy' };
    const { UploadId } = await s3.send(new sdk.CreateMultipartUploadCommand(to));
    const uploads = await s3.send(new sdk.ListMultipartUploadsCommand({ Bucket: at.Bucket, Prefix: 'co' }));
    expect(uploads.Uploads?.map(({ Key }) => Key)).toEqual(['copy']);
    const part = { ...to, UploadId, PartNumber: 1, CopySource: `${at.Bucket}/${at.Key}` };
    const { CopyPartResult } = await s3.send(new sdk.UploadPartCopyCommand({ ...part, CopySourceRange: 'bytes=0-4' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: CopyPartResult?.ETag }] };
    await s3.send(new sdk.CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload }));
    const { Body } = await s3.send(new sdk.GetObjectCommand(to));
    expect(await Body?.transformToString()).toBe('hello');
  });

  test('leave nothing of an upload that is given up', async () => {
    const { s3, at } = await newObject();
    const { UploadId } = await s3.send(new sdk.CreateMultipartUploadCommand(at));
    await s3.send(new sdk.UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: 'x' }));
    await s3.send(new sdk.AbortMultipartUploadCommand({ ...at, UploadId }));
    await expect(s3.send(new sdk.ListPartsCommand({ ...at, UploadId }))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
  });

  test('carry a legal hold that comes and goes', async () => {
    const { s3, at, VersionId } = await newObject(true);
    const hold = (Status: 'ON' | 'OFF') =>
      s3.send(new sdk.PutObjectLegalHoldCommand({ ...at, VersionId, LegalHold: { Status } }));
    await hold('ON');
    expect((await s3.send(new sdk.GetObjectLegalHoldCommand({ ...at, VersionId }))).LegalHold?.Status).toBe('ON');
    await hold('OFF');
    await s3.send(new sdk.DeleteObjectCommand({ ...at, VersionId }));
  });

  test('under a legal hold are not deleted', async () => {
    const { s3, at, VersionId } = await newObject(true);
    await s3.send(new sdk.PutObjectLegalHoldCommand({ ...at, VersionId, LegalHold: { Status: 'ON' } }));
    await expect(s3.send(new sdk.DeleteObjectCommand({ ...at, VersionId }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  backend.differs('s3-no-retention', 'without a retention say so', async () => {
    const { s3, at } = await newObject(true);
    await expect(s3.send(new sdk.GetObjectRetentionCommand(at))).rejects.toMatchObject({
      name: 'NoSuchObjectLockConfiguration',
    });
  });

  backend.differs('s3-shorter-retention', 'are retained longer, never shorter', async () => {
    const { s3, at, VersionId } = await newObject(true);
    const day = (days: number) => new Date(backend.now() + days * 86_400_000);
    const retain = (days: number) => {
      const Retention = { Mode: 'COMPLIANCE', RetainUntilDate: day(days) } as const;
      return s3.send(new sdk.PutObjectRetentionCommand({ ...at, VersionId, Retention }));
    };
    await retain(10);
    await expect(retain(5)).rejects.toMatchObject({ name: 'AccessDenied' });
    await retain(20);
    const { Retention } = await s3.send(new sdk.GetObjectRetentionCommand(at));
    expect(Retention?.Mode).toBe('COMPLIANCE');
    expect(Retention?.RetainUntilDate?.getTime()).toBeGreaterThan(day(19).getTime());
  });

  backend.localOnly('cloud', 'are found with the bucket in the host name', async () => {
    const { at } = await newObject();
    const config = backend.cloud.clientConfig(`arn:aws:iam::${backend.account}:role/tester`);
    const endpoint = 'http://s3.localhost:4566';
    const s3 = new sdk.S3Client({ ...config, endpoint, forcePathStyle: false });
    const { Body } = await s3.send(new sdk.GetObjectCommand(at));
    expect(await Body?.transformToString()).toBe('hello world');
  });

  const refused: [string, Partial<sdk.PutObjectCommandInput>, string][] = [
    ['an access control list', { ACL: 'public-read' }, 'x-amz-acl public-read'],
    ['a storage class', { StorageClass: 'GLACIER' }, 'x-amz-storage-class'],
  ];
  for (const [what, more, message] of refused) {
    backend.differs('s3-refused-headers', `with ${what} are refused by name`, async () => {
      const { s3, at } = await newObject();
      await expect(s3.send(new sdk.PutObjectCommand({ ...at, Body: 'x', ...more }))).rejects.toThrow(message);
    });
  }
});
