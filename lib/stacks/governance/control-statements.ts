import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { DETAILS_PREFIX } from '#mesh/audit/log/tile.ts';
import { auditKeyAlias, auditQueueName, meshParameterPath } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { viewStatements } from './view-ground.ts';

/** Reads who takes part in the mesh, domains included that are enrolled later. */
export function topologyStatement(scope: Construct, { mesh }: Topology): PolicyStatement {
  const { region, account } = Stack.of(scope);
  const parameters = `arn:aws:ssm:${region}:${account}:parameter${meshParameterPath(mesh)}`;
  return new PolicyStatement({
    sid: 'Topology',
    actions: ['ssm:GetParametersByPath'],
    resources: [parameters, `${parameters}/*`],
  });
}

/** Hands entries to the appender, and puts their long members beside the trail: neither reads it, nor touches what the lock says of it. */
export function writeTrailStatements(bucket: string, { mesh, region, auditAccount }: Topology): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'Trail',
      actions: ['sqs:SendMessage'],
      resources: [`arn:aws:sqs:${region}:${auditAccount}:${auditQueueName(mesh)}`],
    }),
    new PolicyStatement({
      sid: 'TrailDetails',
      actions: ['s3:PutObject'],
      resources: [`arn:aws:s3:::${bucket}/${DETAILS_PREFIX}*`],
    }),
  ];
}

/** Encrypts entries with the key of an audit account apart, through S3 only, and decrypts none. */
export function encryptTrailStatement({ mesh, auditAccount, region }: Topology): PolicyStatement {
  return new PolicyStatement({
    sid: 'TrailKey',
    actions: ['kms:GenerateDataKey'],
    resources: [`arn:aws:kms:${region}:${auditAccount}:key/*`],
    conditions: {
      StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': auditKeyAlias(mesh) },
    },
  });
}

/**
 * What the reconciler may do in the central catalog: its own product databases (`<domain>__<product>__v<major>`), Lake Formation, which knows
 * no resources in IAM, and what Lake Formation does in its caller's name with RAM when a grant crosses accounts.
 */
export function reconcileStatements(scope: Construct, topology: Topology): PolicyStatement[] {
  const { region, account } = Stack.of(scope);
  const glue = (path: string) => `arn:aws:glue:${region}:${account}:${path}`;
  return [
    new PolicyStatement({
      sid: 'Catalog',
      actions: [
        'glue:CreateDatabase',
        'glue:DeleteDatabase',
        'glue:GetDatabase',
        'glue:CreateTable',
        'glue:UpdateTable',
        'glue:DeleteTable',
        'glue:GetTable',
        'glue:GetTables',
      ],
      resources: [glue('catalog'), glue('database/*__*__v*'), glue('table/*__*__v*/*')],
    }),
    new PolicyStatement({
      sid: 'Grants',
      actions: [
        'lakeformation:BatchGrantPermissions',
        'lakeformation:BatchRevokePermissions',
        'lakeformation:ListPermissions',
        'lakeformation:CreateDataCellsFilter',
        'lakeformation:UpdateDataCellsFilter',
        'lakeformation:DeleteDataCellsFilter',
        'lakeformation:ListDataCellsFilter',
        'lakeformation:GetDataLakeSettings',
        'lakeformation:CreateLFTag',
        'lakeformation:GetLFTag',
        'lakeformation:UpdateLFTag',
        'lakeformation:AddLFTagsToResource',
        'lakeformation:GetResourceLFTags',
        'lakeformation:RemoveLFTagsFromResource',
      ],
      resources: ['*'],
    }),
    ...viewStatements(scope, topology),
    ...sharing(topology, region, account),
  ];
}

function sharing(topology: Topology, region: string, account: string): PolicyStatement[] {
  const statements = [
    new PolicyStatement({
      sid: 'CreateShares',
      actions: ['ram:CreateResourceShare'],
      resources: ['*'],
      conditions: {
        StringLikeIfExists: { 'ram:RequestedResourceType': ['glue:Table', 'glue:Database', 'glue:Catalog'] },
      },
    }),
    new PolicyStatement({
      sid: 'ChangeShares',
      actions: [
        'ram:UpdateResourceShare',
        'ram:DeleteResourceShare',
        'ram:AssociateResourceShare',
        'ram:DisassociateResourceShare',
        'ram:AssociateResourceSharePermission',
      ],
      resources: [`arn:aws:ram:${region}:${account}:resource-share/*`],
      conditions: { StringLike: { 'ram:ResourceShareName': 'LakeFormation*' } },
    }),
    new PolicyStatement({
      sid: 'SeeShares',
      actions: ['ram:GetResourceShares', 'ram:GetResourceShareAssociations'],
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'CatalogPolicy',
      actions: ['glue:PutResourcePolicy', 'glue:DeleteResourcePolicy', 'glue:GetResourcePolicy'],
      resources: [`arn:aws:glue:${region}:${account}:catalog`],
    }),
  ];
  if (!topology.organization) return statements;
  const organization = new PolicyStatement({
    sid: 'Organization',
    actions: ['organizations:DescribeOrganization', 'organizations:DescribeAccount'],
    resources: ['*'],
  });
  return [...statements, organization];
}
