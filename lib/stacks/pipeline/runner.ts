import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { ALARM_ACTION, acknowledge } from '#constructs/acknowledge.ts';
import type { DomainRepository } from '#constructs/domain-repository.ts';
import { MeshFunction } from '#constructs/mesh-function.ts';
import { QueryWorkgroup } from '#constructs/query-workgroup.ts';
import { sayAs } from '#constructs/say-as.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { allowPolling, allowPostponing, WorkQueue } from '#constructs/work-queue.ts';
import type { PipelineAsset } from '#mesh/pipeline/asset.ts';
import { exchangedTables } from '#mesh/pipeline/exchange.ts';
import { type PipelineStep, writerOf } from '#mesh/pipeline/pipeline.ts';
import { freshnessPromise } from '#mesh/product/freshness.ts';
import { domainBusName, domainRoleName, domainSource, pipelineQueueName, workgroupName } from '#mesh/topology/names.ts';
import { CATALOG_WILDCARDS } from '../catalog-access.ts';
import type { ExchangePort } from './exchange.ts';
import type { Landing } from './landing.ts';
import { LOOK_EVERY } from './look-every.ts';
import { grantLake, pipelineStatements } from './runner-access.ts';

export interface PipelineRunnerProps {
  readonly repository: DomainRepository;
  readonly landing: Landing;
  readonly key: IKey;
  readonly workgroup: QueryWorkgroup;
  /** Where partners take files; absent where none does. */
  readonly exchange?: ExchangePort;
  readonly lambdas?: string;
  readonly timeout: Duration;
}

/** Reads the SQL of a step for its lineage. */
const PARSER = 'polyglot_sql.wasm';

/** The Lambda that runs the steps, its queue, and the alarms on both. */
export class PipelineRunner extends Construct {
  readonly queue: WorkQueue;
  readonly role: Role;
  readonly function: MeshFunction;

  constructor(scope: Construct, id: string, props: PipelineRunnerProps) {
    super(scope, id);
    const { repository, key, timeout } = props;
    const { topology, domain } = repository;
    const { mesh, region } = topology;
    this.role = new Role(this, 'Role', {
      roleName: domainRoleName(mesh, domain.name, 'pipeline'),
      description: `Runs the pipeline of ${domain.name}`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    // In order for each table, whose steps wait for each other; tables do not wait for one another.
    this.queue = new WorkQueue(this, 'Work', {
      queueName: pipelineQueueName(mesh, domain.name),
      fifo: true,
      // What fails holds up the other files of its table for as long: no longer than the Lambda may take, and a little more.
      workTimeout: Duration.minutes(Math.ceil((timeout.toMinutes() + 1) / 6)),
      // As often as it takes to wait for the longest statement that Athena lets run.
      attempts: 6,
    });
    this.function = new MeshFunction(this, 'Function', {
      name: 'pipeline',
      description: `Runs the pipeline of ${domain.name}`,
      environment: {
        WEFT_MESH: mesh,
        WEFT_REGION: region,
        WEFT_ACCOUNT: domain.account,
        WEFT_DOMAIN: domain.name,
        WEFT_DOMAIN_BUS: domainBusName(mesh, domain.name),
        WEFT_WORKGROUP: workgroupName(mesh, `${domain.name}-pipeline`),
      },
      role: this.role,
      logsKey: key,
      lambdas: props.lambdas,
      timeout,
      memorySize: 1024,
      deadLetters: { without: 'a failed message goes to the dead-letter queue of the queue that it came from' },
      beside: {
        'pipeline.json': Buffer.from(JSON.stringify(assetOf(repository))),
        [PARSER]: readFileSync(fileURLToPath(import.meta.resolve(`@polyglot-sql/sdk/${PARSER}`))),
      },
    });
    allowPolling(this.queue, this.function);
    // One at a time: a statement may take minutes, and what fails holds up nothing but its own table.
    this.function.addEventSourceMapping('Queue', {
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      reportBatchItemFailures: true,
    });
    // A run that was put off waits in the queue, and takes its place there anew.
    if (repository.sources.length > 0) {
      allowPostponing(this.queue, this.function);
      this.queue.allowSending(this.function);
    }
    for (const statement of pipelineStatements(this, props)) this.function.addToRolePolicy(statement);
    const bus = EventBus.fromEventBusName(this, 'Bus', domainBusName(mesh, domain.name));
    sayAs(this.function, bus, domainSource(domain.name));
    grantLake(this, this.role, props);
    acceptWildcards(this, {
      ...CATALOG_WILDCARDS,
      ...QueryWorkgroup.wildcards,
      'Resource::arn:aws:s3:::%/*': "the objects of the domain's own product bucket, and of its landing bucket",
      'Resource::<%.Arn>/%': 'the objects of exactly one bucket, or below one of its folders',
      'Resource::arn:aws:kms:%:key/*':
        "the key of the domain's products is known by its alias only, which the condition asks for",
      'Action::kms:GenerateDataKey*': 'the one key of the landing bucket',
      'Action::kms:ReEncrypt*': 'the one key of the landing bucket',
    });
    new ManagedPolicy(this, 'Producer', {
      description: `Has steps of the pipeline of ${domain.name} run`,
      roles: [Role.fromRoleName(this, 'ProducerRole', domainRoleName(mesh, domain.name, 'producer'))],
      statements: [
        new PolicyStatement({
          sid: 'Run',
          actions: ['sqs:SendMessage', 'sqs:GetQueueUrl'],
          resources: [this.queue.queueArn],
        }),
      ],
    });
    this.#watchAge(repository);
  }

  /** An alarm for each table whose contract promises how old its data is at most. */
  #watchAge({ topology, domain, pipeline, products }: DomainRepository): void {
    const writers = new Map<string, PipelineStep>(pipeline.steps.map((step) => [writerOf(step), step]));
    for (const [table, step] of writers) {
      const product = products.find(({ name }) => name === step.product);
      if (freshnessPromise(product?.sla) === undefined) continue;
      const alarm = new Alarm(this, `Late-${table}`, {
        alarmDescription: `${domain.name}: ${table} is older than its contract promises`,
        metric: new Metric({
          namespace: 'Weft',
          metricName: 'SecondsLate',
          dimensionsMap: { service: 'weft-pipeline', mesh: topology.mesh, domain: domain.name, table },
          statistic: 'Maximum',
          period: LOOK_EVERY,
        }),
        threshold: 0,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.IGNORE,
      });
      acknowledge(alarm, ALARM_ACTION);
    }
  }
}

/** What travels in the code of the Lambda: no word of it that the Lambda does not need. */
function assetOf({ topology, pipeline, products, sql, sources }: DomainRepository): PipelineAsset {
  const exchanges = pipeline.exchange ?? [];
  const known = new Set([...pipeline.steps, ...exchanges].map(({ product }) => product));
  const exchange = exchanges.map((one) => {
    const tables = products.find(({ name }) => name === one.product)?.tables ?? [];
    return { ...one, tables: exchangedTables(one, tables, topology.classification) };
  });
  return {
    pipeline,
    products: products
      .filter(({ name }) => known.has(name))
      .map(({ domain, name, major, version, tables, sla }) => ({ domain, name, major, version, tables, sla })),
    sql,
    ...(sources.length === 0 ? {} : { sources: sources.map(({ name }) => name) }),
    ...(exchange.length === 0 ? {} : { exchange }),
  };
}
