import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { AccountPrincipal, AnyPrincipal, Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { EncryptedKey } from '#constructs/encrypted-key.ts';
import { LakeLocation } from '#constructs/lake-location.ts';
import { LakeSettings } from '#constructs/lake-settings.ts';
import { PrivateBucket } from '#constructs/private-bucket.ts';
import {
  DISPOSALS,
  domainRoleName,
  productBucketName,
  productKeyAlias,
  registrationRoleName,
  roleArn,
} from '#mesh/topology/names.ts';
import type { Domain } from '#mesh/topology/topology.ts';
import type { MeshSite } from '../mesh-site.ts';

export interface DomainFoundationStackProps extends StackProps, MeshSite {
  readonly domain: Domain;
}

/** What must be in a domain's account before anything else: Lake Formation's administrators, the product bucket and the keys. */
export class DomainFoundationStack extends Stack {
  /** Encrypts query results and the logs of the Lambdas. */
  readonly operationsKey: EncryptedKey;
  readonly productKey: EncryptedKey;
  readonly products: PrivateBucket;
  readonly location: LakeLocation;

  constructor(scope: Construct, id: string, props: DomainFoundationStackProps) {
    super(scope, id, props);
    const { topology, domain } = props;
    const { mesh, region, governanceAccount } = topology;
    const agent = new Role(this, 'AgentRole', {
      roleName: domainRoleName(mesh, domain.name, 'agent'),
      description: 'Keeps links and local grants as the mesh says',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    // Administrators are machines only: a person who were one could grant himself what was shared with the account.
    const settings = new LakeSettings(this, 'LakeSettings', {
      admins: [agent.roleArn],
      crossAccountVersion: topology.crossAccountVersion,
      trustedResourceOwners: [governanceAccount],
    });

    this.operationsKey = new EncryptedKey(this, 'OperationsKey', {
      description: `${mesh}: query results and logs of ${domain.name}`,
    }).allowLogs();
    this.productKey = new EncryptedKey(this, 'ProductKey', {
      alias: productKeyAlias(mesh, domain.name),
      description: `${mesh}: products of ${domain.name}`,
    });
    this.products = new PrivateBucket(this, 'Products', {
      bucketName: productBucketName(mesh, domain.name, domain.account, region),
      encryptionKey: this.productKey,
      events: true,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(7), noncurrentVersionExpiration: Duration.days(90) },
      ],
    });
    this.#keepDisposals(roleArn(domain.account, domainRoleName(mesh, domain.name, 'disposal')));
    this.#admitGovernance(governanceAccount, roleArn(governanceAccount, registrationRoleName(mesh, domain.name)));
    this.location = new LakeLocation(this, 'Location', {
      bucketArn: this.products.bucketArn,
      owner: domain.account,
      key: { arn: this.productKey.keyArn },
      roleName: registrationRoleName(mesh, domain.name),
      writable: true,
    });
    this.location.node.addDependency(settings);
  }

  /** Records of what was removed are written by the one Lambda that removes, and deleted by nobody. */
  #keepDisposals(writer: string): void {
    const resources = [this.products.arnForObjects(`${DISPOSALS}*`)];
    const everyone = { effect: Effect.DENY, principals: [new AnyPrincipal()], resources };
    this.products.addToResourcePolicy(
      new PolicyStatement({
        ...everyone,
        sid: 'DisposalsWritten',
        actions: ['s3:PutObject'],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': writer } },
      }),
    );
    this.products.addToResourcePolicy(
      new PolicyStatement({
        ...everyone,
        sid: 'DisposalsKept',
        actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
      }),
    );
  }

  /** By condition and not by principal, because a policy that names a role of another account is refused until that role exists. */
  #admitGovernance(account: string, reader: string): void {
    const principals = [new AccountPrincipal(account)];
    const conditions = { ArnEquals: { 'aws:PrincipalArn': reader } };
    this.products.addToResourcePolicy(
      new PolicyStatement({
        sid: 'GovernanceReads',
        principals,
        actions: ['s3:GetObject'],
        resources: [this.products.arnForObjects('*')],
        conditions,
      }),
    );
    this.products.addToResourcePolicy(
      new PolicyStatement({
        sid: 'GovernanceLists',
        principals,
        actions: ['s3:ListBucket', 's3:GetBucketLocation'],
        resources: [this.products.bucketArn],
        conditions,
      }),
    );
    this.productKey.addToResourcePolicy(
      new PolicyStatement({
        sid: 'GovernanceReads',
        principals,
        actions: ['kms:Decrypt'],
        resources: ['*'],
        conditions: { ...conditions, StringEquals: { 'kms:ViaService': `s3.${this.region}.amazonaws.com` } },
      }),
    );
  }
}
