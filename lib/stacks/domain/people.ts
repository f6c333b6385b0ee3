import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { PersonRole } from '#constructs/person-role.ts';
import { QueryWorkgroup } from '#constructs/query-workgroup.ts';
import {
  busArn,
  type DomainRole,
  domainBusName,
  domainRoleName,
  glueName,
  productBucketName,
  ROWS_CHANGED,
  rowsSource,
} from '#mesh/topology/names.ts';
import { APPLICATION_TAG } from '#mesh/topology/rules.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';
import { ASK, INVOKE_WILDCARDS, invoke } from '../api-access.ts';
import { CATALOG_WILDCARDS, catalogRead, PRODUCT_DATABASES } from '../catalog-access.ts';
import { unapprovedApplications } from '../unapproved-applications.ts';
import type { DomainFoundationStack } from './foundation-stack.ts';

export interface PeopleProps {
  readonly topology: Topology;
  readonly domain: Domain;
  readonly foundation: DomainFoundationStack;
  readonly analysts: QueryWorkgroup;
  readonly producers: QueryWorkgroup;
}

/** Lake Formation lists to each caller what that caller may know. */
const SEE_GRANTS = new PolicyStatement({
  sid: 'SeeGrants',
  actions: ['lakeformation:ListPermissions'],
  resources: ['*'],
});

/** The roles of a domain's people. None of them but the producer's reaches product data in S3, and that one only its own. */
export class People extends Construct {
  readonly producer: PersonRole;
  readonly analyst: PersonRole;
  readonly steward: PersonRole;

  constructor(scope: Construct, id: string, props: PeopleProps) {
    super(scope, id);
    const { topology, domain, analysts, producers } = props;
    const { account, region } = Stack.of(this);
    const own = glueName(domain.name);
    const shared = [
      catalogRead(this, [account], [own, 'default', PRODUCT_DATABASES]),
      catalogRead(this, [topology.governanceAccount], [PRODUCT_DATABASES], 'CentralCatalog'),
    ];
    this.producer = this.#role(props, 'producer', 'Makes the products of the domain', [
      invoke(topology, ASK),
      ...producers.statements(),
      ...this.#ownProducts(props, own),
      new PolicyStatement({
        sid: 'OwnEvents',
        actions: ['events:PutEvents'],
        resources: [busArn({ mesh: topology.mesh, account, region }, domainBusName(topology.mesh, domain.name))],
        // Nobody speaks for the mesh or for the domain's own reports.
        conditions: { 'ForAllValues:StringNotLike': { 'events:source': 'weft.*' } },
      }),
      new PolicyStatement({
        sid: 'OwnRows',
        actions: ['events:PutEvents'],
        resources: [busArn({ mesh: topology.mesh, account, region }, domainBusName(topology.mesh, domain.name))],
        conditions: {
          'ForAllValues:StringEquals': {
            'events:source': rowsSource(domain.name),
            'events:detail-type': ROWS_CHANGED,
          },
        },
      }),
      SEE_GRANTS,
    ]);
    this.analyst = this.#role(props, 'analyst', 'Uses products of the mesh', [
      invoke(topology, ASK),
      ...analysts.statements(),
      ...shared,
      SEE_GRANTS,
    ]);
    this.steward = this.#role(props, 'steward', 'Answers for the products of the domain', [
      invoke(topology, ASK),
      ...analysts.statements(),
      ...shared,
      SEE_GRANTS,
      new PolicyStatement({
        sid: 'SeeGrantsOnPaths',
        actions: ['lakeformation:GetEffectivePermissionsForPath'],
        resources: ['*'],
      }),
    ]);
  }

  #role({ topology, domain }: PeopleProps, role: DomainRole, description: string, may: PolicyStatement[]): PersonRole {
    const id = `${role[0]?.toUpperCase()}${role.slice(1)}`;
    const unapproved = unapprovedApplications(topology).map(
      (conditions) =>
        new PolicyStatement({ sid: 'Applications', effect: Effect.DENY, actions: ['*'], resources: ['*'], conditions }),
    );
    return new PersonRole(this, id, {
      roleName: domainRoleName(topology.mesh, domain.name, role),
      description: `${description}: ${domain.name}`,
      may: [...may, ...unapproved],
      ...(unapproved.length === 0 ? {} : { sessionTags: [APPLICATION_TAG] }),
      wildcards: {
        ...INVOKE_WILDCARDS,
        ...QueryWorkgroup.wildcards,
        ...CATALOG_WILDCARDS,
        'Resource::arn:aws:s3:::%/*': "the objects of the domain's own bucket",
      },
    });
  }

  /** The producer's own bucket and Glue database. */
  #ownProducts({ topology, domain, foundation }: PeopleProps, database: string): PolicyStatement[] {
    const { region, account } = Stack.of(this);
    const products = `arn:aws:s3:::${productBucketName(topology.mesh, domain.name, account, region)}`;
    return [
      new PolicyStatement({
        sid: 'Products',
        actions: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
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
        resources: [foundation.productKey.keyArn],
      }),
      new PolicyStatement({
        sid: 'OwnTables',
        actions: [
          'glue:CreateTable',
          'glue:UpdateTable',
          'glue:DeleteTable',
          'glue:BatchCreatePartition',
          'glue:BatchDeletePartition',
          'glue:UpdatePartition',
        ],
        resources: ['catalog', `database/${database}`, `table/${database}/*`].map(
          (path) => `arn:aws:glue:${region}:${account}:${path}`,
        ),
      }),
      catalogRead(this, [account], [database, 'default']),
    ];
  }
}
