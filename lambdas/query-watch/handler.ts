import { createHash } from 'node:crypto';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { EventBridgeEvent } from 'aws-lambda';
import { createJsonCall } from '#aws/json-call.ts';
import { createOutbox } from '#aws/outbox.ts';
import { createQueryHistory } from '#aws/query-history.ts';
import { sweepQueries, tellQuery } from '#control/watch-queries.ts';
import { now, patience, queueConfig, wayTo } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { meshHandler } from '../shared/middleware.ts';

const { region, account, queriesUrl, workgroups } = settings('region', 'account', 'queriesUrl', 'workgroups');
const deps = {
  history: createQueryHistory(createJsonCall('athena', 'AmazonAthena', wayTo('athena', region), patience)),
  queue: createOutbox(new SQSClient(queueConfig), queriesUrl, patience),
  account,
  region,
  digest: (text: string) => createHash('sha256').update(text).digest('hex'),
};

/** A day for each of the times that the sweep may fail to run. */
const SWEEP_MS = 3 * 86_400_000;

type QueryChanged = EventBridgeEvent<'Athena Query State Change', { readonly queryExecutionId: string }>;

/** Tells the audit account what was asked of Athena: as it ends, and once a day what no event told of. */
export const handler = meshHandler<QueryChanged | { readonly sweep: true }, unknown>(
  'query-watch',
  async (event, { logger }) => {
    if ('sweep' in event) {
      const since = now().getTime() - SWEEP_MS;
      let told = 0;
      for (const workgroup of workgroups.split(',')) told += await sweepQueries(workgroup, since, deps);
      logger.info('swept', { told });
      return { told };
    }
    const { queryExecutionId: id } = event.detail;
    const told = await tellQuery(id, deps);
    logger.info('told', { id, told });
    return { told: told ? 1 : 0 };
  },
);
