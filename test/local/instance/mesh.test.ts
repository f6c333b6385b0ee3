import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openInstance } from '#local/instance/instance.ts';
import { status } from '#local/instance/status.ts';
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
