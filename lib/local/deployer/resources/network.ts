import type { Family, InertType } from './resource.ts';

const NETWORK = 'everything on this machine is reached over the loopback interface';

function network(
  prefix: string,
  attributes: (id: string, region: string) => Readonly<Record<string, unknown>> = () => ({}),
): InertType {
  return {
    inert: NETWORK,
    // The suffix of the generated name, in small letters, stands for the number that EC2 would give.
    ref: (name) => idOf(prefix, name),
    attributes: (name, { site }) => attributes(idOf(prefix, name), site.region),
  };
}

function idOf(prefix: string, name: string): string {
  return `${prefix}-${name.slice(-12).toLowerCase()}`;
}

/** What a network is made of: kept as data only. */
export const networkTypes: Family = {
  'AWS::EC2::VPC': network('vpc', (VpcId) => ({ VpcId, DefaultSecurityGroup: `sg-${VpcId.slice(4)}` })),
  'AWS::EC2::Subnet': network('subnet', (SubnetId, region) => ({ SubnetId, AvailabilityZone: `${region}a` })),
  'AWS::EC2::RouteTable': network('rtb', (RouteTableId) => ({ RouteTableId })),
  'AWS::EC2::SubnetRouteTableAssociation': network('rtbassoc', (Id) => ({ Id })),
  'AWS::EC2::SecurityGroup': network('sg', (GroupId) => ({ GroupId, Id: GroupId })),
  'AWS::EC2::SecurityGroupEgress': network('sgr'),
  'AWS::EC2::SecurityGroupIngress': network('sgr'),
  'AWS::EC2::VPCEndpoint': network('vpce', (Id) => ({ Id })),
  'AWS::EC2::FlowLog': network('fl', (Id) => ({ Id })),
};
