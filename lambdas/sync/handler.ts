import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EventBridgeEvent, SQSEvent } from 'aws-lambda';
import { createRegistry } from '#aws/registry.ts';
import { sync } from '#control/sync.ts';
import { workThrough } from '../shared/batch.ts';
import { clientConfig, now, patience, topologyReader } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { describe, meshHandler } from '../shared/middleware.ts';

const environment = settings('mesh', 'region', 'registryTable');
const metrics = meshMetrics('sync');
const deps = {
  registry: createRegistry(new DynamoDBClient(clientConfig), environment.registryTable, patience),
  topology: topologyReader(environment),
  now,
};

/** Takes the domains' reports into the registry. */
export const handler = meshHandler<SQSEvent, unknown>(
  'sync',
  (event, { logger }) =>
    workThrough(
      event.Records.map((record) => ({
        work: JSON.parse(record.body) as EventBridgeEvent<string, unknown>,
        records: [record],
      })),
      async (report) => {
        const result = await sync(report, deps);
        logger.info('report taken', { id: report.id, type: report['detail-type'], account: report.account, result });
        metrics.addMetric(result === 'refused' ? 'ReportRefused' : 'ReportTaken', MetricUnit.Count, 1);
      },
      { ordered: false, onError: (error, { id }) => logger.error('sync failed', { id, cause: describe(error) }) },
    ),
  metrics,
);
