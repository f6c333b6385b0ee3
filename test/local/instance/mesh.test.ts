import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listStacks } from '#local/deployer/stack-record.ts';
import { openInstance } from '#local/instance/instance.ts';
import { status } from '#local/instance/status.ts';
import { anotherDomain } from '../../stacks/aviation.ts';
import { KEPT } from '../../upgrade/stacks/compare.ts';
import { aviation, openTestMesh, synthesize, type TestMesh } from '../mesh.ts';

/** What the deployment of six accounts may take on a busy machine, in milliseconds; alone it takes a tenth. */
const PATIENCE = 5_000;

describe('the whole mesh', () => {
  let mesh: TestMesh;
  let assembly: string;

  beforeAll(async () => {
    assembly = synthesize(aviation());
    mesh = await openTestMesh({ assembly });
  }, 60_000);

  afterAll(() => mesh.close());

  test('deploys every stack of every account from the synthesized templates, in time', () => {
    const failures = mesh.deployment.stacks.flatMap(({ stack, error }) =>
      error ? [`${stack}: ${error.message}`] : [],
    );
    expect(failures).toEqual([]);
    expect(new Set(mesh.deployment.stacks.map(({ account }) => account)).size).toBe(7);
    expect(mesh.deployment.ms).toBeLessThan(PATIENCE);
  });

  test('changes nothing when the same assembly is deployed again', async () => {
    const again = await mesh.instance.deploy(assembly);
    expect(again.stacks.filter(({ outcome }) => outcome !== 'unchanged')).toEqual([]);
  });

  test('keeps what its stacks hold when a changed mesh is deployed over it', async () => {
    const { instance, topology } = mesh;
    const { cloud } = instance;
    const bucket = 'aviation-analytics-210000000014-us-east-1';
    const s3 = new S3Client({ ...cloud.clientConfig('arn:aws:iam::210000000014:root'), forcePathStyle: true });
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'kept', Body: 'data' }));
    const physical = () =>
      listStacks(cloud.store).flatMap(({ account, stackName, resources }) =>
        Object.values(resources)
          .filter(({ type }) => KEPT[type] !== undefined)
          .map(({ logicalId, physicalId }) => `${account} ${stackName} ${logicalId} ${physicalId}`),
      );
    const before = physical();
    const changed = { ...topology, domains: [anotherDomain(), ...topology.domains.slice(1)] };
    const { ok } = await instance.deploy(synthesize(changed));
    expect(ok).toBe(true);
    const after = new Set(physical());
    // A stack that leaves the app stays until somebody deletes it.
    expect(before.filter((one) => !after.has(one))).toEqual([]);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'kept' }));
    expect(await Body?.transformToString()).toBe('data');
    await instance.deploy(assembly);
    const back = new Set(physical());
    expect(before.filter((one) => !back.has(one))).toEqual([]);
  }, 60_000);

  test('has its functions after it was closed and opened again', async () => {
    const before = status(mesh.instance.cloud);
    expect(before.functions.map(({ name }) => name).length).toBeGreaterThanOrEqual(13);
    await mesh.instance.close();
    const instance = await openInstance({ folder: mesh.instance.folder, port: 0, live: false });
    expect(status(instance.cloud).functions.map(({ name }) => name)).toEqual(before.functions.map(({ name }) => name));
    expect(status(instance.cloud).stacks).toEqual(before.stacks);
    mesh = { ...mesh, instance, close: () => instance.close() };
  });
});
