import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  PutPublicAccessBlockCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import { S3Service } from '#local/services/s3/service.ts';
import { describeBackends } from './harness.ts';
import { type BucketOptions, createBucket } from './s3-bucket.ts';

describeBackends('S3', { moto: true, services: (cloud) => [new S3Service(cloud)] }, (backend) => {
  const newBucket = (options?: BucketOptions) => createBucket(backend, options);

  describe('buckets', () => {
    test('are made, listed and deleted when empty', async () => {
      const { s3, Bucket, put } = await newBucket();
      await s3.send(new HeadBucketCommand({ Bucket }));
      expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
      await put('a', 'x');
      await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
      await s3.send(new DeleteBucketCommand({ Bucket }));
      await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'NotFound' });
    });

    test('have names that are global over the accounts', async () => {
      const { Bucket } = await newBucket();
      const other = backend.client(S3Client, backend.newAccount());
      await expect(other.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
        name: 'BucketAlreadyExists',
      });
    });

    test('keep their configurations', async () => {
      const { s3, Bucket } = await newBucket();
      await expect(s3.send(new GetPublicAccessBlockCommand({ Bucket }))).rejects.toMatchObject({
        name: 'NoSuchPublicAccessBlockConfiguration',
      });
      const PublicAccessBlockConfiguration = {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      };
      await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
      const block = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
      expect(block.PublicAccessBlockConfiguration).toEqual(PublicAccessBlockConfiguration);
      expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
      expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
      await expect(s3.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
        name: 'NoSuchBucketPolicy',
      });
    });

    test('give objects their default encryption', async () => {
      const { s3, Bucket, put, get } = await newBucket();
      const rule = {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'the-key' },
      } as const;
      await s3.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } }));
      await put('a', 'x');
      expect(await get('a')).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'the-key' });
    });
  });

  describe('objects', () => {
    test('come back with their bytes, type, metadata and tags', async () => {
      const { s3, Bucket, put, get } = await newBucket();
      const put1 = await put('a/b c+é.txt', 'hello', {
        ContentType: 'text/plain',
        Metadata: { owner: 'ops' },
        Tagging: 'kind=greeting',
        CacheControl: 'no-store',
      });
      expect(put1.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
      expect(await get('a/b c+é.txt')).toMatchObject({
        text: 'hello',
        ContentType: 'text/plain',
        ContentLength: 5,
        Metadata: { owner: 'ops' },
        CacheControl: 'no-store',
        ETag: put1.ETag,
      });
      const tags = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'a/b c+é.txt' }));
      expect(tags.TagSet).toEqual([{ Key: 'kind', Value: 'greeting' }]);
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a/b c+é.txt' }));
      expect(head).toMatchObject({ ContentLength: 5, ETag: put1.ETag });
    });

    test('that are not there answer NoSuchKey, and NotFound to HEAD', async () => {
      const { s3, Bucket, get } = await newBucket();
      await expect(get('none')).rejects.toMatchObject({ name: 'NoSuchKey' });
      await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({
        name: 'NotFound',
      });
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'none' }));
      await expect(s3.send(new GetObjectCommand({ Bucket: 'no-such-bucket-here', Key: 'x' }))).rejects.toMatchObject({
        name: 'NoSuchBucket',
      });
    });

    const ranges: [string, string, string][] = [
      ['bytes=0-3', '0123', 'bytes 0-3/10'],
      ['bytes=7-', '789', 'bytes 7-9/10'],
      ['bytes=-2', '89', 'bytes 8-9/10'],
      ['bytes=8-100', '89', 'bytes 8-9/10'],
    ];
    test.each(ranges)('are read in ranges: %s', async (Range, text, ContentRange) => {
      const { put, get } = await newBucket();
      await put('a', '0123456789');
      expect(await get('a', { Range })).toMatchObject({ text, ContentRange });
    });

    test('refuse a range beyond their end', async () => {
      const { put, get } = await newBucket();
      await put('a', '0123456789');
      await expect(get('a', { Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' });
    });

    test('are written only if absent, or only if unchanged', async () => {
      const { put, get } = await newBucket();
      const first = await put('a', 'one', { IfNoneMatch: '*' });
      await expect(put('a', 'two', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
      await expect(put('a', 'two', { IfMatch: '"wrong"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
      await put('a', 'two', { IfMatch: first.ETag });
      expect((await get('a')).text).toBe('two');
      await expect(get('a', { IfMatch: first.ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    });

    test('of two writers who ask for an absent key one is refused', async () => {
      const { put } = await newBucket();
      const done = await Promise.allSettled(['one', 'two'].map((text) => put('a', text, { IfNoneMatch: '*' })));
      expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    });

    test('a write that wants what is not there is refused', async () => {
      const { put } = await newBucket();
      await expect(put('a', 'x', { IfMatch: '"5d41402abc4b2a76b9719d911017c592"' })).rejects.toMatchObject({
        name: 'NoSuchKey',
      });
    });

    test('are read only when changed', async () => {
      const { put, get } = await newBucket();
      const { ETag } = await put('a', 'one');
      const same = await get('a', { IfNoneMatch: ETag }).catch((error: unknown) => error);
      expect((same as { $metadata: { httpStatusCode: number } }).$metadata.httpStatusCode).toBe(304);
      expect((await get('a', { IfNoneMatch: '"other"' })).text).toBe('one');
    });

    test('below a mark of deletion can be written as if absent', async () => {
      const { s3, Bucket, put, get } = await newBucket({ versioned: true });
      await put('a', 'one');
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
      await put('a', 'two', { IfNoneMatch: '*' });
      expect((await get('a')).text).toBe('two');
    });

    test('are copied, with new metadata when asked', async () => {
      const { s3, Bucket, put, get } = await newBucket();
      await put('a', 'one', { Metadata: { owner: 'ops' } });
      await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
      expect(await get('b')).toMatchObject({ text: 'one', Metadata: { owner: 'ops' } });
      await s3.send(
        new CopyObjectCommand({
          Bucket,
          Key: 'c',
          CopySource: `${Bucket}/a`,
          MetadataDirective: 'REPLACE',
          Metadata: { owner: 'me' },
        }),
      );
      expect((await get('c')).Metadata).toEqual({ owner: 'me' });
    });

    test('carry checksums that are verified', async () => {
      const { put, get } = await newBucket();
      const put1 = await put('a', 'hello', { ChecksumAlgorithm: 'SHA256' });
      expect(put1.ChecksumSHA256).toBe('LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=');
      expect(await get('a', { ChecksumMode: 'ENABLED' })).toMatchObject({ text: 'hello' });
    });

    backend.differs('s3-wrong-checksum', 'with a wrong checksum are refused', async () => {
      const { put } = await newBucket();
      for (const wrong of [
        { ChecksumCRC32: 'AAAAAA==' },
        { ChecksumCRC32C: 'AAAAAA==' },
        { ContentMD5: '1B2M2Y8AsgTpgAmY7PhCfg==' },
      ]) {
        await expect(put('a', 'hello', wrong)).rejects.toMatchObject({ name: 'BadDigest' });
      }
      await put('a', 'hello', { ChecksumCRC32C: 'mnG7TA==' });
    });
  });

  describe('listings', () => {
    async function filled() {
      const bucket = await newBucket();
      for (const key of ['a', 'b/1', 'b/2', 'b/c/3', 'b0', 'c/x y']) await bucket.put(key, key);
      return bucket;
    }
    const keys = (answer: { Contents?: { Key?: string }[] }) => answer.Contents?.map(({ Key }) => Key);

    test('fold what is below a delimiter', async () => {
      const { list } = await filled();
      const top = await list({ Delimiter: '/' });
      expect(keys(top)).toEqual(['a', 'b0']);
      expect(top.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['b/', 'c/']);
      expect(top.KeyCount).toBe(4);
      const below = await list({ Delimiter: '/', Prefix: 'b/' });
      expect(keys(below)).toEqual(['b/1', 'b/2']);
      expect(below.CommonPrefixes).toEqual([{ Prefix: 'b/c/' }]);
    });

    test('come in pages, with and without a delimiter', async () => {
      const { list } = await filled();
      for (const [Delimiter, expected] of [
        [undefined, ['a', 'b/1', 'b/2', 'b/c/3', 'b0', 'c/x y']],
        ['/', ['a', 'b/', 'b0', 'c/']],
      ] as const) {
        const seen: (string | undefined)[] = [];
        let ContinuationToken: string | undefined;
        do {
          const page = await list({ MaxKeys: 1, Delimiter, ContinuationToken });
          seen.push(...(keys(page) ?? []), ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
          ContinuationToken = page.NextContinuationToken;
        } while (ContinuationToken !== undefined);
        expect(seen).toEqual(expected);
      }
    });

    test('start after a key, encode when asked, and have an old form', async () => {
      const { s3, Bucket, list } = await filled();
      expect(keys(await list({ StartAfter: 'b/2' }))).toEqual(['b/c/3', 'b0', 'c/x y']);
      const old = await s3.send(new ListObjectsCommand({ Bucket, Marker: 'b0', EncodingType: 'url' }));
      expect(keys(old)).toEqual([expect.stringMatching(/^c\/x(%20|\+)y$/)]);
    });

    test('lose what is deleted in one call', async () => {
      const { s3, Bucket, list } = await filled();
      const Objects = ['a', 'b/1', 'none'].map((Key) => ({ Key }));
      const answer = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(['a', 'b/1', 'none']);
      expect(keys(await list())).toEqual(['b/2', 'b/c/3', 'b0', 'c/x y']);
    });
  });

  describe('multipart uploads', () => {
    test('become one object of their parts', async () => {
      const { s3, Bucket, get } = await newBucket();
      const Key = 'big';
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'x/y' }));
      const bodies = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.from('end')];
      const Parts = [];
      for (const [at, Body] of bodies.entries()) {
        const PartNumber = at + 1;
        const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
        Parts.push({ PartNumber, ETag });
      }
      const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }));
      expect(listed.Parts?.map(({ Size }) => Size)).toEqual([5 * 1024 * 1024, 3]);
      const done = await s3.send(
        new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
      );
      expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
      const object = await get(Key, { Range: 'bytes=5242878-' });
      expect(object).toMatchObject({ text: 'aaend', ContentType: 'x/y', ETag: done.ETag });
      await expect(s3.send(new ListPartsCommand({ Bucket, Key, UploadId }))).rejects.toMatchObject({
        name: 'NoSuchUpload',
      });
    });

    test('refuse a small part that is not the last, and a wrong ETag', async () => {
      const { s3, Bucket } = await newBucket();
      const Key = 'big';
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      const Parts: { PartNumber: number; ETag?: string }[] = [];
      for (const PartNumber of [1, 2]) {
        const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: 'small' }));
        Parts.push({ PartNumber, ETag });
      }
      const complete = (parts: typeof Parts) =>
        s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts } }));
      await expect(complete(Parts)).rejects.toMatchObject({ name: 'EntityTooSmall' });
      await expect(complete([{ PartNumber: 1, ETag: '"0"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
    });
  });

  describe('versions', () => {
    test('are kept below a delete marker, and come back when it goes', async () => {
      const { s3, Bucket, put, get } = await newBucket({ versioned: true });
      const one = await put('a', 'one');
      const two = await put('a', 'two');
      expect(one.VersionId).not.toBe(two.VersionId);
      const deleted = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
      expect(deleted.DeleteMarker).toBe(true);
      await expect(get('a')).rejects.toMatchObject({ name: 'NoSuchKey' });
      expect((await get('a', { VersionId: one.VersionId })).text).toBe('one');
      const versions = await s3.send(new ListObjectVersionsCommand({ Bucket }));
      expect(versions.Versions?.map(({ VersionId }) => VersionId)).toEqual([two.VersionId, one.VersionId]);
      expect(versions.DeleteMarkers).toMatchObject([{ Key: 'a', VersionId: deleted.VersionId, IsLatest: true }]);
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId: deleted.VersionId }));
      expect((await get('a')).text).toBe('two');
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId: two.VersionId }));
      expect((await get('a')).text).toBe('one');
    });

    test('that are locked cannot be deleted while the lock holds', async () => {
      const { s3, Bucket, put, get } = await newBucket({ lock: true });
      const rule = { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } } as const;
      await s3.send(
        new PutObjectLockConfigurationCommand({
          Bucket,
          ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: rule },
        }),
      );
      const { VersionId } = await put('audit', 'entry');
      const remove = () =>
        backend
          .client(S3Client)
          .send(new DeleteObjectCommand({ Bucket, Key: 'audit', VersionId, BypassGovernanceRetention: true }));
      await expect(remove()).rejects.toMatchObject({ name: 'AccessDenied' });
      expect(await get('audit')).toMatchObject({ text: 'entry', ObjectLockMode: 'COMPLIANCE' });
    });

    backend.localOnly('clock', 'are deleted when their lock has ended', async () => {
      const { Bucket, put } = await newBucket({ lock: true });
      const until = {
        ObjectLockMode: 'COMPLIANCE',
        ObjectLockRetainUntilDate: new Date(backend.now() + 86_400_000),
      } as const;
      const { VersionId } = await put('audit', 'entry', until);
      backend.advance(25 * 3_600_000);
      // A new client: what the clock has moved past has made the keys of the first one old.
      const s3 = backend.client(S3Client);
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'audit', VersionId }));
      await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'audit' }))).rejects.toMatchObject({
        name: 'NoSuchKey',
      });
    });
  });
});
