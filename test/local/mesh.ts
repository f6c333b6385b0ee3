import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '#local/core/clock.ts';
import { setOrganization } from '#local/core/organization.ts';
import type { DeployResult } from '#local/deployer/progress.ts';
import { type Instance, openInstance } from '#local/instance/instance.ts';
import { parseMesh } from '#mesh/topology/parse.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { buildApp } from '#stacks/app.ts';

/** A mesh for a test: an instance in a folder of its own, with the stacks of `examples/aviation` deployed. */
export interface TestMesh {
  readonly instance: Instance;
  readonly topology: Topology;
  readonly deployment: DeployResult;
  close(): Promise<void>;
}

const MESH_FILE = new URL('../../examples/aviation/mesh.yaml', import.meta.url);

/** The topology of `examples/aviation`. */
export function aviation(): Topology {
  const mesh = parseMesh(readFileSync(MESH_FILE, 'utf8'), 'mesh.yaml');
  if (!mesh.ok) throw new Error(mesh.problems.map(({ message }) => message).join('; '));
  return mesh.value;
}

/** Synthesizes the stacks of a mesh and gives the directory of the cloud assembly. */
export function synthesize(topology: Topology): string {
  const outdir = mkdtempSync(join(tmpdir(), 'weft-assembly-'));
  return buildApp(topology, { outdir }).synth().directory;
}

/** Opens an instance and deploys the whole mesh into it; background work waits for `settle`. */
export async function openTestMesh(options: { clock?: Clock; assembly?: string } = {}): Promise<TestMesh> {
  const topology = aviation();
  const folder = mkdtempSync(join(tmpdir(), 'weft-mesh-'));
  const instance = await openInstance({ folder, port: 0, live: false, clock: options.clock, region: topology.region });
  const accounts = [
    topology.governanceAccount,
    topology.auditAccount,
    ...(topology.managementAccount === undefined ? [] : [topology.managementAccount]),
    ...topology.domains.map(({ account }) => account),
  ];
  for (const account of accounts) setOrganization(instance.cloud.store, account, topology.organization);
  const deployment = await instance.deploy(options.assembly ?? synthesize(topology));
  return { instance, topology, deployment, close: () => instance.close() };
}
