import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';
import { createVersionedBucket } from '#aws/s3-versions.ts';
import type { Way } from '#aws/signed-request.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { identityOf } from '#mesh/retention/record.ts';
import { describeBackends } from './harness.ts';

/** Names that XML, a URL or both would spoil. */
const NAMES = ['plain.csv', 'a b+c.csv', 'x%20y.csv', 'ü/ß €.csv', `q"'<&>.csv`, 'day=2026-01-01/part-0'];

describeBackends(
  'The removal of every version',
  { moto: true, services: (cloud) => [new S3Service(cloud)] },
  (backend) => {
    async function newBucket(lock = false) {
      const s3 = backend.client(S3Client);
      const Bucket = `bucket-${backend.account}`;
      await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: lock }));
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
      const endpoint = await s3.config.endpoint?.();
      const way: Way = {
        region: 'us-east-1',
        credentials: () => s3.config.credentials(),
        requestHandler: s3.config.requestHandler as unknown as Way['requestHandler'],
        ...(endpoint === undefined
          ? {}
          : {
              endpoint: `${endpoint.protocol}//${endpoint.hostname}${endpoint.port === undefined ? '' : `:${endpoint.port}`}`,
            }),
      };
      const patience = { sleep: async () => undefined, random: () => 0 };
      return { s3, Bucket, bucket: createVersionedBucket(way, patience) };
    }

    test('finds and removes old versions, the newest and marks of deletion, whatever their keys are called', async () => {
      const { s3, Bucket, bucket } = await newBucket();
      for (const Key of NAMES) {
        await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'one' }));
        await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'three' }));
      }
      await s3.send(new DeleteObjectCommand({ Bucket, Key: NAMES[1] }));
      const found = await bucket.versions(Bucket, '');
      expect([...new Set(found.map(({ key }) => key))].toSorted()).toEqual(NAMES.toSorted());
      expect(found.filter(({ marker }) => marker).map(({ key, latest }) => [key, latest])).toEqual([[NAMES[1], true]]);
      expect(
        found
          .filter(({ key, marker }) => key === NAMES[0] && !marker)
          .map(({ bytes }) => bytes)
          .toSorted(),
      ).toEqual([3, 5]);
      expect((await bucket.keys(Bucket, '')).toSorted()).toEqual(NAMES.filter((name) => name !== NAMES[1]).toSorted());
      let asked = 0;
      const outcome = await bucket.remove(found, async () => {
        asked += 1;
      });
      expect(asked).toBe(1);
      expect(outcome.failed).toEqual([]);
      expect(outcome.done.map(identityOf).toSorted()).toEqual(found.map(identityOf).toSorted());
      expect(await bucket.versions(Bucket, '')).toEqual([]);
      expect((await bucket.remove(found, async () => undefined)).failed).toEqual([]);
    });

    test('reads a text, and nothing where there is none', async () => {
      const { s3, Bucket, bucket } = await newBucket();
      await s3.send(new PutObjectCommand({ Bucket, Key: 'a b/c.json', Body: '{"é":1}' }));
      expect(await bucket.read(Bucket, 'a b/c.json')).toBe('{"é":1}');
      expect(await bucket.read(Bucket, 'nothing')).toBeUndefined();
    });

    test('goes on over pages, asks before each thousand, and stops when it is told to', async () => {
      const { s3, Bucket, bucket } = await newBucket();
      const names = Array.from({ length: 1050 }, (_, index) => `k${index}`);
      await Promise.all(names.map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))));
      const found = await bucket.versions(Bucket, 'k');
      expect(new Set(found.map(({ key }) => key)).size).toBe(1050);
      let asked = 0;
      const stopped = bucket.remove(found, async () => {
        asked += 1;
        if (asked === 2) throw new Error('held');
      });
      await expect(stopped).rejects.toThrow('held');
      expect(await bucket.versions(Bucket, 'k')).toHaveLength(50);
    }, 60_000);

    backend.differs('s3-delete-many-locked', 'tells what S3 does not let go', async () => {
      const { s3, Bucket, bucket } = await newBucket(true);
      const until = new Date(Date.now() + 86_400_000);
      const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: until } as const;
      await s3.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'x', ...lock }));
      await s3.send(new PutObjectCommand({ Bucket, Key: 'free', Body: 'x' }));
      const outcome = await bucket.remove(await bucket.versions(Bucket, ''), async () => undefined);
      expect(outcome.done.map(({ key }) => key)).toEqual(['free']);
      expect(outcome.failed.map(({ entry, symptom }) => [entry.key, symptom.name])).toEqual([['kept', 'AccessDenied']]);
      expect((await bucket.versions(Bucket, '')).map(({ key }) => key)).toEqual(['kept']);
    });
  },
);
