import { Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import type { DatabaseSource } from '#mesh/pipeline/sources.ts';

/** Where a connector stands. */
export interface NetworkPlace {
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly securityGroupIdList: string[];
}

/** What a connector calls beside the database; each is reached without the internet. */
const SERVICES = {
  Secrets: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Glue: InterfaceVpcEndpointAwsService.GLUE,
  Athena: InterfaceVpcEndpointAwsService.ATHENA,
};

/**
 * A network without a way to the internet, from which a connector reaches the addresses of the database and the services that it needs. How the database's own network
 * is joined to it (peering, transit gateway, VPN) is up to whoever runs that network.
 */
export class SourceNetwork extends Construct {
  readonly place: NetworkPlace;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly source: DatabaseSource; readonly cidr: string; readonly to: string; readonly key: IKey },
  ) {
    super(scope, id);
    const { source, cidr, to, key } = props;
    const { region } = Stack.of(this);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      availabilityZones: [`${region}a`, `${region}b`],
      subnetConfiguration: [{ name: 'source', subnetType: SubnetType.PRIVATE_ISOLATED }],
      // The switch would deploy a custom resource; no member of that group is made here.
      restrictDefaultSecurityGroup: false,
    });
    const logs = new LogGroup(this, 'FlowLogs', { encryptionKey: key, retention: RetentionDays.ONE_YEAR });
    vpc.addFlowLog('Flows', { destination: FlowLogDestination.toCloudWatchLogs(logs) });
    vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    for (const [name, service] of Object.entries(SERVICES)) vpc.addInterfaceEndpoint(name, { service });
    const group = new SecurityGroup(this, 'Connector', {
      vpc,
      description: `Reads ${source.name}`,
      allowAllOutbound: false,
    });
    group.addEgressRule(Peer.ipv4(to), Port.tcp(source.port), 'the database');
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'endpoints of services: there is no other way out');
    const [subnet] = vpc.isolatedSubnets;
    this.place = {
      subnetId: subnet?.subnetId ?? '',
      availabilityZone: subnet?.availabilityZone ?? '',
      securityGroupIdList: [group.securityGroupId],
    };
    acknowledge(this, {
      ...INLINE_POLICY,
      'NIST.800.53.R5-VPCDefaultSecurityGroupClosed':
        'nothing is in the default group; closing it would deploy a custom resource with rights on every group',
    });
  }
}
