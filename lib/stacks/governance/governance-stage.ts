import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TrailStack, trailOf } from '../audit/trail-stack.ts';
import { environmentOf, type MeshSite, tagCosts } from '../mesh-site.ts';
import { AuditStack } from './audit-stack.ts';
import { EnrolmentStack } from './enrolment-stack.ts';
import { GovernanceFoundationStack } from './foundation-stack.ts';
import { GovernanceStack } from './governance-stack.ts';

/** The governance account: foundation, trail, control plane, and one enrolment for each domain. */
export class GovernanceStage extends Stage {
  constructor(scope: Construct, site: MeshSite) {
    const { topology } = site;
    const { mesh } = topology;
    super(scope, `${mesh}-governance`, { env: environmentOf(topology, topology.governanceAccount) });
    tagCosts(this, mesh, 'governance');
    const foundation = new GovernanceFoundationStack(this, 'Foundation', {
      ...site,
      stackName: `${mesh}-governance-foundation`,
      description: `${mesh}: Lake Formation settings and keys of the governance account`,
    });
    const { auditKey } = foundation;
    const audit = auditKey
      ? new AuditStack(this, 'Audit', {
          ...site,
          stackName: `${mesh}-audit`,
          description: `${mesh}: the trail and its readers`,
          auditKey,
          logsKey: foundation.controlKey,
        })
      : this.#trail(site);
    const governance = new GovernanceStack(this, 'Governance', {
      ...site,
      stackName: `${mesh}-governance`,
      description: `${mesh}: registry, API, bus and control plane`,
      controlKey: foundation.controlKey,
      auditKey,
    });
    if (audit !== undefined) governance.addStackDependency(audit);
    for (const domain of topology.domains) {
      const enrolment = new EnrolmentStack(this, `Enrolment-${domain.name}`, {
        ...site,
        domain,
        stackName: `${mesh}-enrolment-${domain.name}`,
        description: `${mesh}: what the governance account holds for ${domain.name}`,
        reports: {
          arn: governance.controlPlane.reports.queueArn,
          undeliveredArn: governance.controlPlane.reports.deadLetters.queueArn,
        },
        undeliveredArn: governance.bus.undelivered.queueArn,
      });
      tagCosts(enrolment, mesh, domain.name);
      enrolment.addStackDependency(governance);
    }
    audit?.addStackDependency(foundation);
  }

  /** None where the organization's trail has this account. */
  #trail(site: MeshSite): TrailStack | undefined {
    const { topology } = site;
    const trail = trailOf(topology, topology.governanceAccount);
    if (trail === undefined) return undefined;
    return new TrailStack(this, 'Trail', {
      ...site,
      site: trail,
      stackName: `${topology.mesh}-trail`,
      description: `${topology.mesh}: CloudTrail of the governance account, whose files go to the audit account`,
    });
  }
}
