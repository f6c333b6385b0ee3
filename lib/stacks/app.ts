import { App } from 'aws-cdk-lib';
import { auditRulesIn } from '#constructs/audit-rule-file.ts';
import { BUILT_IN_POLICIES, policySetsIn } from '#constructs/policy-folder.ts';
import { settleWildcards } from '#constructs/wildcards.ts';
import { checkAuditRules } from '#mesh/audit/rules/check.ts';
import type { AuditRules } from '#mesh/audit/rules/rule.ts';
import { userError } from '#mesh/error.ts';
import type { PolicySets } from '#mesh/policy/policy-sets.ts';
import { isAuditApart, type Topology } from '#mesh/topology/topology.ts';
import { organizationTrailAccount } from '#mesh/topology/trails.ts';
import { AuditStage } from './audit/audit-stage.ts';
import { OrganizationStage } from './audit/organization-stage.ts';
import { WitnessStage } from './audit/witness-stage.ts';
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
  /** Default: the built-in ones. */
  readonly policies?: PolicySets;
  /** Default: the built-in ones. */
  readonly auditRules?: AuditRules;
}

/**
 * The CDK app of one mesh: a stage for the governance account, one for each domain's, and one each for the audit account and the management account where they are apart. Without the CDK's own check of the templates, which
 * takes most of the time of a synthesis: `bin/app.ts` has it, and so does everything that `cdk` deploys.
 */
export function buildApp(topology: Topology, options: BuildOptions = {}): App {
  const app = new App({
    outdir: options.outdir,
    context: options.context,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });
  addMesh(app, topology, options);
  return app;
}

/** Adds a mesh to an app; two meshes may share accounts. */
export function addMesh(
  app: App,
  topology: Topology,
  {
    lambdas,
    policies = policySetsIn(BUILT_IN_POLICIES),
    auditRules = auditRulesIn(BUILT_IN_POLICIES),
  }: Pick<BuildOptions, 'lambdas' | 'policies' | 'auditRules'> = {},
): void {
  refuseStrangers(auditRules, topology);
  const site = { topology, lambdas, policies, auditRules, options: meshOptions(app.node) };
  // First, because CloudTrail of the governance account takes no bucket that is not there.
  if (topology.witnessAccount !== undefined) new WitnessStage(app, site, topology.witnessAccount);
  if (isAuditApart(topology)) new AuditStage(app, site);
  new GovernanceStage(app, site);
  // After the bucket, wherever that is, and before the domains, so that nothing of them is missed.
  const management = organizationTrailAccount(topology);
  if (management !== undefined) new OrganizationStage(app, site, management);
  for (const domain of topology.domains) new DomainStage(app, site, domain);
  settleWildcards(app);
}

/** Rules that name what the mesh does not have would never be raised, or always. */
function refuseStrangers(rules: AuditRules, topology: Topology): void {
  const problems = checkAuditRules(rules, topology);
  if (problems.length === 0) return;
  const message = problems.map((problem) => problem.message).join('; ');
  throw userError('WEFT-AUDIT-086', message, { problems, hint: problems[0]?.fix });
}
