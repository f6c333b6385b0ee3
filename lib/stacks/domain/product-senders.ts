import { CfnEventBusPolicy, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { domainRoleName, productSource } from '#mesh/topology/names.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';

/** A policy variable: IAM puts the caller's account in its place. */
const CALLER = '$' + '{aws:PrincipalAccount}';

/**
 * Lets the event ports of other domains put their product events on a domain's bus, and each only its own: the source carries the account of
 * who sends, and the policy compares the two. One statement does for every domain; in an organization for those that come later too.
 */
export function admitProducts(scope: Construct, topology: Topology, domain: Domain, bus: IEventBus): void {
  const { mesh, organization, domains } = topology;
  const others = domains.filter(({ name }) => name !== domain.name);
  if (organization === undefined && others.length === 0) return;
  new CfnEventBusPolicy(scope, 'ProductSenders', {
    eventBusName: bus.eventBusName,
    statementId: 'products',
    statement: {
      Effect: 'Allow',
      Principal:
        organization === undefined ? { AWS: others.map(({ account }) => `arn:aws:iam::${account}:root`) } : '*',
      Action: 'events:PutEvents',
      Resource: bus.eventBusArn,
      Condition: {
        ...(organization === undefined ? {} : { StringEquals: { 'aws:PrincipalOrgID': organization } }),
        StringLike: { 'events:source': productSource(CALLER, '*') },
        ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/${domainRoleName(mesh, '*', 'event-port')}` },
      },
    },
  });
}
