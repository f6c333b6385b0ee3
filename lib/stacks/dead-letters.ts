import { Duration, Stack } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { ManagedPolicy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { DeadLetterQueue } from '#constructs/dead-letter-queue.ts';
import { MeshFunction } from '#constructs/mesh-function.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { WorkQueue } from '#constructs/work-queue.ts';
import {
  archiveName,
  busArn,
  deadLettersName,
  domainBusName,
  domainSource,
  MESH_SOURCE,
  meshBusName,
} from '#mesh/topology/names.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';

export interface DeadLettersProps {
  readonly topology: Topology;
  /** Undefined in the governance account. */
  readonly domain?: Domain;
  readonly bus: IEventBus;
  /** Who may look at what was not delivered, have it delivered again, and replay the bus. */
  readonly operators: readonly Role[];
  readonly logsKey: IKey;
  readonly lambdas?: string;
}

/**
 * Shows what could not be delivered and delivers it again as it is. A Lambda does so and not the people: who may write to the queues of
 * the agent or the reconciler could have them grant anything. Made last, for it serves every dead-letter queue that is in its stack by then.
 */
export class DeadLetters extends Construct {
  constructor(scope: Construct, id: string, props: DeadLettersProps) {
    super(scope, id);
    const { topology, domain, bus } = props;
    const { mesh, region } = topology;
    const stack = Stack.of(this);
    const all = stack.node.findAll();
    const queues = all.filter((node) => node instanceof DeadLetterQueue);
    const sources = all.filter((node) => node instanceof WorkQueue);
    const functions = all.filter((node) => node instanceof MeshFunction);
    const ownerOf = (queue: DeadLetterQueue) => functions.find((lambda) => lambda.deadLetters === queue)?.functionArn;
    const listed = queues.map((queue) => ({
      name: queue.node.path.slice(stack.node.path.length + 1),
      url: queue.queueUrl,
      lambda: ownerOf(queue),
    }));
    const lambda = new MeshFunction(this, 'Function', {
      name: 'dead-letters',
      functionName: deadLettersName(mesh, domain?.name),
      description: `Shows and redelivers what could not be delivered in ${domain?.name ?? 'governance'}`,
      environment: { WEFT_MESH: mesh, WEFT_REGION: region, WEFT_DEAD_LETTERS: stack.toJsonString(listed) },
      logsKey: props.logsKey,
      lambdas: props.lambdas,
      timeout: Duration.minutes(1),
      deadLetters: { without: 'who calls it is told at once' },
    });
    const targets = functions.map(({ functionArn }) => functionArn);
    const rules = `arn:aws:events:${region}:${stack.account}:rule`;
    const [others, source] =
      domain === undefined
        ? [`arn:aws:events:${region}:*:event-bus/${domainBusName(mesh, '*')}`, MESH_SOURCE]
        : [busArn({ mesh, account: topology.governanceAccount, region }, meshBusName(mesh)), domainSource(domain.name)];
    for (const statement of [
      new PolicyStatement({
        sid: 'Take',
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
        resources: queues.map(({ queueArn }) => queueArn),
      }),
      new PolicyStatement({
        sid: 'Send',
        actions: ['sqs:SendMessage'],
        resources: sources.map(({ queueArn }) => queueArn),
      }),
      new PolicyStatement({ sid: 'Invoke', actions: ['lambda:InvokeFunction'], resources: targets }),
      new PolicyStatement({
        sid: 'Rules',
        actions: ['events:ListTargetsByRule'],
        resources: [`${rules}/${bus.eventBusName}/*`, `${rules}/*`],
      }),
      new PolicyStatement({
        sid: 'Buses',
        actions: ['events:PutEvents'],
        resources: [others],
        conditions: { 'ForAllValues:StringEquals': { 'events:source': source } },
      }),
    ]) {
      lambda.addToRolePolicy(statement);
    }
    acceptWildcards(this, {
      [`Resource::${rules}/%*`]: 'the groups of the targets of rules are read, of whatever rule a message names',
      [`Resource::arn:aws:events:${region}:*:event-bus/%`]:
        'domains are enrolled later; the source is fixed, and the policy of each bus has the last word',
    });
    this.#operators(props, lambda, stack);
  }

  #operators({ operators, bus }: DeadLettersProps, lambda: MeshFunction, { account, region }: Stack): void {
    const archive = archiveName(bus.eventBusName);
    const replays = `arn:aws:events:${region}:${account}:replay/${archive}-*`;
    new ManagedPolicy(this, 'Operators', {
      description: 'Looks after what could not be delivered, and replays events',
      roles: [...operators],
      statements: [
        new PolicyStatement({
          sid: 'DeadLetters',
          actions: ['lambda:InvokeFunction'],
          resources: [lambda.functionArn],
        }),
        new PolicyStatement({
          sid: 'Replay',
          actions: ['events:StartReplay', 'events:DescribeReplay', 'events:CancelReplay', 'events:DescribeArchive'],
          resources: [bus.eventBusArn, `arn:aws:events:${region}:${account}:archive/${archive}`, replays],
        }),
      ],
    });
    acceptWildcards(this, { 'Resource::arn:aws:events:%:replay/%-*': 'the replays of exactly one archive' });
  }
}
