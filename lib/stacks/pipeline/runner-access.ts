import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { LakeGrants } from '#constructs/lake-grants.ts';
import { glueName, landingDatabaseName, productBucketName, productKeyAlias } from '#mesh/topology/names.ts';
import { breakerStatement } from '../breaker-access.ts';
import { catalogRead, PRODUCT_DATABASES } from '../catalog-access.ts';
import type { PipelineRunnerProps } from './runner.ts';

/** What the pipeline needs of IAM: its queries, the domain's own bucket and tables, and the landing bucket. */
export function pipelineStatements(scope: Construct, props: PipelineRunnerProps): PolicyStatement[] {
  const { repository, landing, key, workgroup, exchange } = props;
  const { topology, domain } = repository;
  const { account, region } = Stack.of(scope);
  const products = `arn:aws:s3:::${productBucketName(topology.mesh, domain.name, domain.account, topology.region)}`;
  const own = glueName(domain.name);
  const catalogs = [own, landingDatabaseName(domain.name), 'default', PRODUCT_DATABASES];
  return [
    ...workgroup.queryOnly(),
    new PolicyStatement({
      sid: 'Begun',
      actions: ['athena:ListQueryExecutions', 'athena:BatchGetQueryExecution'],
      resources: [workgroup.arn],
    }),
    catalogRead(scope, [account], catalogs),
    catalogRead(scope, [topology.governanceAccount], [PRODUCT_DATABASES], 'CentralCatalog'),
    new PolicyStatement({
      sid: 'OwnTables',
      actions: ['glue:CreateTable', 'glue:UpdateTable', 'glue:BatchCreatePartition'],
      resources: ['catalog', `database/${own}`, `table/${own}/*`].map(
        (path) => `arn:aws:glue:${region}:${account}:${path}`,
      ),
    }),
    new PolicyStatement({
      sid: 'Products',
      actions: [
        's3:GetObject',
        's3:PutObject',
        's3:DeleteObject',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
      ],
      resources: [`${products}/*`],
    }),
    new PolicyStatement({
      sid: 'ProductBucket',
      actions: ['s3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'],
      resources: [products],
    }),
    new PolicyStatement({
      sid: 'ProductKey',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [`arn:aws:kms:${region}:${account}:key/*`],
      conditions: {
        'ForAnyValue:StringEquals': { 'kms:ResourceAliases': productKeyAlias(topology.mesh, domain.name) },
      },
    }),
    new PolicyStatement({
      sid: 'Landed',
      actions: ['s3:GetObject', 's3:ListBucket', 's3:GetBucketLocation'],
      resources: [landing.bucket.bucketArn, landing.bucket.arnForObjects('*')],
    }),
    new PolicyStatement({
      sid: 'Written',
      actions: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
      resources: ['runs/*', 'quarantine/*'].map((path) => landing.bucket.arnForObjects(path)),
    }),
    new PolicyStatement({
      sid: 'CutShort',
      actions: ['s3:DeleteObject'],
      resources: [landing.bucket.arnForObjects('quarantine/*')],
    }),
    new PolicyStatement({
      sid: 'LandingKey',
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [key.keyArn],
    }),
    ...(exchange?.statements() ?? []),
    ...(repository.sources.length === 0 ? [] : [breakerStatement(scope, repository, 'source')]),
  ];
}

/** What it needs of Lake Formation: all of the domain's own tables, and to read the raw ones. */
export function grantLake(scope: Construct, role: Role, { repository, landing }: PipelineRunnerProps): void {
  const { topology, domain } = repository;
  const { account } = Stack.of(scope);
  const database = glueName(domain.name);
  const raw = landingDatabaseName(domain.name);
  const bucket = productBucketName(topology.mesh, domain.name, domain.account, topology.region);
  const ready = [role, landing.database, ...landing.tables];
  new LakeGrants(scope, 'Grants', { catalogId: account, ready })
    .give('Database', role.roleArn, { database }, ['CREATE_TABLE', 'DESCRIBE'])
    .give('Tables', role.roleArn, { database, table: '*' }, ['ALTER', 'DESCRIBE', 'INSERT', 'SELECT'])
    .give('Location', role.roleArn, { location: `arn:aws:s3:::${bucket}` }, ['DATA_LOCATION_ACCESS'])
    .give('Landing', role.roleArn, { database: raw }, ['DESCRIBE'])
    .give('Landed', role.roleArn, { database: raw, table: '*' }, ['DESCRIBE', 'SELECT'])
    .give('Default', role.roleArn, { database: 'default' }, ['DESCRIBE']);
}
