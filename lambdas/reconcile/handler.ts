import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GlueClient } from '@aws-sdk/client-glue';
import { LakeFormationClient } from '@aws-sdk/client-lakeformation';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { createCentralCatalog } from '#aws/glue.ts';
import { createLakeFormation } from '#aws/lake-formation.ts';
import { createLakeFormationTags } from '#aws/lake-formation-tags.ts';
import { createMaskKeys } from '#aws/mask-keys.ts';
import { createRegistry } from '#aws/registry.ts';
import { type EntitlementsRequest, reconcileEntitlements, splitRequests } from '#control/entitlement/reconcile.ts';
import { reconcile } from '#control/reconcile.ts';
import { fewestFirst, mergeRequests, type ReconcileRequest, requestOf } from '#control/reconcile-request.ts';
import { KEY_COLUMN } from '#mesh/contract/view-query.ts';
import { sift, workThrough } from '../shared/batch.ts';
import { clientConfig, now, pacedConfig, patience, topologyNow, topologyReader, wayTo } from '../shared/clients.ts';
import { earlyReturn } from '../shared/early-return.ts';
import { settings } from '../shared/environment.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { describe, meshHandler } from '../shared/middleware.ts';

const environment = settings('mesh', 'region', 'registryTable');
const metrics = meshMetrics('reconcile');
const lakeFormation = new LakeFormationClient(pacedConfig);
const registry = createRegistry(new DynamoDBClient(clientConfig), environment.registryTable, patience);
const deps = {
  registry,
  catalog: createCentralCatalog(new GlueClient(clientConfig), patience),
  lakeFormation: createLakeFormation(lakeFormation, patience),
  tags: createLakeFormationTags(lakeFormation, patience),
  maskKeys: createMaskKeys(wayTo('s3', environment.region), KEY_COLUMN, patience),
  topology: topologyNow(topologyReader(environment), registry),
  now,
};

const comeBackSoon = earlyReturn(environment.region);

const read = (record: SQSRecord) => requestOf(record.body, Number(record.attributes.ApproximateReceiveCount));

/** Makes the central catalog and the account grants of each product version in the batch what the registry says. */
export const handler = meshHandler<SQSEvent, unknown>(
  'reconcile',
  async (event, { logger }) => {
    const { readable, unreadable } = sift(event.Records, read, (error, { messageId }) =>
      logger.error('unreadable', { messageId, cause: describe(error) }),
    );
    const { entitlements, products } = splitRequests(readable, read);
    const answer = await workThrough<EntitlementsRequest | ReconcileRequest>(
      [...entitlements, ...fewestFirst(mergeRequests(products, read))],
      async (request) => {
        if ('entitlements' in request) {
          logger.info('reconciled', { ...request, ...(await reconcileEntitlements(request, deps)) });
          return;
        }
        const { result, timeToRegister, problems } = await reconcile(request, deps);
        logger.info('reconciled', { ...request, result, problems });
        metrics.addMetric(result === 'failed' ? 'ReconcileFailed' : 'Reconciled', MetricUnit.Count, 1);
        if (timeToRegister !== undefined) metrics.addMetric('TimeToRegister', MetricUnit.Milliseconds, timeToRegister);
      },
      {
        ordered: false,
        unreadable,
        onError: (error, request) => logger.error('reconcile failed', { ...request, cause: describe(error) }),
      },
    );
    return comeBackSoon(event.Records, answer);
  },
  metrics,
);
