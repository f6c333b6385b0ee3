import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';

export interface WorkQueueProps {
  /** A physical name, where other accounts send by it. Default: generated. */
  readonly queueName?: string;
  /** Ordered within a group, deduplicated by content. Default false. */
  readonly fifo?: boolean;
  /** The timeout of the Lambda that works it off; a message stays invisible six times as long. */
  readonly workTimeout: Duration;
  /** After that many a message is in the dead letters. Default 5. */
  readonly attempts?: number;
}

/** A queue of work for one Lambda, with a dead-letter queue behind it. */
export class WorkQueue extends Queue {
  readonly deadLetters: DeadLetterQueue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    const deadLetters = new DeadLetterQueue(scope, `${id}DeadLetters`, { fifo: props.fifo });
    super(scope, id, {
      queueName: props.queueName,
      fifo: props.fifo || undefined,
      contentBasedDeduplication: props.fifo || undefined,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(6 * props.workTimeout.toSeconds()),
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: props.attempts ?? 5 },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.deadLetters = deadLetters;
  }

  /** Lets a function put messages, and ask nothing of the queue. */
  allowSending(sender: IGrantable): this {
    this.grant(sender, 'sqs:SendMessage');
    return this;
  }

  /** Lets the rules of one bus of this account deliver, those included that other stacks add later. */
  allowRulesOf(busName: string): this {
    for (const queue of [this, this.deadLetters]) allowRules(queue, busName);
    return this;
  }
}

/** What Lambda's poller needs as the role of the function that works a queue off: Developer Guide, "Using Lambda with Amazon SQS". */
export function allowPolling(queue: IQueue, worker: IGrantable): void {
  queue.grant(worker, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes');
}

/** Lets the function that works a queue off say when a message comes again; Lambda's poller does not need that, and `allowPolling` does not give it. */
export function allowPostponing(queue: IQueue, worker: IGrantable): void {
  queue.grant(worker, 'sqs:ChangeMessageVisibility');
}

/** Lets the rules of buses deliver to a queue; `default` is the account's own bus. */
export function allowRules(queue: Queue, ...busNames: readonly string[]): void {
  const { region, account } = Stack.of(queue);
  const rules = busNames.map((bus) => {
    const path = bus === 'default' ? 'rule' : `rule/${bus}`;
    return `arn:aws:events:${region}:${account}:${path}/*`;
  });
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'Rules',
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnLike: { 'aws:SourceArn': rules.length === 1 ? rules[0] : rules } },
    }),
  );
}
