import type { Family, InertType, ResourceRequest } from './resource.ts';

const NETWORK = 'everything on this machine is reached over the loopback interface';

/** The id, the region, and the properties of what is made. */
type Attributes = (
  id: string,
  region: string,
  properties: ResourceRequest['properties'],
) => Readonly<Record<string, unknown>>;

function network(prefix: string, attributes: Attributes = () => ({})): InertType {
  return {
    inert: NETWORK,
    // The suffix of the generated name, in small letters, stands for the number that EC2 would give.
    ref: (name) => idOf(prefix, name),
    attributes: (name, { site, properties }) => attributes(idOf(prefix, name), site.region, properties),
  };
}

function idOf(prefix: string, name: string): string {
  return `${prefix}-${name.slice(-12).toLowerCase()}`;
}

/** What a network is made of: kept as data only. */
export const networkTypes: Family = {
  'AWS::EC2::VPC': network('vpc', (VpcId, _region, { CidrBlock }) => ({
    VpcId,
    CidrBlock,
    DefaultSecurityGroup: `sg-${VpcId.slice(4)}`,
  })),
  'AWS::EC2::Subnet': network('subnet', (SubnetId, region, properties) => ({
    SubnetId,
    AvailabilityZone: properties.AvailabilityZone ?? `${region}a`,
  })),
  'AWS::EC2::RouteTable': network('rtb', (RouteTableId) => ({ RouteTableId })),
  'AWS::EC2::SubnetRouteTableAssociation': network('rtbassoc', (Id) => ({ Id })),
  'AWS::EC2::SecurityGroup': network('sg', (GroupId) => ({ GroupId, Id: GroupId })),
  'AWS::EC2::SecurityGroupEgress': network('sgr'),
  'AWS::EC2::SecurityGroupIngress': network('sgr'),
  'AWS::EC2::VPCEndpoint': network('vpce', (Id) => ({ Id })),
  'AWS::EC2::FlowLog': network('fl', (Id) => ({ Id })),
};
