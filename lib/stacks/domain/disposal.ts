import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import { MeshFunction } from '#constructs/mesh-function.ts';
import type { QueryWorkgroup } from '#constructs/query-workgroup.ts';
import { sayAs } from '#constructs/say-as.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import {
  auditBucketName,
  DISPOSALS,
  directoryRoleName,
  disposalName,
  domainRoleName,
  domainSource,
  glueName,
  MESH_SOURCE,
  productBucketName,
  roleArn,
} from '#mesh/topology/names.ts';
import { INVOKE_WILDCARDS, invoke } from '../api-access.ts';
import { archiveStatements } from '../audit/admit-disposals.ts';
import { CATALOG_WILDCARDS } from '../catalog-access.ts';
import { type DomainLambdaProps, domainEnvironment } from './catalog-watch.ts';
import type { DomainFoundationStack } from './foundation-stack.ts';

export interface DisposalProps extends DomainLambdaProps {
  readonly foundation: DomainFoundationStack;
  /** Where snapshots and results of queries lie, with the name of each workgroup. */
  readonly workgroups: readonly { readonly name: string; readonly workgroup: QueryWorkgroup }[];
  /** Who may look at what would go. */
  readonly planners: readonly Role[];
  readonly undeliveredArn: string;
}

/** Below it a workgroup writes. */
const RESULTS = 'results/';

/**
 * Removes what is past its retention from the domain's account: once a day, and when something of a product that the domain uses was removed. Only its
 * role deletes versions of objects, and only it can sign what was removed.
 */
export class Disposal extends Construct {
  readonly role: Role;
  readonly key: Key;

  constructor(scope: Construct, id: string, props: DisposalProps) {
    super(scope, id);
    const { topology, domain, workgroups } = props;
    const { mesh } = topology;
    this.key = new Key(this, 'Key', {
      description: `${mesh}: signs what ${domain.name} removed`,
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.role = new Role(this, 'Role', {
      roleName: domainRoleName(mesh, domain.name, 'disposal'),
      description: 'Removes what is past its retention, and signs what it removed',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const places = workgroups.map(({ name, workgroup }) => ({
      workgroup: name,
      bucket: workgroup.results.bucketName,
      prefix: RESULTS,
    }));
    const lambda = new MeshFunction(this, 'Function', {
      name: 'disposal',
      functionName: disposalName(mesh, domain.name),
      description: `Removes what is past its retention in ${domain.name}`,
      environment: {
        ...domainEnvironment(props),
        WEFT_ACCOUNT: domain.account,
        WEFT_RESULTS: Stack.of(this).toJsonString(places),
        WEFT_SIGNING_KEY: this.key.keyArn,
        WEFT_AUDIT_BUCKET: auditBucketName(mesh, topology.auditAccount, topology.region),
      },
      role: this.role,
      logsKey: props.logsKey,
      lambdas: props.lambdas,
      timeout: Duration.minutes(15),
      memorySize: 1024,
      // Two runs at once would each record what the other removes.
      reservedConcurrency: 1,
    });
    for (const statement of this.#statements(props)) lambda.addToRolePolicy(statement);
    sayAs(lambda, props.bus, domainSource(domain.name));
    acceptWildcards(this, {
      ...INVOKE_WILDCARDS,
      ...CATALOG_WILDCARDS,
      'Resource::arn:aws:s3:::%/*': "the objects of the domain's own product bucket, of products that come and go",
      'Resource::%/results/*': 'the results of exactly two workgroups',
      'Resource::arn:aws:kms:%:key/*':
        "the audit account's key is known by its alias only, which the condition asks for",
      'Resource::<%.Arn>:*': 'the versions of exactly one Lambda',
    });
    new ManagedPolicy(this, 'Planners', {
      description: 'Sees what would be removed',
      roles: [...props.planners],
      statements: [
        new PolicyStatement({ sid: 'Disposal', actions: ['lambda:InvokeFunction'], resources: [lambda.functionArn] }),
      ],
    });
    // A role that the CDK makes by itself would be a child of the stack.
    const starter = new Role(this, 'Starter', {
      description: 'Starts the daily disposal',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': domain.account } },
      }),
    });
    acknowledge(this, INLINE_POLICY);
    new Schedule(this, 'Schedule', {
      description: 'Every day: what is past its retention',
      schedule: ScheduleExpression.rate(Duration.days(1)),
      target: new LambdaInvoke(lambda, {
        deadLetterQueue: lambda.deadLetters,
        retryAttempts: 2,
        maxEventAge: Duration.hours(6),
        role: starter,
      }),
    });
    this.#follow(props, lambda);
  }

  /** What was removed elsewhere is removed here, too, as soon as the mesh says so. */
  #follow({ topology, domain, bus, undeliveredArn }: DisposalProps, lambda: MeshFunction): void {
    const rule = new CfnRule(this, 'Rule', {
      description: `Removals that ${domain.name} may have copies of`,
      eventBusName: bus.eventBusName,
      eventPattern: {
        account: [topology.governanceAccount],
        source: [MESH_SOURCE],
        'detail-type': ['DataDisposed'],
        detail: { data: { disposal: { table: [{ 'anything-but': ['exports', 'results'] }] } } },
      },
      targets: [{ id: 'disposal', arn: lambda.functionArn, deadLetterConfig: { arn: undeliveredArn } }],
    });
    lambda.addPermission('Rule', {
      principal: new ServicePrincipal('events.amazonaws.com'),
      sourceArn: rule.attrArn,
    });
  }

  #statements({ topology, domain, foundation, workgroups }: DisposalProps): PolicyStatement[] {
    const { mesh, governanceAccount } = topology;
    const { region, account } = Stack.of(this);
    const { productKey } = foundation;
    const products = `arn:aws:s3:::${productBucketName(mesh, domain.name, account, region)}`;
    const database = glueName(domain.name);
    const results = workgroups.map(({ workgroup }) => workgroup.results);
    return [
      invoke(topology, [`GET /domains/${domain.name}/disposals`]),
      new PolicyStatement({
        sid: 'Directory',
        actions: ['sts:AssumeRole'],
        resources: [roleArn(governanceAccount, directoryRoleName(mesh, domain.name))],
      }),
      new PolicyStatement({
        sid: 'Partitions',
        actions: ['glue:GetPartitions', 'glue:BatchDeletePartition'],
        resources: ['catalog', `database/${database}`, `table/${database}/*`].map(
          (path) => `arn:aws:glue:${region}:${account}:${path}`,
        ),
      }),
      new PolicyStatement({
        sid: 'Look',
        actions: ['s3:ListBucketVersions'],
        resources: [products, ...results.map(({ bucketArn }) => bucketArn)],
      }),
      new PolicyStatement({
        sid: 'Remove',
        actions: ['s3:DeleteObjectVersion'],
        resources: [`${products}/*`, ...results.map((bucket) => bucket.arnForObjects(`${RESULTS}*`))],
      }),
      new PolicyStatement({
        sid: 'KeepRecords',
        effect: Effect.DENY,
        actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
        resources: [`${products}/${DISPOSALS}*`],
      }),
      new PolicyStatement({
        sid: 'Records',
        actions: ['s3:GetObject', 's3:PutObject'],
        resources: [`${products}/${DISPOSALS}*`],
      }),
      // Without it a record that is not there yet would answer as one that must not be read.
      new PolicyStatement({ sid: 'ListRecords', actions: ['s3:ListBucket'], resources: [products] }),
      new PolicyStatement({
        sid: 'RecordsKey',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [productKey.keyArn],
      }),
      ...archiveStatements(topology),
      new PolicyStatement({
        sid: 'Sign',
        actions: ['kms:Sign', 'kms:GetPublicKey'],
        resources: [this.key.keyArn],
      }),
      new PolicyStatement({
        sid: 'Queries',
        actions: ['athena:BatchGetQueryExecution'],
        resources: workgroups.map(({ workgroup }) => workgroup.arn),
      }),
    ];
  }
}
