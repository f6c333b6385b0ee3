import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { parseMesh } from '#mesh/topology/parse.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';
import { addMesh } from '#stacks/app.ts';

/** Tiny entries, so that a test of stacks does not depend on what the Lambdas do. */
export const LAMBDAS = fileURLToPath(new URL('fixtures/lambdas', import.meta.url));

const MESH = fileURLToPath(new URL('../../examples/aviation/mesh.yaml', import.meta.url));

export function aviation(): Topology {
  const mesh = parseMesh(readFileSync(MESH, 'utf8'), MESH);
  if (!mesh.ok) throw new Error(JSON.stringify(mesh.problems));
  return mesh.value;
}

/** A domain that the example does not have. */
export function anotherDomain(index = 0): Domain {
  return {
    name: `domain-${index}`,
    account: String(220000000000 + index),
    owners: ['owner@aviation.example'],
    contact: 'domain@aviation.example',
  };
}

/** The app without the CDK's own check of templates, which takes most of the time of a synthesis. */
export function appOf(...topologies: Topology[]): App {
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  for (const topology of topologies) addMesh(app, topology, { lambdas: LAMBDAS });
  return app;
}

export interface CfnResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface CfnTemplate {
  readonly Resources: Readonly<Record<string, CfnResource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/** Stack name → its synthesized template. */
export function templatesOf(app: App): Map<string, CfnTemplate> {
  const templates = new Map<string, CfnTemplate>();
  const assembly = app.synth();
  for (const nested of assembly.nestedAssemblies) {
    for (const stack of nested.nestedAssembly.stacks) templates.set(stack.stackName, stack.template as CfnTemplate);
  }
  return templates;
}
