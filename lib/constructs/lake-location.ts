import { Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnResource as CfnLakeResource } from 'aws-cdk-lib/aws-lakeformation';
import { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from './acknowledge.ts';
import { acceptWildcards } from './wildcards.ts';

export interface LakeLocationProps {
  readonly bucketArn: string;
  /** The account that owns the bucket. */
  readonly owner: string;
  /** The key's ARN where it is known, or its alias where the key is another account's. */
  readonly key: { readonly arn: string } | { readonly alias: string };
  /** A physical name where another account's policies name the role. Default: generated. */
  readonly roleName?: string;
  /** Whether tables at the location are also written through Lake Formation. Default false. */
  readonly writable?: boolean;
}

const READ = ['s3:GetObject'];
const WRITE = ['s3:PutObject', 's3:DeleteObject'];

/** An S3 location that Lake Formation governs, and the role as which it reads there. */
export class LakeLocation extends Construct {
  readonly role: Role;
  readonly resource: CfnLakeResource;

  constructor(scope: Construct, id: string, props: LakeLocationProps) {
    super(scope, id);
    // Lake Formation of any account asks as the same service: only this account's may become the role.
    const governs = new ServicePrincipal('lakeformation.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    });
    this.role = new Role(this, 'Role', {
      roleName: props.roleName,
      description: 'Lake Formation reads the registered location as this role',
      assumedBy: governs,
      inlinePolicies: { location: this.#access(props) },
    });
    // With SET_SOURCE_IDENTITY the S3 events in the trail name who read, not only this role.
    this.role.assumeRolePolicy?.addStatements(
      new PolicyStatement({
        principals: [governs],
        actions: ['sts:SetSourceIdentity'],
      }),
    );
    acknowledge(this.role, INLINE_POLICY);
    acceptWildcards(this.role, {
      'Resource::%/*': 'the objects of exactly one bucket',
      'Resource::arn:aws:kms:%:key/*':
        "the other account's key is known by its alias only, which the condition asks for",
    });
    this.resource = new CfnLakeResource(this, 'Location', {
      resourceArn: props.bucketArn,
      roleArn: this.role.roleArn,
      useServiceLinkedRole: false,
      hybridAccessEnabled: false,
    });
  }

  #access(props: LakeLocationProps): PolicyDocument {
    const owned = { StringEquals: { 'aws:ResourceAccount': props.owner } };
    return new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: 'Objects',
          actions: props.writable ? [...READ, ...WRITE] : READ,
          resources: [`${props.bucketArn}/*`],
          conditions: owned,
        }),
        new PolicyStatement({
          sid: 'Bucket',
          actions: ['s3:ListBucket', 's3:GetBucketLocation'],
          resources: [props.bucketArn],
          conditions: owned,
        }),
        this.#key(props),
      ],
    });
  }

  #key(props: LakeLocationProps): PolicyStatement {
    const actions = props.writable ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'];
    if ('arn' in props.key) return new PolicyStatement({ sid: 'Key', actions, resources: [props.key.arn] });
    return new PolicyStatement({
      sid: 'Key',
      actions,
      resources: [`arn:aws:kms:${Stack.of(this).region}:${props.owner}:key/*`],
      conditions: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': props.key.alias } },
    });
  }
}
