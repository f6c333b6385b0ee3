import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AuditStack } from '../governance/audit-stack.ts';
import { environmentOf, type MeshSite, tagCosts } from '../mesh-site.ts';
import { AuditFoundationStack } from './foundation-stack.ts';

/** An audit account apart: nobody of the governance account can delete, rewrite or read what is in it. */
export class AuditStage extends Stage {
  constructor(scope: Construct, site: MeshSite) {
    const { topology } = site;
    const { mesh } = topology;
    super(scope, `${mesh}-audit`, { env: environmentOf(topology, topology.auditAccount) });
    tagCosts(this, mesh, 'audit');
    const foundation = new AuditFoundationStack(this, 'Foundation', {
      ...site,
      stackName: `${mesh}-audit-foundation`,
      description: `${mesh}: Lake Formation settings and the key of the audit account`,
    });
    const audit = new AuditStack(this, 'Audit', {
      ...site,
      stackName: `${mesh}-audit`,
      description: `${mesh}: the trail and its readers`,
      auditKey: foundation.key,
      logsKey: foundation.logsKey,
    });
    audit.addStackDependency(foundation);
  }
}
