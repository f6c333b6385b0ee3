import { Duration, Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import { MeshFunction } from '#constructs/mesh-function.ts';
import { QueryWorkgroup } from '#constructs/query-workgroup.ts';
import { sayAs } from '#constructs/say-as.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { allowPolling, WorkQueue } from '#constructs/work-queue.ts';
import {
  directoryRoleName,
  domainBusName,
  domainRoleName,
  domainSource,
  glueName,
  MESH_SOURCE,
  roleArn,
  workgroupName,
} from '#mesh/topology/names.ts';
import { INVOKE_WILDCARDS, invoke } from '../api-access.ts';
import { CATALOG_WILDCARDS, catalogQuery } from '../catalog-access.ts';
import { type DomainLambdaProps, domainEnvironment } from './catalog-watch.ts';

export interface QualityProps extends DomainLambdaProps {
  /** Bytes that one query may scan at most. */
  readonly cutoffBytes: number;
  readonly undeliveredArn: string;
}

const TIMEOUT = Duration.minutes(15);
/** Tables that are measured at once: what is left to the queries of people. */
const AT_ONCE = 5;

/**
 * Measures how good the domain's own data is: when its pipeline delivered, when somebody asks, and once an hour what is due. It reads what the domain owns and
 * nothing else, through a workgroup of its own.
 */
export class Quality extends Construct {
  readonly role: Role;
  readonly workgroup: { readonly name: string; readonly workgroup: QueryWorkgroup };

  constructor(scope: Construct, id: string, props: QualityProps) {
    super(scope, id);
    const { topology, domain } = props;
    const { mesh } = topology;
    const { account } = Stack.of(this);
    const roleName = domainRoleName(mesh, domain.name, 'quality');
    const name = workgroupName(mesh, `${domain.name}-quality`);
    const workgroup = new QueryWorkgroup(this, 'Workgroup', {
      name,
      description: `Measures the data of ${domain.name}`,
      key: props.logsKey,
      readers: [roleArn(account, roleName)],
      cutoffBytes: props.cutoffBytes,
    });
    this.workgroup = { name, workgroup };
    this.role = new Role(this, 'Role', {
      roleName,
      description: "Reads the domain's own tables to measure them",
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const lambda = new MeshFunction(this, 'Function', {
      name: 'quality',
      description: `Measures the data of ${domain.name}`,
      environment: { ...domainEnvironment(props), WEFT_WORKGROUP: name },
      role: this.role,
      logsKey: props.logsKey,
      lambdas: props.lambdas,
      timeout: TIMEOUT,
    });
    for (const statement of this.#statements(props)) lambda.addToRolePolicy(statement);
    sayAs(lambda, props.bus, domainSource(domain.name));
    acceptWildcards(this, {
      ...INVOKE_WILDCARDS,
      ...CATALOG_WILDCARDS,
      ...QueryWorkgroup.wildcards,
      'Resource::<%.Arn>:*': 'the versions of exactly one Lambda',
    });
    this.#listen(props, lambda);
    this.#schedule(props, lambda);
  }

  #statements({ topology, domain }: QualityProps): PolicyStatement[] {
    const { mesh, governanceAccount } = topology;
    return [
      invoke(topology, [`GET /domains/${domain.name}/quality`]),
      new PolicyStatement({
        sid: 'Directory',
        actions: ['sts:AssumeRole'],
        resources: [roleArn(governanceAccount, directoryRoleName(mesh, domain.name))],
      }),
      catalogQuery(this, [domain.account], [glueName(domain.name), 'default']),
      ...this.workgroup.workgroup.queryOnly(),
    ];
  }

  /** New data of the domain's own pipeline, and what somebody asked the mesh for. */
  #listen({ topology, domain, bus, undeliveredArn }: QualityProps, lambda: MeshFunction): void {
    const queue = new WorkQueue(this, 'Asked', { workTimeout: TIMEOUT }).allowRulesOf(
      domainBusName(topology.mesh, domain.name),
    );
    allowPolling(queue, lambda);
    const mapping = lambda.addEventSourceMapping('Queue', {
      eventSourceArn: queue.queueArn,
      batchSize: 1,
      maxConcurrency: AT_ONCE,
      reportBatchItemFailures: true,
    });
    acknowledge(mapping, {
      'Serverless-LambdaEventSourceMappingDestination':
        'a failed message goes to the dead-letter queue of the queue that it came from',
    });
    const targets = [{ id: 'quality', arn: queue.queueArn, deadLetterConfig: { arn: undeliveredArn } }];
    new CfnRule(this, 'Delivered', {
      description: `Data that ${domain.name} delivered`,
      eventBusName: bus.eventBusName,
      eventPattern: {
        account: [domain.account],
        source: [domainSource(domain.name)],
        'detail-type': ['DataDelivered'],
      },
      targets,
    });
    new CfnRule(this, 'Requested', {
      description: `Measurements that somebody asks ${domain.name} for`,
      eventBusName: bus.eventBusName,
      eventPattern: {
        account: [topology.governanceAccount],
        source: [MESH_SOURCE],
        'detail-type': ['QualityRequested'],
        detail: { data: { domain: [domain.name] } },
      },
      targets,
    });
  }

  #schedule({ domain }: QualityProps, lambda: MeshFunction): void {
    // A role that the CDK makes by itself would be a child of the stack.
    const starter = new Role(this, 'Starter', {
      description: 'Starts the measurement of what is due',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': domain.account } },
      }),
    });
    acknowledge(this, INLINE_POLICY);
    new Schedule(this, 'Schedule', {
      description: 'Every hour: what is due to be measured',
      schedule: ScheduleExpression.rate(Duration.hours(1)),
      target: new LambdaInvoke(lambda, {
        deadLetterQueue: lambda.deadLetters,
        retryAttempts: 2,
        maxEventAge: Duration.minutes(30),
        role: starter,
      }),
    });
  }
}
