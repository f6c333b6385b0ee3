import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeEvent, SQSEvent, SQSRecord } from 'aws-lambda';
import { createRegistry } from '#aws/registry.ts';
import { sync } from '#control/sync.ts';
import { sift, workThrough } from '../shared/batch.ts';
import { clientConfig, now, patience, topologyNow, topologyReader } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { describe, meshHandler } from '../shared/middleware.ts';

const environment = settings('mesh', 'region', 'registryTable');
const metrics = meshMetrics('sync');
const registry = createRegistry(new DynamoDBClient(clientConfig), environment.registryTable, patience);
const deps = {
  registry,
  topology: topologyNow(topologyReader(environment), registry),
  now,
};

const read = (record: SQSRecord) => JSON.parse(record.body) as EventBridgeEvent<string, unknown>;

/** Takes the domains' reports into the registry. */
export const handler = meshHandler<SQSEvent, unknown>(
  'sync',
  (event, { logger }) => {
    const { readable, unreadable } = sift(event.Records, read, (error, { messageId }) =>
      logger.error('unreadable', { messageId, cause: describe(error) }),
    );
    return workThrough(
      readable.map((record) => ({ work: read(record), records: [record] })),
      async (report) => {
        const result = await sync(report, deps);
        logger.info('report taken', { id: report.id, type: report['detail-type'], account: report.account, result });
        metrics.addMetric(result === 'refused' ? 'ReportRefused' : 'ReportTaken', MetricUnit.Count, 1);
      },
      {
        ordered: false,
        unreadable,
        onError: (error, { id }) => logger.error('sync failed', { id, cause: describe(error) }),
      },
    );
  },
  metrics,
);
