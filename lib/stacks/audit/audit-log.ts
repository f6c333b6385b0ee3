import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { AccountPrincipal, AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ALARM_ACTION, acknowledge } from '#constructs/acknowledge.ts';
import { MeshFunction } from '#constructs/mesh-function.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { WorkQueue } from '#constructs/work-queue.ts';
import { auditQueueName, governanceRoleName, logKeyAlias, roleArn, witnessBucketName } from '#mesh/topology/names.ts';
import { isAuditApart } from '#mesh/topology/topology.ts';
import type { MeshSite } from '../mesh-site.ts';

export interface AuditLogProps {
  readonly site: MeshSite;
  /** The bucket of the trail. */
  readonly bucket: Bucket;
  /** Encrypts the bucket. */
  readonly auditKey: IKey;
  /** Encrypts the logs of the appender. */
  readonly logsKey: IKey;
}

/** What whoever appends to the log writes once and goes on without. */
const NEVER_READ = ['log/checkpoints/*', 'log/key'];

/** What is written once: a second version under the same key could hide the first from whoever reads the newest. */
const OF_THE_LOG = ['entries/*', 'ids/*', 'log/tile/*', 'log/checkpoints/*', 'log/key'];
const ONCE = [...OF_THE_LOG, 'details/*', 'queries/*', 'disposals/*'];
const TIMEOUT = Duration.seconds(30);
/** The most that SQS takes: an entry waits until what hinders it is gone, for there is no other place for it. */
const ATTEMPTS = 1000;

/** The Merkle log of the trail: the queue that entries come through, the one Lambda that appends them, and the key that only it signs with. */
export class AuditLog extends Construct {
  /** Signs checkpoints, and nothing else. */
  readonly key: Key;

  constructor(scope: Construct, id: string, { site, bucket, auditKey, logsKey }: AuditLogProps) {
    super(scope, id);
    const { topology, lambdas } = site;
    const { mesh, region, witnessAccount, governanceAccount } = topology;
    const { account } = Stack.of(this);
    const appenderArn = roleArn(account, governanceRoleName(mesh, 'appender'));
    const queue = new WorkQueue(this, 'Queue', {
      fifo: true,
      queueName: auditQueueName(mesh),
      workTimeout: TIMEOUT,
      attempts: ATTEMPTS,
    });
    if (isAuditApart(topology)) admitRelay(queue, governanceAccount, governanceRoleName(mesh, 'relay'));
    this.key = this.#signingKey(mesh, appenderArn);
    const witness = witnessAccount && witnessBucketName(mesh, witnessAccount, region);
    const appender = new MeshFunction(this, 'Appender', {
      name: 'appender',
      description: 'Appends the entries of the trail to its log and signs what it comes to',
      roleName: governanceRoleName(mesh, 'appender'),
      logsKey,
      lambdas,
      timeout: TIMEOUT,
      environment: {
        WEFT_MESH: mesh,
        WEFT_REGION: region,
        WEFT_ACCOUNT: account,
        WEFT_AUDIT_BUCKET: bucket.bucketName,
        WEFT_LOG_KEY: this.key.keyArn,
        ...(witness === undefined ? {} : { WEFT_WITNESS_BUCKET: witness }),
      },
      deadLetters: { without: 'a failed message goes to the dead-letter queue of the queue that it came from' },
    });
    acceptWildcards(this, {
      'Resource::%/%/*': 'below the prefixes of exactly one bucket',
      'Resource::arn:aws:s3:::%-witness-%/*': 'the checkpoints in exactly one bucket of the witness',
    });
    appender.consume(queue);
    this.#allowAppending(appender, bucket, auditKey);
    if (witness !== undefined)
      appender.addToRolePolicy(
        new PolicyStatement({ sid: 'Witness', actions: ['s3:PutObject'], resources: [`arn:aws:s3:::${witness}/*`] }),
      );
    this.#alarm();
    refuseSecondWrites(bucket);
  }

  #allowAppending(appender: MeshFunction, bucket: Bucket, auditKey: IKey): void {
    const written = [...OF_THE_LOG, 'log/checkpoint'];
    const allow = (sid: string, action: string, keys: readonly string[]) =>
      appender.addToRolePolicy(
        new PolicyStatement({ sid, actions: [action], resources: keys.map((key) => bucket.arnForObjects(key)) }),
      );
    allow('Log', 's3:PutObject', written);
    allow(
      'LogFiles',
      's3:GetObject',
      written.filter((key) => !NEVER_READ.includes(key)),
    );
    // Without it S3 does not say whether a key is free.
    appender.addToRolePolicy(
      new PolicyStatement({ sid: 'FreeKeys', actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
    );
    auditKey.grant(appender, 'kms:Decrypt', 'kms:GenerateDataKey');
    appender.addToRolePolicy(
      new PolicyStatement({
        sid: 'Sign',
        actions: ['kms:Sign', 'kms:GetPublicKey'],
        resources: [this.key.keyArn],
      }),
    );
  }

  /** Whoever administers the account may not sign: not even by a policy of its own. */
  #signingKey(mesh: string, appenderArn: string): Key {
    const key = new Key(this, 'SigningKey', {
      alias: logKeyAlias(mesh),
      description: `${mesh}: signs the checkpoints of the audit log`,
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AppenderSigns',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['kms:Sign'],
        resources: ['*'],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': appenderArn } },
      }),
    );
    return key;
  }

  #alarm(): void {
    const alarm = new Metric({
      namespace: 'Weft',
      metricName: 'WitnessMissed',
      dimensionsMap: { service: 'weft-appender' },
      statistic: 'Sum',
      period: Duration.minutes(5),
    }).createAlarm(this, 'WitnessMissed', {
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    acknowledge(alarm, ALARM_ACTION);
  }
}

/** Lets the relay of the governance account send, and nobody else there. */
function admitRelay(queue: WorkQueue, account: string, roleName: string): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: 'RelaySends',
      principals: [new AccountPrincipal(account)],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: { ArnEquals: { 'aws:PrincipalArn': roleArn(account, roleName) } },
    }),
  );
}

function refuseSecondWrites(bucket: Bucket): void {
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: 'WrittenOnce',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['s3:PutObject'],
      resources: ONCE.map((key) => bucket.arnForObjects(key)),
      conditions: { Null: { 's3:if-none-match': 'true' } },
    }),
  );
}
