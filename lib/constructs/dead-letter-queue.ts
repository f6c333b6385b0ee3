import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ALARM_ACTION, acknowledge } from './acknowledge.ts';

export interface DeadLetterQueueProps {
  /** A FIFO queue can only have a FIFO queue behind it. Default false. */
  readonly fifo?: boolean;
}

/** Where what cannot be delivered waits 14 days for a person; an alarm goes off at the first message. */
export class DeadLetterQueue extends Queue {
  readonly alarm: Alarm;

  constructor(scope: Construct, id: string, props: DeadLetterQueueProps = {}) {
    super(scope, id, {
      fifo: props.fifo || undefined,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.alarm = new Alarm(this, 'NotEmpty', {
      metric: this.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    acknowledge(this, {
      'AwsSolutions-SQS3': 'it is a dead-letter queue itself',
      'Serverless-SQSRedrivePolicy': 'it is a dead-letter queue itself',
      ...ALARM_ACTION,
    });
  }
}
