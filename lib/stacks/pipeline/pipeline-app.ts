import { App } from 'aws-cdk-lib';
import { readDomainRepository } from '#constructs/domain-repository.ts';
import { settleWildcards } from '#constructs/wildcards.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { meshOptions } from '../mesh-options.ts';
import type { Backup } from './backup.ts';
import { DomainPipelineStack } from './pipeline-stack.ts';

export interface DomainAppOptions {
  /** The folder of the repository. */
  readonly folder: string;
  /** How the domain's data is backed up, or why it is not. */
  readonly backup: Backup;
  /** Default: what `mesh.yaml` of the repository says. */
  readonly topology?: Topology;
  /** Where the cloud assembly goes. Default: what the CDK chooses. */
  readonly outdir?: string;
  /** Where `lambdas/` is. Default: the repository's. */
  readonly lambdas?: string;
}

/** The CDK app of a domain's repository: one stack, with what its pipeline says. */
export function domainApp({ folder, backup, topology, outdir, lambdas }: DomainAppOptions): App {
  const app = new App({ outdir, analyticsReporting: false });
  addDomainPipeline(app, { folder, backup, topology, lambdas });
  return app;
}

/** Adds the stack to an app that has others. */
export function addDomainPipeline(
  app: App,
  { folder, backup, topology, lambdas }: Omit<DomainAppOptions, 'outdir'>,
): DomainPipelineStack {
  const repository = readDomainRepository(folder, topology);
  const stack = new DomainPipelineStack(app, `${repository.domain.name}-pipeline`, {
    repository,
    backup,
    options: meshOptions(app.node),
    lambdas,
  });
  settleWildcards(app);
  return stack;
}
