import { CfnOutput, Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal, SessionTagsPrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnProfile, CfnTrustAnchor } from 'aws-cdk-lib/aws-rolesanywhere';
import { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import type { DomainRepository } from '#constructs/domain-repository.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { domainRoleName } from '#mesh/topology/names.ts';
import type { Landing } from './landing.ts';

export interface EdgeAccessProps {
  readonly repository: DomainRepository;
  readonly landing: Landing;
  /** The key of the landing bucket. */
  readonly key: IKey;
  /** PEM of the certificates whose holders sign those of devices. */
  readonly authorities: string;
}

/** What a device's certificate says of its group, in a session of IAM Roles Anywhere. */
const GROUP = 'aws:PrincipalTag/x509Subject/OU';
const SESSION = Duration.hours(1);
/** Signs of life and alarms are looked at soon, or never. */
const KEPT = Duration.days(90);

/**
 * Lets the sites of a domain in, each as the group that its certificate names: it writes below its own folders of the landing bucket, and reads
 * nothing. A certificate without a group, or with one that is a path, is no device's.
 */
export class EdgeAccess extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { repository, landing, key, authorities }: EdgeAccessProps) {
    super(scope, id);
    const { topology, domain, pipeline } = repository;
    const name = `${topology.mesh}-${domain.name}`;
    const anchor = new CfnTrustAnchor(this, 'TrustAnchor', {
      name,
      enabled: true,
      source: { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: authorities } },
    });
    const device = new ServicePrincipal('rolesanywhere.amazonaws.com', {
      conditions: {
        ArnEquals: { 'aws:SourceArn': anchor.attrTrustAnchorArn },
        Null: { [GROUP]: 'false' },
        // It would be a folder below another group's, which that group takes for its own.
        StringNotLike: { [GROUP]: '*/*' },
      },
    });
    this.role = new Role(this, 'Role', {
      roleName: domainRoleName(topology.mesh, domain.name, 'edge'),
      description: `Devices of ${domain.name}, each as the group that its certificate names`,
      assumedBy: new SessionTagsPrincipal(device),
      maxSessionDuration: SESSION,
    });
    this.role.assumeRolePolicy?.addStatements(
      new PolicyStatement({ actions: ['sts:SetSourceIdentity'], principals: [device] }),
    );
    const own = (folder: string) => landing.bucket.arnForObjects(`${folder}\${${GROUP}}/*`);
    const folders = pipeline.landing.flatMap(({ files }) => [files, `quarantine/${files}`]);
    this.role.addToPolicy(
      new PolicyStatement({ sid: 'OwnFolders', actions: ['s3:PutObject'], resources: [...folders, 'edge/'].map(own) }),
    );
    this.role.addToPolicy(
      new PolicyStatement({ sid: 'LandingKey', actions: ['kms:GenerateDataKey'], resources: [key.keyArn] }),
    );
    acceptWildcards(this, { 'Resource::<%.Arn>/%': 'the objects below the folders of one group of devices' });
    acknowledge(this, INLINE_POLICY);
    const profile = new CfnProfile(this, 'Profile', {
      name,
      enabled: true,
      roleArns: [this.role.roleArn],
      durationSeconds: SESSION.toSeconds(),
    });
    landing.bucket.addLifecycleRule({
      id: 'edge',
      prefix: 'edge/',
      expiration: KEPT,
      noncurrentVersionExpiration: Duration.days(1),
    });
    new CfnOutput(this, 'TrustAnchorArn', {
      value: anchor.attrTrustAnchorArn,
      description: 'trustAnchor of edge.yaml',
    });
    new CfnOutput(this, 'ProfileArn', { value: profile.attrProfileArn, description: 'profile of edge.yaml' });
    new CfnOutput(this, 'RoleArn', { value: this.role.roleArn, description: 'role of edge.yaml' });
  }
}
