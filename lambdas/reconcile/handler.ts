import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GlueClient } from '@aws-sdk/client-glue';
import { LakeFormationClient } from '@aws-sdk/client-lakeformation';
import type { SQSEvent } from 'aws-lambda';
import { createCentralCatalog } from '#aws/glue.ts';
import { createLakeFormation } from '#aws/lake-formation.ts';
import { createLakeFormationTags } from '#aws/lake-formation-tags.ts';
import { createRegistry } from '#aws/registry.ts';
import { mergeRequests, reconcile } from '#control/reconcile.ts';
import { workThrough } from '../shared/batch.ts';
import { clientConfig, now, patience, topologyReader } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { describe, meshHandler } from '../shared/middleware.ts';

const environment = settings('mesh', 'region', 'registryTable');
const metrics = meshMetrics('reconcile');
const lakeFormation = new LakeFormationClient(clientConfig);
const deps = {
  registry: createRegistry(new DynamoDBClient(clientConfig), environment.registryTable, patience),
  catalog: createCentralCatalog(new GlueClient(clientConfig), patience),
  lakeFormation: createLakeFormation(lakeFormation, patience),
  tags: createLakeFormationTags(lakeFormation, patience),
  topology: topologyReader(environment),
  now,
};

/** Makes the central catalog and the account grants of each product version in the batch what the registry says. */
export const handler = meshHandler<SQSEvent, unknown>(
  'reconcile',
  (event, { logger }) =>
    workThrough(
      mergeRequests(event.Records, (record) => JSON.parse(record.body)),
      async (request) => {
        const { result, timeToRegister, problems } = await reconcile(request, deps);
        logger.info('reconciled', { ...request, result, problems });
        metrics.addMetric(result === 'failed' ? 'ReconcileFailed' : 'Reconciled', MetricUnit.Count, 1);
        if (timeToRegister !== undefined) metrics.addMetric('TimeToRegister', MetricUnit.Milliseconds, timeToRegister);
      },
      {
        ordered: false,
        onError: (error, request) => logger.error('reconcile failed', { ...request, cause: describe(error) }),
      },
    ),
  metrics,
);
