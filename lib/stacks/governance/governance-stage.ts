import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { environmentOf, type MeshSite, tagCosts } from '../mesh-site.ts';
import { AuditStack } from './audit-stack.ts';
import { TrailStack } from './audit-trail-stack.ts';
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
      : new TrailStack(this, 'Trail', {
          ...site,
          stackName: `${mesh}-trail`,
          description: `${mesh}: CloudTrail of the governance account, whose files go to the audit account`,
        });
    const governance = new GovernanceStack(this, 'Governance', {
      ...site,
      stackName: `${mesh}-governance`,
      description: `${mesh}: registry, API, bus and control plane`,
      controlKey: foundation.controlKey,
      auditKey,
    });
    governance.addStackDependency(audit);
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
    audit.addStackDependency(foundation);
  }
}
