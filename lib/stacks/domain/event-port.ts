import { Duration, Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { MeshFunction } from '#constructs/mesh-function.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { allowPolling, allowPostponing, WorkQueue } from '#constructs/work-queue.ts';
import { BREAKER_LIMITS } from '#mesh/breaker.ts';
import {
  directoryRoleName,
  domainBusName,
  domainRoleName,
  productSource,
  ROWS_CHANGED,
  roleArn,
  rowsSource,
} from '#mesh/topology/names.ts';
import { INVOKE_WILDCARDS, invoke } from '../api-access.ts';
import { breakerStatement, watchBreaker } from '../breaker-access.ts';
import { type DomainLambdaProps, domainEnvironment } from './catalog-watch.ts';

const TIMEOUT = Duration.minutes(1);
/**
 * How often SQS hands out a message that waits, at most. A breaker lets one be tried every half an hour at the latest, and after seven days it goes to people: what comes
 * to so many attempts has the Lambda die of it each time.
 */
const MOST_LOOKS = 500;
/** Consumers that catch up at once, beside those that get their rows as they change. */
const AT_ONCE = 5;

export interface EventPortProps extends DomainLambdaProps {
  readonly undeliveredArn: string;
}

/**
 * Tells the consumers of the domain's products which of their rows changed, each what its subscriptions show. What one of them cannot be given waits in a queue of
 * its own, in the group of that consumer: there it is in nobody's way.
 */
export class EventPort extends Construct {
  readonly queue: WorkQueue;
  readonly held: WorkQueue;

  constructor(scope: Construct, id: string, props: EventPortProps) {
    super(scope, id);
    const { topology, domain, bus } = props;
    const { mesh, governanceAccount } = topology;
    const { region } = Stack.of(this);
    this.queue = new WorkQueue(this, 'Rows', { workTimeout: TIMEOUT }).allowRulesOf(domainBusName(mesh, domain.name));
    this.held = new WorkQueue(this, 'Held', { fifo: true, workTimeout: TIMEOUT, attempts: MOST_LOOKS });
    const port = new MeshFunction(this, 'Function', {
      name: 'event-port',
      description: `Tells the consumers of ${domain.name} of changed rows`,
      environment: {
        ...domainEnvironment(props),
        WEFT_ACCOUNT: domain.account,
        WEFT_HELD_QUEUE_URL: this.held.queueUrl,
        WEFT_HELD_QUEUE_ARN: this.held.queueArn,
        WEFT_HELD_LETTERS_URL: this.held.deadLetters.queueUrl,
      },
      role: new Role(this, 'Role', {
        roleName: domainRoleName(mesh, domain.name, 'event-port'),
        description: 'Puts row events on the buses of consumers',
        assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      }),
      logsKey: props.logsKey,
      lambdas: props.lambdas,
      timeout: TIMEOUT,
      deadLetters: { without: 'a failed message goes to the dead-letter queue of the queue that it came from' },
    });
    port.consume(this.queue);
    allowPolling(this.held, port);
    allowPostponing(this.held, port);
    port.addEventSourceMapping('Held', {
      eventSourceArn: this.held.queueArn,
      batchSize: 10,
      maxConcurrency: AT_ONCE,
      reportBatchItemFailures: true,
    });
    watchBreaker(this, 'BreakerOpen', {
      description: `${domain.name}: a consumer takes no rows; they wait for it`,
      dimensions: { service: 'weft-event-port', mesh, domain: domain.name },
      longestRest: BREAKER_LIMITS.longestRest,
    });
    const asked = invoke(topology, [`GET /products/${domain.name}/*/audience`]);
    const sources = [productSource(domain.account, domain.name), rowsSource(domain.name)];
    for (const statement of [
      asked,
      breakerStatement(this, { topology, domain }, 'consumer'),
      new PolicyStatement({
        sid: 'Directory',
        actions: ['sts:AssumeRole'],
        resources: [roleArn(governanceAccount, directoryRoleName(mesh, domain.name))],
      }),
      new PolicyStatement({
        sid: 'Consumers',
        actions: ['events:PutEvents'],
        resources: [`arn:aws:events:${region}:*:event-bus/${mesh}-*`],
        conditions: { 'ForAllValues:StringEquals': { 'events:source': sources } },
      }),
      new PolicyStatement({
        sid: 'PutAside',
        actions: ['sqs:SendMessage'],
        resources: [this.held.queueArn, this.held.deadLetters.queueArn],
      }),
    ]) {
      port.addToRolePolicy(statement);
    }
    acceptWildcards(this, {
      ...INVOKE_WILDCARDS,
      [`Resource::arn:aws:events:${region}:*:event-bus/${mesh}-*`]:
        'domains are enrolled later; the source is fixed, and the policy of each bus has the last word',
    });
    new CfnRule(this, 'Rule', {
      description: `Rows that ${domain.name} says have changed`,
      eventBusName: bus.eventBusName,
      eventPattern: { account: [domain.account], source: [rowsSource(domain.name)], 'detail-type': [ROWS_CHANGED] },
      targets: [{ id: 'rows', arn: this.queue.queueArn, deadLetterConfig: { arn: props.undeliveredArn } }],
    });
  }
}
