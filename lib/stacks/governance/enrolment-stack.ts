import { Stack, type StackProps } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { AccountPrincipal, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import { BusLink } from '#constructs/bus-link.ts';
import { LakeGrants } from '#constructs/lake-grants.ts';
import { LakeLocation } from '#constructs/lake-location.ts';
import {
  apiParameterName,
  busArn,
  directoryRoleName,
  domainBusName,
  domainParameterPath,
  domainRoleName,
  domainSource,
  governanceRoleName,
  MESH_SOURCE,
  meshBusName,
  productBucketName,
  productKeyAlias,
  registrationRoleName,
  roleArn,
} from '#mesh/topology/names.ts';
import { isInOrganization } from '#mesh/topology/rules.ts';
import type { Domain } from '#mesh/topology/topology.ts';
import type { MeshSite } from '../mesh-site.ts';
import { admitDomain } from './senders.ts';

export interface EnrolmentStackProps extends StackProps, MeshSite {
  readonly domain: Domain;
  /** The queue that takes the domains' reports. */
  readonly reports: { readonly arn: string; readonly undeliveredArn: string };
  /** The queue of what the mesh bus cannot deliver. */
  readonly undeliveredArn: string;
}

/** Everything in the governance account that is there for one domain, so that a new domain touches no other stack of it. */
export class EnrolmentStack extends Stack {
  constructor(scope: Construct, id: string, props: EnrolmentStackProps) {
    super(scope, id, props);
    const { topology, domain } = props;
    const { mesh, region } = topology;

    new StringParameter(this, 'Domain', {
      parameterName: `${domainParameterPath(mesh)}/${domain.name}`,
      description: `The domain ${domain.name} of the mesh ${mesh}`,
      stringValue: JSON.stringify(domain),
    });

    const bucketArn = `arn:aws:s3:::${productBucketName(mesh, domain.name, domain.account, region)}`;
    const location = new LakeLocation(this, 'Products', {
      bucketArn,
      owner: domain.account,
      key: { alias: productKeyAlias(mesh, domain.name) },
      roleName: registrationRoleName(mesh, domain.name),
    });
    new LakeGrants(this, 'Grants', { catalogId: this.account, ready: [location.resource] }).give(
      'ReconcileLocation',
      roleArn(this.account, governanceRoleName(mesh, 'reconcile')),
      { location: bucketArn },
      ['DATA_LOCATION_ACCESS'],
    );

    this.#directory(props);
    this.#reports(props);
    new BusLink(this, 'MeshEvents', {
      description: `What the mesh says to ${domain.name}`,
      from: meshBusName(mesh),
      to: busArn({ mesh, account: domain.account, region }, domainBusName(mesh, domain.name)),
      pattern: { source: [MESH_SOURCE], detail: { data: { audience: [domain.name] } } },
      undeliveredArn: props.undeliveredArn,
    });
  }

  /** Lets the domain's Lambdas that call the API read its address, and nothing else. */
  #directory({ topology, domain }: EnrolmentStackProps): void {
    const { mesh, region } = topology;
    const directory = new Role(this, 'Directory', {
      roleName: directoryRoleName(mesh, domain.name),
      description: `Tells ${domain.name} where the API is`,
      assumedBy: new AccountPrincipal(domain.account).withConditions({
        ArnEquals: {
          'aws:PrincipalArn': (['event-port', 'disposal', 'quality'] as const).map((machine) =>
            roleArn(domain.account, domainRoleName(mesh, domain.name, machine)),
          ),
        },
      }),
      inlinePolicies: {
        address: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['ssm:GetParameter'],
              resources: [`arn:aws:ssm:${region}:${this.account}:parameter${apiParameterName(mesh)}`],
            }),
          ],
        }),
      },
    });
    acknowledge(directory, INLINE_POLICY);
  }

  /** A domain speaks for itself only: its source is taken from its account and from no other. */
  #reports({ topology, domain, reports }: EnrolmentStackProps): void {
    if (!isInOrganization(topology, domain)) admitDomain(this, topology, domain);
    new CfnRule(this, 'Reports', {
      description: `What ${domain.name} reports`,
      eventBusName: meshBusName(topology.mesh),
      eventPattern: { account: [domain.account], source: [domainSource(domain.name)] },
      targets: [{ id: 'sync', arn: reports.arn, deadLetterConfig: { arn: reports.undeliveredArn } }],
    });
  }
}
