import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { EventBridgeEvent, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { createBus } from '#aws/eventbridge.ts';
import { createJsonCall } from '#aws/json-call.ts';
import { createFifoQueue } from '#aws/sqs.ts';
import { createBurial, createWaitingRoom } from '#aws/waiting-room.ts';
import { deliverHeld } from '#control/deliver-held.ts';
import { deliverRows } from '#control/event-port.ts';
import { BREAKER_LIMITS } from '#mesh/breaker.ts';
import { parseHeldRows } from '#mesh/event/held-rows.ts';
import { busArn, domainBusName } from '#mesh/topology/names.ts';
import { sift, waitingOf, workThrough } from '../shared/batch.ts';
import { breakersOf } from '../shared/breakers.ts';
import { clientConfig, now, patience, queueConfig, wayTo } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { domainApi } from '../shared/mesh-api.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { describe, meshHandler } from '../shared/middleware.ts';

/** Longer nobody waits for one bus: the Lambda has a minute for all of them. */
const BUS_TIME = 10_000;

const { mesh, region, domain, domainBus, account, governanceAccount, heldQueueUrl, heldQueueArn, heldLettersUrl } =
  settings(
    'mesh',
    'region',
    'domain',
    'domainBus',
    'account',
    'governanceAccount',
    'heldQueueUrl',
    'heldQueueArn',
    'heldLettersUrl',
  );
const metrics = meshMetrics('event-port');
const events = new EventBridgeClient(clientConfig);
const queues = new SQSClient(queueConfig);
const { breakers, tellOpen } = breakersOf('consumer', { mesh, region, domain, limits: BREAKER_LIMITS, metrics });
const deps = {
  api: domainApi({ mesh, region, governanceAccount, domain }, 'event-port'),
  own: createBus(events, domainBus, patience),
  busOf: (consumer: string, owner: string) =>
    createBus(events, busArn({ mesh, account: owner, region }, domainBusName(mesh, consumer)), patience),
  breakers,
  held: createFifoQueue(queues, heldQueueUrl, patience, (text) => createHash('sha256').update(text).digest('hex')),
  within: <T>(work: Promise<T>): Promise<T> => {
    const late = wait(BUS_TIME, undefined, { ref: false }).then((): never => {
      throw Object.assign(new Error(`no answer within ${BUS_TIME / 1000} seconds`), { name: 'TimeoutError' });
    });
    return Promise.race([work, late]);
  },
  domain,
  account,
  now,
};
const sqs = createJsonCall('sqs', 'AmazonSQS', wayTo('sqs', region), patience, '1.0');
const waiting = {
  room: createWaitingRoom(sqs, heldQueueUrl),
  burial: createBurial(sqs, { queueArn: heldQueueArn, deadLettersUrl: heldLettersUrl }),
  limits: BREAKER_LIMITS,
};

const read = (record: SQSRecord) => JSON.parse(record.body) as EventBridgeEvent<string, unknown>;

/** Tells the consumers of the domain's products what their subscriptions show of the rows that changed, and goes on with what waits for one of them. */
export const handler = meshHandler<SQSEvent, SQSBatchResponse>(
  'event-port',
  async ({ Records }, { logger }) => {
    const waited = Records.filter(({ eventSourceARN }) => eventSourceARN === heldQueueArn);
    if (waited.length > 0) return goOn(waited, logger);
    const { readable, unreadable } = sift(Records, read, (error, { messageId }) =>
      logger.error('unreadable', { messageId, cause: describe(error) }),
    );
    return workThrough(
      readable.map((record) => ({ work: read(record), records: [record] })),
      async (event) => {
        const result = await deliverRows(event.detail, deps);
        logger.info('rows taken', { id: event.id, ...result });
        metrics.addMetric(result.outcome === 'refused' ? 'RowsRefused' : 'RowsDelivered', MetricUnit.Count, 1);
        if (result.outcome === 'refused') return;
        metrics.addMetric('RowsHeld', MetricUnit.Count, Object.keys(result.held).length);
        for (const consumer of result.open) tellOpen(consumer);
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

type Logger = Parameters<Parameters<typeof meshHandler<SQSEvent, SQSBatchResponse>>[1]>[1]['logger'];

async function goOn(records: readonly SQSRecord[], logger: Logger): Promise<SQSBatchResponse> {
  const { readable, unreadable } = sift(
    records,
    ({ body }) => parseHeldRows(body),
    (error, { messageId }) => logger.error('unreadable', { messageId, cause: describe(error) }),
  );
  const outcomes = await deliverHeld(readable.map(waitingOf), { ...deps, ...waiting });
  const open = readable.filter((record, index) => {
    const outcome = outcomes[index];
    logger.info('held rows', { id: record.messageId, ...outcome });
    if (outcome?.outcome === 'waits' && outcome.open) tellOpen(outcome.consumer);
    return outcome === undefined || outcome.outcome === 'waits';
  });
  return { batchItemFailures: [...unreadable, ...open].map(({ messageId }) => ({ itemIdentifier: messageId })) };
}
