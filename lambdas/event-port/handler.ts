import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { EventBridgeEvent, SQSEvent, SQSRecord } from 'aws-lambda';
import { createBus } from '#aws/eventbridge.ts';
import { createAddressReader, createMeshApi } from '#aws/mesh-api.ts';
import { deliverRows } from '#control/event-port.ts';
import { apiParameterName, busArn, directoryRoleName, domainBusName, roleArn } from '#mesh/topology/names.ts';
import { sift, workThrough } from '../shared/batch.ts';
import { clientConfig, now, patience, wayTo } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { describe, meshHandler } from '../shared/middleware.ts';

const { mesh, region, domain, domainBus, account, governanceAccount } = settings(
  'mesh',
  'region',
  'domain',
  'domainBus',
  'account',
  'governanceAccount',
);
const metrics = meshMetrics('event-port');
const events = new EventBridgeClient(clientConfig);
const address = createAddressReader(
  (service) => wayTo(service, region),
  {
    roleArn: roleArn(governanceAccount, directoryRoleName(mesh, domain)),
    session: `${domain}-event-port`,
    parameter: apiParameterName(mesh),
  },
  patience,
);
const deps = {
  api: createMeshApi(wayTo('execute-api', region), address, patience),
  own: createBus(events, domainBus, patience),
  busOf: (consumer: string, owner: string) =>
    createBus(events, busArn({ mesh, account: owner, region }, domainBusName(mesh, consumer)), patience),
  domain,
  account,
  now,
};

const read = (record: SQSRecord) => JSON.parse(record.body) as EventBridgeEvent<string, unknown>;

/** Tells the consumers of the domain's products what their subscriptions show of the rows that changed. */
export const handler = meshHandler<SQSEvent, unknown>(
  'event-port',
  (batch, { logger }) => {
    const { readable, unreadable } = sift(batch.Records, read, (error, { messageId }) =>
      logger.error('unreadable', { messageId, cause: describe(error) }),
    );
    return workThrough(
      readable.map((record) => ({ work: read(record), records: [record] })),
      async (event) => {
        const result = await deliverRows(event.detail, deps);
        logger.info('rows taken', { id: event.id, ...result });
        metrics.addMetric(result.outcome === 'refused' ? 'RowsRefused' : 'RowsDelivered', MetricUnit.Count, 1);
      },
      {
        ordered: false,
        unreadable,
        onError: (error, { id }) => logger.error('delivery failed', { id, cause: describe(error) }),
      },
    );
  },
  metrics,
);
