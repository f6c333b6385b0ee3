import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Domain } from '#mesh/topology/topology.ts';
import { TrailStack, trailOf } from '../audit/trail-stack.ts';
import { environmentOf, type MeshSite, tagCosts } from '../mesh-site.ts';
import { DomainStack } from './domain-stack.ts';
import { DomainFoundationStack } from './foundation-stack.ts';

/** A domain's account: the same stacks in each, because producing and consuming are roles and not kinds of domain. */
export class DomainStage extends Stage {
  constructor(scope: Construct, site: MeshSite, domain: Domain) {
    const { topology } = site;
    const name = `${topology.mesh}-${domain.name}`;
    super(scope, `${topology.mesh}-domain-${domain.name}`, { env: environmentOf(topology, domain.account) });
    tagCosts(this, topology.mesh, domain.name);
    const foundation = new DomainFoundationStack(this, 'Foundation', {
      ...site,
      domain,
      stackName: `${name}-foundation`,
      description: `${name}: Lake Formation settings, product bucket and keys`,
    });
    const stack = new DomainStack(this, 'Domain', {
      ...site,
      domain,
      foundation,
      stackName: name,
      description: `${name}: people, catalog, queries and the link to the mesh`,
    });
    stack.addStackDependency(foundation);
    const trail = trailOf(topology, domain.account);
    if (trail === undefined) return;
    new TrailStack(this, 'Trail', {
      ...site,
      site: trail,
      stackName: `${name}-trail`,
      description: `${name}: CloudTrail of the account, whose files go to the audit account`,
    });
  }
}
