import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { parseMesh } from '#mesh/topology/parse.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Backup } from '#stacks/pipeline/backup.ts';
import { addDomainPipeline } from '#stacks/pipeline/pipeline-app.ts';
import { auditApart } from '../stacks/audit-apart.ts';
import { appOf, aviation, LAMBDAS } from '../stacks/aviation.ts';
import { outsiders } from '../stacks/outsiders.ts';
import { pipelineRepository, TEMPLATES } from '../stacks/pipeline.ts';
import type { Place, Resources } from './mesh-pack/rule.ts';

/** A template of ours and where it is deployed. */
export interface Synthesized {
  readonly stack: string;
  readonly resources: Resources;
  readonly place: Place;
}

interface SynthesizedStack {
  readonly stackName: string;
  readonly environment: { readonly account: string };
  readonly template: { readonly Resources: Resources };
}

const MESHES: Readonly<Record<string, Topology>> = {
  'in an organization': aviation(),
  'without an organization': { ...aviation(), organization: undefined },
  'with an audit account': auditApart(),
  'with outsiders': outsiders(),
};

const PIPELINES: readonly (readonly [string, Backup])[] = [
  ...TEMPLATES.map((template): [string, Backup] => [template, { keepDays: 35 }]),
  ['source-aligned', { without: 'the sources keep every file that they send' }],
];

/** Every stack of ours: meshes of each kind, and pipelines of each template of domains. */
export function everyTemplate(): Synthesized[] {
  const meshes = Object.entries(MESHES).flatMap(([name, topology]) =>
    appOf(topology)
      .synth()
      .nestedAssemblies.flatMap(({ nestedAssembly }) => nestedAssembly.stacks)
      .map((stack) => synthesized(name, topology, stack)),
  );
  return [...meshes, ...PIPELINES.flatMap(([template, backup]) => pipelineOf(template, backup))];
}

function pipelineOf(template: string, backup: Backup): Synthesized[] {
  const folder = pipelineRepository(template);
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  addDomainPipeline(app, { folder, backup, lambdas: LAMBDAS });
  const mesh = parseMesh(readFileSync(join(folder, 'mesh.yaml'), 'utf8'));
  if (!mesh.ok) throw new Error(JSON.stringify(mesh.problems));
  return app.synth().stacks.map((stack) => synthesized(`of ${template}`, mesh.value, stack));
}

function synthesized(
  name: string,
  topology: Topology,
  { stackName, environment, template }: SynthesizedStack,
): Synthesized {
  return {
    stack: `${stackName} ${name}`,
    resources: template.Resources,
    place: { topology, account: environment.account },
  };
}
