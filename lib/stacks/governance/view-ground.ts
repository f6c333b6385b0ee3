import { Stack } from 'aws-cdk-lib';
import { CfnConnection } from 'aws-cdk-lib/aws-glue';
import {
  AnyPrincipal,
  CompositePrincipal,
  Effect,
  type IRole,
  ManagedPolicy,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct, type IDependable } from 'constructs';
import { LakeGrants } from '#constructs/lake-grants.ts';
import { LakeLocation } from '#constructs/lake-location.ts';
import { PrivateBucket } from '#constructs/private-bucket.ts';
import { QueryWorkgroup } from '#constructs/query-workgroup.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { governanceRoleName, maskKeyBucketName, viewConnectionName } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { CATALOG_WILDCARDS, catalogRead, PRODUCT_DATABASES } from '../catalog-access.ts';

export interface ViewGroundProps {
  readonly topology: Topology;
  readonly key: IKey;
  readonly reconciler: IRole;
  /** Lake Formation's settings of the account. */
  readonly settings: IDependable;
}

/** Athena takes no smaller bound; a text is validated without its rows. */
const VALIDATION_BYTES = 10_000_000;

/** What masked views of products stand on: the role that defines them, the keys that they hash with, and the engine that validates them. */
export class ViewGround extends Construct {
  constructor(scope: Construct, id: string, props: ViewGroundProps) {
    super(scope, id);
    this.#engine(props, this.#definer(props.topology));
    this.#keys(props);
  }

  /** Glue and Lake Formation assume it when a view is read; it holds SELECT on what views read and on nothing else. */
  #definer({ mesh }: Topology): Role {
    const description = 'Reads the tables behind the views of products';
    const definer = new Role(this, 'Definer', {
      roleName: governanceRoleName(mesh, 'view-definer'),
      description,
      assumedBy: new CompositePrincipal(
        new ServicePrincipal('glue.amazonaws.com'),
        new ServicePrincipal('lakeformation.amazonaws.com'),
      ),
    });
    new ManagedPolicy(definer, 'May', {
      description,
      roles: [definer],
      statements: [
        // All that Lake Formation's guide asks of a definer (Prerequisites for creating views), lists and versions included.
        catalogRead(this, [Stack.of(this).account], [PRODUCT_DATABASES]),
        passConnection(this, mesh),
        new PolicyStatement({ sid: 'LakeData', actions: ['lakeformation:GetDataAccess'], resources: ['*'] }),
      ],
    });
    acceptWildcards(definer, {
      ...CATALOG_WILDCARDS,
      'Resource::*': 'Lake Formation knows no resources in IAM: it decides itself what it vends',
    });
    return definer;
  }

  #engine({ topology: { mesh }, key }: ViewGroundProps, definer: Role): void {
    const name = viewConnectionName(mesh);
    const workgroup = new QueryWorkgroup(this, 'Validation', {
      name,
      description: 'Validates the text of views; nobody queries in it',
      key,
      readers: [definer.roleArn],
      cutoffBytes: VALIDATION_BYTES,
    });
    const connection = new CfnConnection(this, 'Connection', {
      catalogId: Stack.of(this).account,
      connectionInput: {
        name,
        description: 'Has Athena validate the views of products',
        connectionType: 'VIEW_VALIDATION_ATHENA',
        connectionProperties: { WORKGROUP_NAME: name },
      },
    });
    connection.node.addDependency(workgroup);
  }

  /** Keys are written once by the reconciler, who cannot read them, and read by Lake Formation for the definer. */
  #keys({ topology, key, reconciler, settings }: ViewGroundProps): void {
    const { account } = Stack.of(this);
    const bucket = new PrivateBucket(this, 'Keys', {
      bucketName: maskKeyBucketName(topology.mesh, account, topology.region),
      encryptionKey: key,
    });
    const location = new LakeLocation(this, 'KeyLocation', {
      bucketArn: bucket.bucketArn,
      owner: account,
      key: { arn: key.keyArn },
    });
    const denied = (sid: string, actions: string[], except: string) =>
      bucket.addToResourcePolicy(
        new PolicyStatement({
          sid,
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions,
          resources: [bucket.arnForObjects('*')],
          conditions: { ArnNotEquals: { 'aws:PrincipalArn': except } },
        }),
      );
    denied('ReadByLakeFormation', ['s3:GetObject', 's3:GetObjectVersion'], location.role.roleArn);
    denied('WrittenByReconciler', ['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'], reconciler.roleArn);
    new LakeGrants(this, 'Grants', { catalogId: account, ready: [location.resource, settings, reconciler] }).give(
      'ReconcileKeys',
      reconciler.roleArn,
      { location: bucket.bucketArn },
      ['DATA_LOCATION_ACCESS'],
    );
  }
}

/** Lets a role have views validated through the mesh's connection. */
function passConnection(scope: Construct, mesh: string): PolicyStatement {
  const { account, region } = Stack.of(scope);
  const glue = (path: string) => `arn:aws:glue:${region}:${account}:${path}`;
  return new PolicyStatement({
    sid: 'ValidateViews',
    actions: ['glue:PassConnection'],
    resources: [glue('catalog'), glue(`connection/${viewConnectionName(mesh)}`)],
  });
}

/** What the reconciler needs to make views: hand their definer to Glue and Lake Formation, and write keys that it cannot read. */
export function viewStatements(scope: Construct, { mesh, governanceAccount, region }: Topology): PolicyStatement[] {
  const { account } = Stack.of(scope);
  return [
    new PolicyStatement({
      sid: 'DefineViews',
      actions: ['iam:PassRole'],
      resources: [`arn:aws:iam::${account}:role/${governanceRoleName(mesh, 'view-definer')}`],
      conditions: {
        StringEquals: { 'iam:PassedToService': ['glue.amazonaws.com', 'lakeformation.amazonaws.com'] },
      },
    }),
    passConnection(scope, mesh),
    new PolicyStatement({
      sid: 'MaskKeys',
      actions: ['s3:PutObject'],
      resources: [`arn:aws:s3:::${maskKeyBucketName(mesh, governanceAccount, region)}/*`],
    }),
  ];
}
