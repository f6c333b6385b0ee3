import { readFileSync } from 'node:fs';
import { GetBucketPolicyCommand, GetObjectCommand, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect } from '@jest/globals';
import { S3Service } from '#local/services/s3/service.ts';
import { describeBackends } from './harness.ts';
import { createBucket } from './s3-bucket.ts';

describeBackends('Access to S3', { moto: true, services: (cloud) => [new S3Service(cloud)] }, (backend) => {
  const newBucket = () => createBucket(backend);

  describe('bucket policies', () => {
    const allow = (Bucket: string, more: object) =>
      JSON.stringify({
        Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/open/*`, ...more }],
      });

    backend.differs('s3-bucket-policy', 'open a bucket to another account, as far as they say', async () => {
      const { s3, Bucket, put } = await newBucket();
      await put('open/a', 'one');
      await put('shut/a', 'two');
      const stranger = backend.newAccount();
      const other = backend.client(S3Client, stranger);
      const read = (Key: string) => other.send(new GetObjectCommand({ Bucket, Key }));
      await expect(read('open/a')).rejects.toMatchObject({ name: 'AccessDenied' });
      const Condition = { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${stranger}:role/tester` } };
      const Policy = allow(Bucket, { Principal: { AWS: `arn:aws:iam::${stranger}:root` }, Condition });
      await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
      expect((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
      expect(await (await read('open/a')).Body?.transformToString()).toBe('one');
      await expect(read('shut/a')).rejects.toMatchObject({ name: 'AccessDenied' });
      const someoneElse = backend.client(S3Client, `arn:aws:iam::${stranger}:role/other`);
      await expect(someoneElse.send(new GetObjectCommand({ Bucket, Key: 'open/a' }))).rejects.toMatchObject({
        name: 'AccessDenied',
      });
    });

    backend.differs('s3-bucket-policy-deny', 'deny inside the account too', async () => {
      const { s3, Bucket, put, get } = await newBucket();
      await put('a', 'one');
      const statement = {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${Bucket}/*`,
      };
      await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Statement: [statement] }) }));
      await expect(get('a')).rejects.toMatchObject({ name: 'AccessDenied' });
    });

    backend.differs('s3-bucket-policy', 'with a condition nobody knows open nothing', async () => {
      const { s3, Bucket, put } = await newBucket();
      await put('open/a', 'one');
      const Policy = allow(Bucket, { Principal: '*', Condition: { StringResembles: { 'aws:PrincipalArn': '*' } } });
      await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
      const other = backend.client(S3Client, backend.newAccount());
      await expect(other.send(new GetObjectCommand({ Bucket, Key: 'open/a' }))).rejects.toMatchObject({
        name: 'AccessDenied',
      });
    });
  });

  describe('other services', () => {
    backend.localOnly('cloud', 'list, read and write objects, and find them as files', async () => {
      const { Bucket, put, get } = await newBucket();
      const service = backend.cloud.service(S3Service);
      const keys = ['t', 't/year=2024/part 1.parquet', 't/..', 't/.', 't/', `t/${'é'.repeat(200)}.csv.gz`, 't/*?~'];
      for (const key of keys) await put(key, `bytes of ${key}`);
      expect(
        service
          .listKeys(Bucket, 't')
          .map(({ key }) => key)
          .sort(),
      ).toEqual([...keys].sort());
      for (const key of keys) {
        const path = service.localPath(Bucket, key);
        expect(path.startsWith(`${backend.cloud.folder}/s3/${Bucket}/`)).toBe(true);
        expect(readFileSync(path, 'utf8')).toBe(`bytes of ${key}`);
      }
      expect(service.localPath(Bucket, 't/year=2024/part 1.parquet')).toMatch(/\/t\/year=2024\/\d+~part%201\.parquet$/);
      const before = service.localPath(Bucket, 't');
      service.put(Bucket, 't', 'new', { contentType: 'text/plain' });
      expect(await get('t')).toMatchObject({ text: 'new', ContentType: 'text/plain' });
      expect(service.localPath(Bucket, 't')).not.toBe(before);
      expect(service.read(Bucket, 't').toString()).toBe('new');
      expect(service.bucketAccount(Bucket)).toBe(backend.account);
      expect(() => service.read(Bucket, 'none')).toThrow('The specified key does not exist.');
    });
  });
});
