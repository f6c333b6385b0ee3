import { createHash } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { createBus } from '#aws/eventbridge.ts';
import { logCrypto } from '#aws/log-crypto.ts';
import { createRegistry } from '#aws/registry.ts';
import { createWriteOnce } from '#aws/s3.ts';
import { createFifoQueue } from '#aws/sqs.ts';
import { relay } from '#control/relay.ts';
import { clientConfig, patience, queueConfig, wayTo } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { meshHandler } from '../shared/middleware.ts';

const environment = settings('region', 'registryTable', 'meshBus', 'reconcileQueueUrl', 'auditBucket', 'auditQueueUrl');
const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const metrics = meshMetrics('relay');
const deps = {
  registry: createRegistry(new DynamoDBClient(clientConfig), environment.registryTable, patience),
  queue: createFifoQueue(new SQSClient(queueConfig), environment.reconcileQueueUrl, patience, digest),
  bus: createBus(new EventBridgeClient(clientConfig), environment.meshBus, patience),
  trail: createFifoQueue(new SQSClient(queueConfig), environment.auditQueueUrl, patience, digest),
  details: createWriteOnce(wayTo('s3', environment.region), environment.auditBucket, patience),
  sha256: logCrypto.sha256,
};

type Image = Record<string, AttributeValue>;

/** Turns the registry's stream into reconcile requests, mesh events and the trail. */
export const handler = meshHandler<DynamoDBStreamEvent, DynamoDBBatchResponse>(
  'relay',
  async (event) => {
    const records = event.Records.map(({ dynamodb }) => ({
      sequence: dynamodb?.SequenceNumber ?? '',
      before: dynamodb?.OldImage as Image | undefined,
      after: dynamodb?.NewImage as Image | undefined,
    }));
    const failed = await relay(records, deps);
    metrics.addMetric('Relayed', MetricUnit.Count, records.length - failed.length);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  },
  metrics,
);
