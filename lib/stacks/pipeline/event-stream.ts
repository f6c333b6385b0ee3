import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, LogStream, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ALARM_ACTION, acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import { DeadLetterQueue } from '#constructs/dead-letter-queue.ts';
import type { DomainRepository } from '#constructs/domain-repository.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import type { RowStream } from '#mesh/pipeline/streams.ts';
import { domainBusName, ROWS_CHANGED, rowsSource } from '#mesh/topology/names.ts';
import type { Landing } from './landing.ts';

export interface EventStreamProps {
  readonly repository: DomainRepository;
  readonly stream: RowStream;
  readonly landing: Landing;
  readonly key: IKey;
}

/** Below this prefix of the landing bucket lies what could not be brought where it belongs. */
const FAILED = 'failed/';
const FAILED_DAYS = 90;

/**
 * The rows that a service of the domain tells on the domain's bus, as files: the same event that the event port takes goes through Firehose into a folder of the landing
 * bucket, by the day of its arrival, one line of JSON for each event. What a step makes of the files is the pipeline's business.
 */
export class EventStream extends Construct {
  readonly stream: CfnDeliveryStream;

  constructor(scope: Construct, id: string, props: EventStreamProps) {
    super(scope, id);
    const { repository, stream, landing, key } = props;
    const { topology, domain } = repository;
    const files = repository.pipeline.landing.find(({ name }) => name === stream.name)?.files ?? `${stream.name}/`;
    const name = `${topology.mesh}-${domain.name}-${stream.name}`;
    const logs = new LogGroup(this, 'Logs', { encryptionKey: key, retention: RetentionDays.ONE_YEAR });
    const logStream = new LogStream(this, 'LogStream', { logGroup: logs, logStreamName: 'S3Delivery' });
    const role = this.#deliverer(props, logs, files);
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamName: name,
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: { keyType: 'CUSTOMER_MANAGED_CMK', keyArn: key.keyArn },
      extendedS3DestinationConfiguration: {
        roleArn: role.roleArn,
        bucketArn: landing.bucket.bucketArn,
        prefix: `${files}!{timestamp:yyyy-MM-dd}/`,
        errorOutputPrefix: `${FAILED}${stream.name}/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/`,
        fileExtension: '.json',
        compressionFormat: 'UNCOMPRESSED',
        bufferingHints: { intervalInSeconds: stream.seconds, sizeInMBs: stream.megabytes },
        encryptionConfiguration: { kmsEncryptionConfig: { awskmsKeyArn: key.keyArn } },
        cloudWatchLoggingOptions: {
          enabled: true,
          logGroupName: logs.logGroupName,
          logStreamName: logStream.logStreamName,
        },
        // Records come one after the other without anything between them, and a table of JSON needs lines.
        processingConfiguration: {
          enabled: true,
          processors: [
            { type: 'AppendDelimiterToRecord', parameters: [{ parameterName: 'Delimiter', parameterValue: '\\n' }] },
          ],
        },
      },
    });
    this.stream.node.addDependency(role);
    landing.bucket.addLifecycleRule({
      id: `failed-${stream.name}`,
      prefix: `${FAILED}${stream.name}/`,
      expiration: Duration.days(FAILED_DAYS),
      noncurrentVersionExpiration: Duration.days(30),
    });
    this.#takeEvents(props);
    this.#watch(name);
  }

  /** The role by which files are written, below the two folders and nowhere else. */
  #deliverer({ stream, landing, key, repository }: EventStreamProps, logs: LogGroup, files: string): Role {
    const role = new Role(this, 'Deliverer', {
      description: `Brings the events of ${stream.name} to ${repository.domain.name}'s landing bucket`,
      assumedBy: new ServicePrincipal('firehose.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': repository.domain.account } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        sid: 'Files',
        actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
        resources: [files, `${FAILED}${stream.name}/`].map((folder) => landing.bucket.arnForObjects(`${folder}*`)),
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        sid: 'Bucket',
        actions: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
        resources: [landing.bucket.bucketArn],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({ sid: 'Key', actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] }),
    );
    logs.grantWrite(role);
    acceptWildcards(role, { 'Resource::<%.Arn>/%': 'the objects below two folders of exactly one bucket' });
    acknowledge(role, INLINE_POLICY);
    return role;
  }

  /** Each event of that table, as the line that the raw table reads. What the stream does not take waits with an alarm. */
  #takeEvents({ repository, stream }: EventStreamProps): void {
    const { topology, domain } = repository;
    const { region, account } = Stack.of(this);
    const bus = domainBusName(topology.mesh, domain.name);
    const undelivered = new DeadLetterQueue(this, 'Undelivered');
    undelivered.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Rule',
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [undelivered.queueArn],
        conditions: { ArnLike: { 'aws:SourceArn': `arn:aws:events:${region}:${account}:rule/${bus}/*` } },
      }),
    );
    const putter = new Role(this, 'Putter', {
      description: `Puts the events of ${stream.name} into its stream`,
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': domain.account } },
      }),
    });
    putter.addToPolicy(
      new PolicyStatement({
        actions: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
        resources: [this.stream.attrArn],
      }),
    );
    acknowledge(putter, INLINE_POLICY);
    new CfnRule(this, 'Rule', {
      description: `Rows of ${stream.product}.${stream.table} that ${domain.name} tells`,
      eventBusName: bus,
      eventPattern: {
        account: [domain.account],
        source: [rowsSource(domain.name)],
        'detail-type': [ROWS_CHANGED],
        detail: { data: { product: [stream.product], major: [stream.major], table: [stream.table] } },
      },
      targets: [
        {
          id: 'stream',
          arn: this.stream.attrArn,
          roleArn: putter.roleArn,
          inputTransformer: {
            inputPathsMap: { id: '$.detail.id', time: '$.detail.time', rows: '$.detail.data.rows' },
            inputTemplate: '{"event_id":<id>,"event_time":<time>,"rows":<rows>}',
          },
          deadLetterConfig: { arn: undelivered.queueArn },
          retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
        },
      ],
    });
  }

  /** What waits too long in the stream is not in the table, and nobody would see it there. */
  #watch(name: string): void {
    const alarm = new Alarm(this, 'Late', {
      alarmDescription: `events wait in the stream ${name} instead of being delivered`,
      metric: new Metric({
        namespace: 'AWS/Firehose',
        metricName: 'DeliveryToS3.DataFreshness',
        dimensionsMap: { DeliveryStreamName: name },
        statistic: 'Maximum',
        period: Duration.minutes(5),
      }),
      threshold: Duration.minutes(30).toSeconds(),
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    acknowledge(alarm, ALARM_ACTION);
  }
}
