import { Duration, Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { MeshFunction } from '#constructs/mesh-function.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { WorkQueue } from '#constructs/work-queue.ts';
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
import { type DomainLambdaProps, domainEnvironment } from './catalog-watch.ts';

const TIMEOUT = Duration.minutes(1);

/** Tells the consumers of the domain's products which of their rows changed, each what its subscriptions show. */
export class EventPort extends Construct {
  readonly queue: WorkQueue;

  constructor(scope: Construct, id: string, props: DomainLambdaProps & { undeliveredArn: string }) {
    super(scope, id);
    const { topology, domain, bus } = props;
    const { mesh, governanceAccount } = topology;
    const { region } = Stack.of(this);
    this.queue = new WorkQueue(this, 'Rows', { workTimeout: TIMEOUT }).allowRulesOf(domainBusName(mesh, domain.name));
    const port = new MeshFunction(this, 'Function', {
      name: 'event-port',
      description: `Tells the consumers of ${domain.name} of changed rows`,
      environment: { ...domainEnvironment(props), WEFT_ACCOUNT: domain.account },
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
    const asked = invoke(topology, [`GET /products/${domain.name}/*/audience`]);
    const sources = [productSource(domain.account, domain.name), rowsSource(domain.name)];
    for (const statement of [
      asked,
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
