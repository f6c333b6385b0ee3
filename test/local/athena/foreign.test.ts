import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readWorld, World } from './world.ts';

const data = readWorld(new URL('../../cases/enforcement/world.yaml', import.meta.url));

describe('a bucket of another account', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create(data);
  });

  afterAll(() => world.close());

  test("is not read through a table of one's own, unless its policy says so", async () => {
    const create = "CREATE EXTERNAL TABLE lab.peek (line string) LOCATION 's3://owner-data/birds/sealed/'";
    expect(await world.query('engineer', create, 'lab')).toMatchObject({ state: 'SUCCEEDED' });
    const refused = await world.query('engineer', 'SELECT * FROM peek', 'lab');
    expect(refused).toMatchObject({ state: 'FAILED', rows: [] });
    expect(refused.reason).toBe('Permission denied on S3 path: s3://owner-data/birds/sealed/part-0.csv');

    const Policy = JSON.stringify({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: world.arn('engineer') },
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::owner-data/*',
        },
      ],
    });
    const owner = world.client(S3Client, 'owner-admin');
    await owner.send(new PutBucketPolicyCommand({ Bucket: 'owner-data', Policy }));
    expect(await world.query('engineer', 'SELECT * FROM peek', 'lab')).toMatchObject({ state: 'SUCCEEDED' });
  });

  test('is not written to', async () => {
    const unload = "UNLOAD (SELECT * FROM birds.airports) TO 's3://owner-data/elsewhere/' WITH (format = 'JSON')";
    expect(await world.query('engineer', unload, 'lab')).toMatchObject({
      state: 'FAILED',
      reason: 'Permission denied on S3 path: s3://owner-data/elsewhere/',
    });
    expect(world.storage.listKeys('owner-data', 'elsewhere/')).toEqual([]);
  });
});
