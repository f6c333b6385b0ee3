import { Duration } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import { DeadLetterQueue } from '#constructs/dead-letter-queue.ts';
import { decisionFiles } from '#constructs/decision-files.ts';
import { MeshFunction, type MeshFunctionProps } from '#constructs/mesh-function.ts';
import { sayAs } from '#constructs/say-as.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { allowPostponing, WorkQueue } from '#constructs/work-queue.ts';
import { auditBucketName, auditQueueName, governanceRoleName, MESH_SOURCE, meshBusName } from '#mesh/topology/names.ts';
import { CATALOG_WILDCARDS } from '../catalog-access.ts';
import type { MeshSite } from '../mesh-site.ts';
import {
  encryptTrailStatement,
  reconcileStatements,
  topologyStatement,
  writeTrailStatements,
} from './control-statements.ts';
import type { Registry } from './registry.ts';

export interface ControlPlaneProps extends MeshSite {
  readonly registry: Registry;
  readonly bus: IEventBus;
  /** Undefined where the audit account is apart: its key is known there by its alias. */
  readonly auditKey?: IKey;
  readonly logsKey: IKey;
}

const RECONCILE_TIMEOUT = Duration.minutes(5);
const SYNC_TIMEOUT = Duration.minutes(1);
const QUEUED = { without: 'a failed message goes to the dead-letter queue of the queue that it came from' };

/** The Lambdas of the governance account and what starts them. */
export class ControlPlane extends Construct {
  readonly api: MeshFunction;
  readonly publish: MeshFunction;
  readonly reports: WorkQueue;

  constructor(scope: Construct, id: string, props: ControlPlaneProps) {
    super(scope, id);
    acceptWildcards(this, {
      ...CATALOG_WILDCARDS,
      'Resource::arn:aws:s3:::%/details/*': 'long members of entries in exactly one bucket',
      'Resource::arn:aws:s3:::%-mask-keys-%/*': 'the keys in exactly one bucket, of products that come and go',
      'Resource::arn:aws:kms:%:key/*':
        "the audit account's key is known by its alias only, which the condition asks for",
      'Resource::arn:aws:ssm:%:parameter/weft/%/*':
        "the mesh's own parameters: domains are enrolled after this stack is deployed",
      'Resource::arn:aws:ram:%:resource-share/*':
        'Lake Formation names its shares itself; the condition asks for its prefix',
    });
    acknowledge(this, INLINE_POLICY);
    const { registry, bus, auditKey } = props;
    const { mesh, auditAccount, region } = props.topology;
    const trail = auditBucketName(mesh, auditAccount, region);
    const requests = new WorkQueue(this, 'Requests', { fifo: true, workTimeout: RECONCILE_TIMEOUT });
    this.reports = new WorkQueue(this, 'Reports', { workTimeout: SYNC_TIMEOUT }).allowRulesOf(meshBusName(mesh));

    const beside = decisionFiles(props.policies);
    this.api = this.#lambda(props, 'Api', {
      name: 'api',
      beside,
      description: 'Takes the commands of the mesh',
      deadLetters: { without: 'the caller is told at once' },
    });
    this.publish = this.#lambda(props, 'Publish', {
      name: 'publish',
      beside,
      description: 'Takes the commands of the mesh that bring documents',
      deadLetters: { without: 'the caller is told at once' },
    });
    for (const lambda of [this.api, this.publish]) registry.allowWriting(lambda);
    registry.allowReleasing(this.publish);

    const relay = this.#lambda(props, 'Relay', {
      name: 'relay',
      description: 'Turns each committed change into a request, events and an audit entry',
      environment: {
        WEFT_MESH_BUS: bus.eventBusName,
        WEFT_RECONCILE_QUEUE_URL: requests.queueUrl,
        WEFT_AUDIT_BUCKET: trail,
        WEFT_AUDIT_QUEUE_URL: `https://sqs.${region}.amazonaws.com/${auditAccount}/${auditQueueName(mesh)}`,
      },
      roleName: auditKey ? undefined : governanceRoleName(mesh, 'relay'),
      deadLetters: { without: 'the stream sends what fails to its own dead-letter queue' },
    });
    registry.allowReading(relay);
    requests.allowSending(relay);
    sayAs(relay, bus, MESH_SOURCE);
    for (const statement of writeTrailStatements(trail, props.topology)) relay.addToRolePolicy(statement);
    if (auditKey) auditKey.grant(relay, 'kms:GenerateDataKey');
    else relay.addToRolePolicy(encryptTrailStatement(props.topology));
    registry.grantStreamRead(relay);
    const failures = new DeadLetterQueue(this, 'RelayFailures');
    failures.grant(relay, 'sqs:SendMessage');
    relay.addEventSourceMapping('Stream', {
      eventSourceArn: registry.tableStreamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 10,
      onFailure: { bind: () => ({ destination: failures.queueArn }) },
    });

    const reconcile = this.#lambda(props, 'Reconcile', {
      name: 'reconcile',
      description: 'Makes the central catalog and its grants equal to the registry',
      role: Role.fromRoleName(this, 'ReconcileRole', governanceRoleName(mesh, 'reconcile')),
      timeout: RECONCILE_TIMEOUT,
      memorySize: 1024,
      deadLetters: QUEUED,
    });
    registry.allowWriting(reconcile);
    for (const lambda of [this.api, this.publish, reconcile])
      lambda.addToRolePolicy(topologyStatement(this, props.topology));
    for (const statement of reconcileStatements(this, props.topology)) reconcile.addToRolePolicy(statement);
    reconcile.consume(requests);
    // What failed comes again before its timeout is over.
    allowPostponing(requests, reconcile);

    const sync = this.#lambda(props, 'Sync', {
      name: 'sync',
      description: 'Takes what the domains report into the registry',
      timeout: SYNC_TIMEOUT,
      deadLetters: QUEUED,
    });
    registry.allowWriting(sync);
    sync.addToRolePolicy(topologyStatement(this, props.topology));
    sync.consume(this.reports);

    const sweep = this.#lambda(props, 'Sweep', {
      name: 'sweep',
      description: 'Ends subscriptions that expire and asks for a reconcile of everything',
      environment: { WEFT_RECONCILE_QUEUE_URL: requests.queueUrl },
      timeout: Duration.minutes(5),
    });
    registry.allowWriting(sweep);
    for (const lambda of [this.api, this.publish, reconcile, sweep]) registry.allowListing(lambda);
    requests.allowSending(sweep);
    new Schedule(this, 'SweepSchedule', {
      description: 'Every 15 minutes: expiry and drift',
      schedule: ScheduleExpression.rate(Duration.minutes(15)),
      target: new LambdaInvoke(sweep, {
        deadLetterQueue: sweep.deadLetters,
        retryAttempts: 2,
        maxEventAge: Duration.minutes(15),
      }),
    });
  }

  #lambda(
    { topology, registry, logsKey, lambdas }: ControlPlaneProps,
    id: string,
    props: Omit<MeshFunctionProps, 'environment' | 'logsKey' | 'lambdas'> & { environment?: Record<string, string> },
  ): MeshFunction {
    const lambda = new MeshFunction(this, id, {
      ...props,
      logsKey,
      lambdas,
      environment: {
        WEFT_MESH: topology.mesh,
        WEFT_REGION: topology.region,
        WEFT_REGISTRY_TABLE: registry.tableName,
        ...props.environment,
      },
    });
    return lambda;
  }
}
