import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { createStatements } from '#aws/athena-statements.ts';
import { createBus } from '#aws/eventbridge.ts';
import { createJsonCall } from '#aws/json-call.ts';
import { createOwnTables } from '#aws/own-tables.ts';
import { createObjectStore } from '#aws/s3.ts';
import { createObjects } from '#aws/s3-objects.ts';
import { createVersionedBucket } from '#aws/s3-versions.ts';
import { createWaitingRoom } from '#aws/waiting-room.ts';
import type { PipelineDeps } from '#control/pipeline/deps.ts';
import { lookAtTables } from '#control/pipeline/look.ts';
import { makeSnapshot } from '#control/pipeline/make-snapshot.ts';
import { leaveFor, putOffOf } from '#control/pipeline/put-off.ts';
import { reportTables } from '#control/pipeline/report-run.ts';
import { runStep } from '#control/pipeline/run-step.ts';
import { openSqlParser } from '#mesh/audit/reads/sql-parser.ts';
import { SOURCE_LIMITS } from '#mesh/breaker.ts';
import { runEvent } from '#mesh/lineage/run-event.ts';
import type { PipelineAsset } from '#mesh/pipeline/asset.ts';
import { type PipelineMessage, parseMessage } from '#mesh/pipeline/message.ts';
import { exchangeBucketName, landingBucketName, pipelineQueueName } from '#mesh/topology/names.ts';
import { sift, waitingOf, workThrough } from '../shared/batch.ts';
import { breakersOf } from '../shared/breakers.ts';
import { clientConfig, now, patience, wayTo } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { describe, meshHandler } from '../shared/middleware.ts';

// The parser is one large module: to compile its hot functions anew takes more time and memory than a few texts at a time gain.
setFlagsFromString('--wasm-tiering-budget=2000000000');

/** The rest of the Lambda's five minutes is for what comes after a statement. */
const PATIENT_FOR = 4 * 60_000;

const { mesh, region, account, domain, domainBus, workgroup } = settings(
  'mesh',
  'region',
  'account',
  'domain',
  'domainBus',
  'workgroup',
);
const asset = JSON.parse(readFileSync(new URL('./pipeline.json', import.meta.url), 'utf8')) as PipelineAsset;
const moduleBytes = () => readFileSync(new URL('./polyglot_sql.wasm', import.meta.url));
const metrics = meshMetrics('pipeline');
const bucket = landingBucketName(mesh, domain, account, region);
const jsonCall = (service: string, target: string) => createJsonCall(service, target, wayTo(service, region), patience);
const room = createWaitingRoom(
  createJsonCall('sqs', 'AmazonSQS', wayTo('sqs', region), patience, '1.0'),
  `https://sqs.${region}.amazonaws.com/${account}/${pipelineQueueName(mesh, domain)}`,
);
const sources =
  asset.sources === undefined ? {} : breakersOf('source', { mesh, region, domain, limits: SOURCE_LIMITS, metrics });
const read = ({ body }: SQSRecord) => parseMessage(body);

/** Runs the steps of the domain's pipeline, one message after the other. */
export const handler = meshHandler<SQSEvent, unknown>(
  'pipeline',
  async (event, { logger }) => {
    const started = Date.now();
    const s3 = wayTo('s3', region);
    const versions = createVersionedBucket(s3, patience);
    const parser = await openSqlParser(moduleBytes);
    const deps: PipelineDeps = {
      ...asset,
      mesh,
      account,
      region,
      landingBucket: bucket,
      statements: createStatements(jsonCall('athena', 'AmazonAthena'), workgroup, patience),
      tables: createOwnTables(jsonCall('glue', 'AWSGlue')),
      objects: createObjects(s3, patience),
      landing: createObjectStore(s3, bucket, patience),
      read: (from, key) => versions.read(from, key),
      keys: (from, prefix) => versions.keys(from, prefix),
      bus: createBus(new EventBridgeClient(clientConfig), domainBus, patience),
      ...sources,
      lineage: (statement) => runEvent(statement, parser),
      now,
      hasTime: () => Date.now() - started < PATIENT_FOR,
    };
    const { readable, unreadable } = sift(event.Records, read, (error, { messageId }) =>
      logger.error('unreadable', { messageId, cause: describe(error) }),
    );
    return workThrough(
      readable.map((record) => ({ work: { message: read(record), record }, records: [record] })),
      async ({ message, record }) => {
        try {
          logger.info('done', { task: message, outcome: await work(message, deps) });
        } catch (error) {
          const putOff = putOffOf(error);
          if (putOff === undefined || (await leaveFor(putOff, waitingOf(record), room, now())) === 'left') throw error;
          logger.info('put off', { task: message, ...putOff });
        }
      },
      {
        // Within a group nothing overtakes; the queue gives the rest of the batch again.
        ordered: true,
        unreadable,
        onError: (error, { message }) => {
          const putOff = putOffOf(error);
          metrics.addMetric(putOff === undefined ? 'RunFailed' : 'RunPutOff', MetricUnit.Count, 1);
          if (putOff === undefined) logger.error('failed', { task: message, cause: describe(error) });
          else logger.info('put off', { task: message, ...putOff });
        },
      },
    );
  },
  metrics,
);

async function work(message: PipelineMessage, deps: PipelineDeps): Promise<unknown> {
  if (message.kind === 'exchange') {
    const exchangeBucket = exchangeBucketName(mesh, domain, account, region);
    const s3 = wayTo('s3', region);
    const { putOnce } = createObjectStore(s3, exchangeBucket, patience);
    const { digest } = createObjects(s3, patience);
    return { snapshot: await makeSnapshot(message.exchange, message.at, { ...deps, exchangeBucket, putOnce, digest }) };
  }
  if (message.kind === 'published') return { told: await reportTables(message.product, deps) };
  if (message.kind === 'step') {
    const record = await runStep(message.step, message.cause, deps);
    metrics.addMetric('RowsWritten', MetricUnit.Count, record.rows ?? 0);
    metrics.addMetric('RowsQuarantined', MetricUnit.Count, record.unfit ?? 0);
    return record;
  }
  const ages = await lookAtTables(deps);
  for (const { product, table, late } of ages) {
    if (late === undefined) continue;
    const one = metrics.singleMetric();
    one.addDimensions({ mesh, domain, table: `${product}.${table}` });
    one.addMetric('SecondsLate', MetricUnit.Seconds, late);
  }
  return ages;
}
