import { App } from 'aws-cdk-lib';
import { settleWildcards } from '#constructs/wildcards.ts';
import { userError } from '#mesh/error.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { DomainStage } from './domain/domain-stage.ts';
import { GovernanceStage } from './governance/governance-stage.ts';
import { meshOptions } from './mesh-options.ts';

export interface BuildOptions {
  /** Where the cloud assembly goes. Default: what the CDK chooses. */
  readonly outdir?: string;
  /** CDK context; the choices in `MeshOptions` among it. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Where `lambdas/` is. Default: the repository's. */
  readonly lambdas?: string;
}

/**
 * The CDK app of one mesh: a stage for the governance account and one for each domain's. Without the CDK's own check of the templates, which
 * takes most of the time of a synthesis: `bin/app.ts` has it, and so does everything that `cdk` deploys.
 */
export function buildApp(topology: Topology, options: BuildOptions = {}): App {
  const app = new App({
    outdir: options.outdir,
    context: options.context,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });
  addMesh(app, topology, options.lambdas);
  return app;
}

/** Adds a mesh to an app; two meshes may share accounts. */
export function addMesh(app: App, topology: Topology, lambdas?: string): void {
  refuseAuditApart(topology);
  const site = { topology, lambdas, options: meshOptions(app.node) };
  new GovernanceStage(app, site);
  for (const domain of topology.domains) new DomainStage(app, site, domain);
  settleWildcards(app);
}

/** `WEFT-STACK-005`: better refused than ignored. */
function refuseAuditApart({ governanceAccount, auditAccount }: Topology): void {
  if (auditAccount === governanceAccount) return;
  throw userError('WEFT-STACK-005', `the audit account ${auditAccount} is not the governance account`, {
    hint: 'the trail is in the governance account for now: leave the audit account out of mesh.yaml',
  });
}
