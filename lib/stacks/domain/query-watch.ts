import { Duration, Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import { DeadLetterQueue } from '#constructs/dead-letter-queue.ts';
import { MeshFunction } from '#constructs/mesh-function.ts';
import type { QueryWorkgroup } from '#constructs/query-workgroup.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { allowRules } from '#constructs/work-queue.ts';
import { FINAL_STATES } from '#mesh/audit/reads/execution.ts';
import { domainRoleName, queriesQueueName } from '#mesh/topology/names.ts';
import type { DomainLambdaProps } from './catalog-watch.ts';

export interface QueryWatchProps extends DomainLambdaProps {
  readonly workgroups: readonly { readonly name: string; readonly workgroup: QueryWorkgroup }[];
}

/**
 * Tells the audit account of every query of the domain's people as it ends, with its text: Athena forgets it after 45 days, and CloudTrail never has it.
 * Once a day it looks for those that no event told of.
 */
export class QueryWatch extends Construct {
  constructor(scope: Construct, id: string, props: QueryWatchProps) {
    super(scope, id);
    const { topology, domain } = props;
    const { mesh, region, auditAccount } = topology;
    const { account } = Stack.of(this);
    const names = props.workgroups.map(({ name }) => name);
    const watch = new MeshFunction(this, 'Function', {
      name: 'query-watch',
      description: `Tells the audit account of ${domain.name}'s queries`,
      environment: {
        WEFT_REGION: region,
        WEFT_ACCOUNT: account,
        WEFT_QUERIES_URL: `https://sqs.${region}.amazonaws.com/${auditAccount}/${queriesQueueName(mesh)}`,
        WEFT_WORKGROUPS: names.join(','),
      },
      role: new Role(this, 'Role', {
        roleName: domainRoleName(mesh, domain.name, 'query-watch'),
        description: 'Reads what was asked of Athena and tells the audit account',
        assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      }),
      logsKey: props.logsKey,
      lambdas: props.lambdas,
      timeout: Duration.minutes(10),
    });
    watch.addToRolePolicy(
      new PolicyStatement({
        sid: 'Queries',
        actions: ['athena:BatchGetQueryExecution', 'athena:GetQueryExecution', 'athena:ListQueryExecutions'],
        resources: props.workgroups.map(({ workgroup }) => workgroup.arn),
      }),
    );
    watch.addToRolePolicy(
      new PolicyStatement({
        sid: 'Tell',
        actions: ['sqs:SendMessage'],
        resources: [`arn:aws:sqs:${region}:${auditAccount}:${queriesQueueName(mesh)}`],
      }),
    );
    const undelivered = new DeadLetterQueue(this, 'Undelivered');
    allowRules(undelivered, 'default');
    const rule = new CfnRule(this, 'Rule', {
      description: `Queries of ${domain.name}'s people that have ended`,
      eventPattern: {
        source: ['aws.athena'],
        'detail-type': ['Athena Query State Change'],
        detail: { currentState: [...FINAL_STATES], workgroupName: names },
      },
      targets: [{ id: 'watch', arn: watch.functionArn, deadLetterConfig: { arn: undelivered.queueArn } }],
    });
    watch.addPermission('Rule', {
      principal: new ServicePrincipal('events.amazonaws.com'),
      sourceArn: rule.attrArn,
    });
    // Its own, for the construct's default one would be a child of the stack, and out of reach of what is said here.
    const scheduler = new Role(this, 'SchedulerRole', {
      description: 'Starts the daily look for queries',
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    acknowledge(scheduler, INLINE_POLICY);
    acceptWildcards(scheduler, { 'Resource::<QueryWatchFunction%.Arn>:*': 'the versions of exactly one Lambda' });
    new Schedule(this, 'Sweep', {
      description: 'Every day: queries that no event told of',
      schedule: ScheduleExpression.rate(Duration.days(1)),
      target: new LambdaInvoke(watch, {
        role: scheduler,
        input: ScheduleTargetInput.fromObject({ sweep: true }),
        deadLetterQueue: watch.deadLetters,
        retryAttempts: 2,
        maxEventAge: Duration.hours(1),
      }),
    });
  }
}
