import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GlueClient } from '@aws-sdk/client-glue';
import type { EventBridgeEvent } from 'aws-lambda';
import { createBus } from '#aws/eventbridge.ts';
import { createDomainCatalog } from '#aws/glue.ts';
import { type GlueEvent, watch } from '#control/watch.ts';
import { clientConfig, now, patience } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { meshHandler } from '../shared/middleware.ts';

const environment = settings('domain', 'domainBus');
const deps = {
  catalog: createDomainCatalog(new GlueClient(clientConfig), patience),
  bus: createBus(new EventBridgeClient(clientConfig), environment.domainBus, patience),
  domain: environment.domain,
  now,
};

/** Reports what changed in the domain's own catalog. */
export const handler = meshHandler<EventBridgeEvent<string, GlueEvent['detail']>, unknown>(
  'catalog-watch',
  async (event, { logger }) => {
    const reports = await watch({ id: event.id, detailType: event['detail-type'], detail: event.detail }, deps);
    logger.info('reported', { tables: reports.map(({ table, change }) => `${change} ${table}`) });
    return { reported: reports.length };
  },
);
