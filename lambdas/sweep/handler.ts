import { createHash } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createRegistry } from '#aws/registry.ts';
import { createFifoQueue } from '#aws/sqs.ts';
import { sweep } from '#control/sweep.ts';
import { clientConfig, now, patience, queueConfig } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { meshHandler } from '../shared/middleware.ts';

const environment = settings('registryTable', 'reconcileQueueUrl');
const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const metrics = meshMetrics('sweep');
const deps = {
  registry: createRegistry(new DynamoDBClient(clientConfig), environment.registryTable, patience),
  queue: createFifoQueue(new SQSClient(queueConfig), environment.reconcileQueueUrl, patience, digest),
  now,
};

/** Ends what ran out, and asks for a look at everything. */
export const handler = meshHandler<unknown, unknown>(
  'sweep',
  async (_event, { logger, requestId }) => {
    const swept = await sweep(requestId, deps);
    logger.info('swept', { ...swept });
    metrics.addMetric('SubscriptionsExpired', MetricUnit.Count, swept.expired);
    if (swept.failed.length > 0) throw new Error(`the sweep left ${swept.failed.length} undone: ${swept.failed[0]}`);
    return swept;
  },
  metrics,
);
