import { AccountPrincipal, AnyPrincipal, type IPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { auditBucketName, auditKeyAlias, DISPOSALS, domainRoleName, roleArn } from '#mesh/topology/names.ts';
import { isInOrganization } from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';

/** Whom a statement lets in. */
interface Admitted {
  readonly principals: IPrincipal[];
  readonly conditions: Readonly<Record<string, Record<string, string | string[]>>>;
}

/**
 * Lets the disposals of the domains add their signed records to the trail's bucket, each under a name that is free, and nothing else: one statement for
 * the organization whatever the number of domains, one for those that are in none.
 */
export function admitDisposals(topology: Topology, { entries, key }: { entries: Bucket; key: IKey }): void {
  for (const [index, { principals, conditions }] of admitted(topology).entries()) {
    const suffix = index === 0 ? '' : 'OfOthers';
    entries.addToResourcePolicy(
      new PolicyStatement({
        sid: `DisposalsAdd${suffix}`,
        principals,
        actions: ['s3:PutObject'],
        resources: [entries.arnForObjects(`${DISPOSALS}*`)],
        // Only a write that fails where the name is taken: nobody puts another record in the place of one.
        conditions: { ...conditions, Null: { 's3:if-none-match': 'false' } },
      }),
    );
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: `DisposalsEncrypt${suffix}`,
        principals,
        actions: ['kms:GenerateDataKey'],
        resources: ['*'],
        conditions: {
          ...conditions,
          StringEquals: { ...conditions.StringEquals, 'kms:ViaService': `s3.${topology.region}.amazonaws.com` },
        },
      }),
    );
  }
}

function admitted(topology: Topology): Admitted[] {
  const { mesh, organization } = topology;
  const outside = topology.domains.filter((domain) => !isInOrganization(topology, domain));
  const roles = outside.map(({ account, name }) => roleArn(account, domainRoleName(mesh, name, 'disposal')));
  const inside: Admitted[] =
    organization === undefined
      ? []
      : [
          {
            principals: [new AnyPrincipal()],
            conditions: {
              StringEquals: { 'aws:PrincipalOrgID': organization },
              ArnLike: { 'aws:PrincipalArn': roleArn('*', `${mesh}-*-disposal`) },
            },
          },
        ];
  if (outside.length === 0) return inside;
  const principals = [...new Set(outside.map(({ account }) => account))].map(
    (account) => new AccountPrincipal(account),
  );
  return [...inside, { principals, conditions: { ArnEquals: { 'aws:PrincipalArn': roles } } }];
}

/** What a domain's disposal needs of its own account to add records to the trail's bucket. */
export function archiveStatements({ mesh, auditAccount, region }: Topology): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'Archive',
      actions: ['s3:PutObject'],
      resources: [`arn:aws:s3:::${auditBucketName(mesh, auditAccount, region)}/${DISPOSALS}*`],
    }),
    new PolicyStatement({
      sid: 'ArchiveKey',
      actions: ['kms:GenerateDataKey'],
      resources: [`arn:aws:kms:${region}:${auditAccount}:key/*`],
      conditions: {
        StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` },
        'ForAnyValue:StringEquals': { 'kms:ResourceAliases': auditKeyAlias(mesh) },
      },
    }),
  ];
}
