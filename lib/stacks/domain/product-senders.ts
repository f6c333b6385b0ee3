import { CfnEventBusPolicy, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { domainRoleName, productSource } from '#mesh/topology/names.ts';
import { isInOrganization } from '#mesh/topology/rules.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';

/** A policy variable: IAM puts the caller's account in its place. */
const CALLER = '$' + '{aws:PrincipalAccount}';

/**
 * Lets the event ports of other domains put their product events on a domain's bus, and each only its own: the source carries the account of
 * who sends, and the policy compares the two. One statement does for every domain; in an organization for those that come later too.
 */
export function admitProducts(scope: Construct, topology: Topology, domain: Domain, bus: IEventBus): void {
  const { organization, domains } = topology;
  const others = domains.filter(({ name }) => name !== domain.name);
  const outside = others.filter((other) => !isInOrganization(topology, other));
  const named = { AWS: outside.map(({ account }) => `arn:aws:iam::${account}:root`) };
  if (organization !== undefined) {
    const condition = { StringEquals: { 'aws:PrincipalOrgID': organization } };
    admit(scope, topology, bus, { id: 'ProductSenders', statement: 'products', who: '*', condition });
  }
  if (outside.length === 0) return;
  const id = organization === undefined ? 'ProductSenders' : 'PartnerSenders';
  const statement = organization === undefined ? 'products' : 'partners';
  admit(scope, topology, bus, { id, statement, who: named, condition: {} });
}

interface Senders {
  readonly id: string;
  readonly statement: string;
  readonly who: unknown;
  readonly condition: object;
}

function admit(scope: Construct, { mesh }: Topology, bus: IEventBus, senders: Senders): void {
  new CfnEventBusPolicy(scope, senders.id, {
    eventBusName: bus.eventBusName,
    statementId: senders.statement,
    statement: {
      Effect: 'Allow',
      Principal: senders.who,
      Action: 'events:PutEvents',
      Resource: bus.eventBusArn,
      Condition: {
        ...senders.condition,
        StringLike: { 'events:source': productSource(CALLER, '*') },
        ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/${domainRoleName(mesh, '*', 'event-port')}` },
      },
    },
  });
}
