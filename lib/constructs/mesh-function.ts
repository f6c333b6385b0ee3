import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { type IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  type EventSourceMapping,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { type Acknowledgements, ALARM_ACTION, acknowledge, INLINE_POLICY } from './acknowledge.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { type Beside, lambdaCode } from './lambda-code.ts';
import { type AcceptedWildcards, acceptWildcards } from './wildcards.ts';
import { allowPolling } from './work-queue.ts';

/** Leaves a safeguard out, and says why. */
interface Without {
  readonly without: string;
}

export interface MeshFunctionProps {
  /** The folder of the entry: `lambdas/<name>/handler.ts`. */
  readonly name: string;
  readonly description: string;
  /** A physical name, where people call the function by it. Default: generated. */
  readonly functionName?: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Encrypts the log group; its policy must let CloudWatch Logs in. */
  readonly logsKey: IKey;
  /** A role that other accounts or Lake Formation know by name. Default: a role of the function's own. */
  readonly role?: IRole;
  /** A physical name for the function's own role, where another account's policies name it. Default: generated. */
  readonly roleName?: string;
  /** Default 30 seconds. */
  readonly timeout?: Duration;
  /** Default 512 MB. */
  readonly memorySize?: number;
  /** Default none. */
  readonly reservedConcurrency?: number;
  /** Failed asynchronous invocations go to a queue of the function's own, unless this says why there are none. */
  readonly deadLetters?: Without;
  /** An alarm goes off at the first error within five minutes, unless this says why not. */
  readonly errorAlarm?: Without;
  /** Where `lambdas/` is. Default: the repository's. */
  readonly lambdas?: string;
  /** Files beside the code. Default none. */
  readonly beside?: Beside;
}

const LAMBDA_WILDCARDS: AcceptedWildcards = {
  'Resource::*':
    'X-Ray and Lake Formation know no resources in IAM; what is granted is bounded by Lake Formation itself',
  'Action::kms:GenerateDataKey*': 'the one key of the table or bucket; the family is what the CDK grants for it',
  'Action::kms:ReEncrypt*': 'the one key of the table or bucket; the family is what the CDK grants for it',
};

function withoutDeadLetters(reason: string): Acknowledgements {
  return {
    'NIST.800.53.R5-LambdaDLQ': reason,
    'Serverless-LambdaDLQ': reason,
    'Serverless-LambdaEventSourceMappingDestination': reason,
  };
}

/** A Lambda of the mesh: Node 24 on arm64, traced, with its own log group, dead-letter queue and alarm. */
export class MeshFunction extends LambdaFunction {
  readonly deadLetters: DeadLetterQueue | undefined;
  readonly errors: Alarm | undefined;

  constructor(scope: Construct, id: string, props: MeshFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN,
      encryptionKey: props.logsKey,
    });
    const deadLetters = props.deadLetters ? undefined : new DeadLetterQueue(scope, `${id}DeadLetters`);
    const role =
      props.role ??
      new Role(scope, `${id}Role`, {
        roleName: props.roleName,
        assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
        description: props.description,
      });
    super(scope, id, {
      functionName: props.functionName,
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: lambdaCode(props.name, props.lambdas, props.beside),
      environment: { ...props.environment },
      role,
      logGroup,
      timeout: props.timeout ?? Duration.seconds(30),
      memorySize: props.memorySize ?? 512,
      reservedConcurrentExecutions: props.reservedConcurrency,
      tracing: Tracing.ACTIVE,
      deadLetterQueue: deadLetters,
    });
    logGroup.grantWrite(this);
    acceptWildcards(role, LAMBDA_WILDCARDS);
    acknowledge(role, INLINE_POLICY);
    acknowledge(this, {
      'NIST.800.53.R5-LambdaConcurrency':
        'a reserved share of the account would take it from others; queues and their batch sizes bound what runs at once',
      'NIST.800.53.R5-LambdaInsideVPC':
        'it calls AWS services only, with IAM on each call, and holds no connection into a VPC',
      ...(props.deadLetters ? withoutDeadLetters(props.deadLetters.without) : {}),
      ...ALARM_ACTION,
    });
    this.deadLetters = deadLetters;
    if (!props.errorAlarm) {
      this.errors = this.metricErrors({ period: Duration.minutes(5) }).createAlarm(this, 'Errors', {
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    }
  }

  /** Works a queue off in batches of ten; messages that fail are named one by one. */
  consume(queue: IQueue): EventSourceMapping {
    allowPolling(queue, this);
    return this.addEventSourceMapping('Queue', {
      eventSourceArn: queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
    });
  }
}
