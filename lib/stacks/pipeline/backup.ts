import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BackupPlan, BackupPlanRule, BackupResource, BackupVault } from 'aws-cdk-lib/aws-backup';
import { Schedule } from 'aws-cdk-lib/aws-events';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from '#constructs/acknowledge.ts';
import type { DomainRepository } from '#constructs/domain-repository.ts';
import { EncryptedKey } from '#constructs/encrypted-key.ts';
import { productBucketName } from '#mesh/topology/names.ts';
import type { Landing } from './landing.ts';

/** How a domain's data is backed up: every day by AWS Backup, kept for so many days; or not, and why. */
export type Backup = { readonly keepDays: number } | { readonly without: string };

const MANAGED = 'arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3';

/** Backs up the landing bucket and the domain's product bucket, where that was chosen. */
export function backUp(scope: Construct, backup: Backup, landing: Landing, repository: DomainRepository): void {
  if ('without' in backup) {
    acknowledge(landing.bucket, { 'NIST.800.53.R5-S3BucketReplicationEnabled': backup.without });
    return;
  }
  const { topology, domain } = repository;
  const name = `${topology.mesh}-${domain.name}`;
  const vault = new BackupVault(scope, 'BackupVault', {
    backupVaultName: name,
    encryptionKey: new EncryptedKey(scope, 'BackupKey', { description: `${topology.mesh}: backups of ${domain.name}` }),
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const plan = new BackupPlan(scope, 'BackupPlan', { backupPlanName: name, backupVault: vault });
  plan.addRule(
    new BackupPlanRule({
      ruleName: 'daily',
      scheduleExpression: Schedule.cron({ minute: '0', hour: '3' }),
      deleteAfter: Duration.days(backup.keepDays),
    }),
  );
  const role = new Role(scope, 'BackupRole', {
    description: `Backs up the buckets of ${domain.name}`,
    assumedBy: new ServicePrincipal('backup.amazonaws.com'),
    managedPolicies: ['Backup', 'Restore'].map((what) =>
      ManagedPolicy.fromManagedPolicyArn(scope, `Backup${what}`, MANAGED.replace('ForS3', `ForS3${what}`)),
    ),
  });
  acknowledge(role, {
    'AwsSolutions-IAM4[Policy::arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup]':
      'AWS Backup keeps the policy in step with what it needs, which changes with the service',
    'AwsSolutions-IAM4[Policy::arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Restore]':
      'AWS Backup keeps the policy in step with what it needs, which changes with the service',
  });
  const products = productBucketName(topology.mesh, domain.name, domain.account, topology.region);
  plan.addSelection('Buckets', {
    role,
    allowRestores: false,
    disableDefaultBackupPolicy: true,
    resources: [landing.bucket.bucketArn, `arn:aws:s3:::${products}`].map((arn) => BackupResource.fromArn(arn)),
  });
}
