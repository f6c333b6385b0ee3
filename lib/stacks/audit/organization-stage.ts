import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { environmentOf, type MeshSite, tagCosts } from '../mesh-site.ts';
import { TrailStack, trailOf } from './trail-stack.ts';

/** The organization's management account: one trail of every account, and nothing else. */
export class OrganizationStage extends Stage {
  constructor(scope: Construct, site: MeshSite, account: string) {
    const { topology } = site;
    const { mesh } = topology;
    super(scope, `${mesh}-organization`, { env: environmentOf(topology, account) });
    tagCosts(this, mesh, 'audit');
    const trail = trailOf(topology, account);
    if (trail === undefined) return;
    new TrailStack(this, 'Trail', {
      ...site,
      site: trail,
      stackName: `${mesh}-organization-trail`,
      description: `${mesh}: CloudTrail of every account of the organization, whose files go to the audit account`,
    });
  }
}
