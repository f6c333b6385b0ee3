import { CfnEventBusPolicy, type IEventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { userError } from '#mesh/error.ts';
import { busArn, domainSource, meshBusName } from '#mesh/topology/names.ts';
import { isInOrganization } from '#mesh/topology/rules.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';

/** A bus policy holds 10,240 characters, and the statement of one domain about 300. */
const MOST_STATEMENTS = 30;

/**
 * Lets the organization's accounts report on the mesh bus: one statement whatever the number of domains. It cannot say which account has which
 * source; the rule of each enrolment does, by the account that EventBridge itself writes into an event, and nothing listens to the rest.
 */
export function admitOrganization(bus: IEventBus, topology: Topology, organization: string): void {
  sender(bus, topology, bus.eventBusName, 'domains', {
    Principal: '*',
    Condition: {
      StringEquals: { 'aws:PrincipalOrgID': organization },
      StringLike: { 'events:source': domainSource('*') },
    },
  });
}

/** For a domain that is in no organization with the governance account: a statement of its own. `WEFT-STACK-004` for more domains than the bus has room for. */
export function admitDomain(scope: Construct, topology: Topology, domain: Domain): void {
  const outside = topology.domains.filter((entry) => !isInOrganization(topology, entry)).length;
  if (outside > MOST_STATEMENTS) {
    const found = `${outside} domains outside an organization`;
    throw userError('WEFT-STACK-004', `${found}: the mesh bus has room for the statements of ${MOST_STATEMENTS}`, {
      hint: 'name the AWS Organization that the accounts share in mesh.yaml',
    });
  }
  sender(scope, topology, meshBusName(topology.mesh), `domain-${domain.name}`, {
    Principal: { AWS: `arn:aws:iam::${domain.account}:root` },
    Condition: { StringEquals: { 'events:source': domainSource(domain.name) } },
  });
}

function sender(
  scope: Construct,
  { mesh, region, governanceAccount }: Topology,
  eventBusName: string,
  statementId: string,
  who: Record<string, unknown>,
): void {
  new CfnEventBusPolicy(scope, 'Sender', {
    eventBusName,
    statementId,
    statement: {
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: busArn({ mesh, account: governanceAccount, region }, meshBusName(mesh)),
      ...who,
    },
  });
}
