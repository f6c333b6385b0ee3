import { createHash } from 'node:crypto';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { AthenaClient } from '@aws-sdk/client-athena';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { EventBridgeEvent, ScheduledEvent, SQSEvent, SQSRecord } from 'aws-lambda';
import { runQuery } from '#aws/athena.ts';
import { createBus } from '#aws/eventbridge.ts';
import { type MeasureWish, measureQuality } from '#control/measure-quality.ts';
import { sift, workThrough } from '../shared/batch.ts';
import { clientConfig, now, patience } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { domainApi } from '../shared/mesh-api.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { describe, meshHandler } from '../shared/middleware.ts';

const { mesh, region, domain, domainBus, governanceAccount, workgroup } = settings(
  'mesh',
  'region',
  'domain',
  'domainBus',
  'governanceAccount',
  'workgroup',
);
const metrics = meshMetrics('quality');
const athena = new AthenaClient(clientConfig);
const deps = {
  domain,
  api: domainApi({ mesh, region, governanceAccount, domain }, 'quality'),
  bus: createBus(new EventBridgeClient(clientConfig), domainBus, patience),
  query: async (sql: string, token: string) => {
    const { rows, submittedAt } = await runQuery(athena, { sql, workgroup, token }, patience, 1);
    return { row: rows[0] ?? [], at: submittedAt };
  },
  digest: (text: string) => createHash('sha256').update(text).digest('hex'),
  now,
};

/** New data of the domain's pipeline, or a wish of somebody who wants to know. */
type Asked = EventBridgeEvent<
  'DataDelivered' | 'QualityRequested',
  {
    readonly id: string;
    readonly data: {
      readonly product: string;
      readonly major: number;
      readonly table?: string;
      readonly run?: string;
      readonly at?: string;
    };
  }
>;

function wishOf({ detail: { id, data }, 'detail-type': type }: Asked): MeasureWish {
  const { product, major, table, run, at } = data;
  return { cause: id, product, major, ...(type === 'DataDelivered' ? { table, run, delivered: at } : {}) };
}

const read = (record: SQSRecord) => wishOf(JSON.parse(record.body) as Asked);

async function measure(wish: MeasureWish): Promise<unknown> {
  const outcome = await measureQuality(wish, deps);
  metrics.addMetric('RulesMeasured', MetricUnit.Count, outcome.rules);
  metrics.addMetric('RulesBroken', MetricUnit.Count, outcome.broken);
  metrics.addMetric('RulesUnmeasured', MetricUnit.Count, outcome.failed);
  return outcome;
}

/** Measures the domain's own data: when new data came, when somebody asks, and what is due. */
export const handler = meshHandler<SQSEvent | Pick<ScheduledEvent, 'time'>, unknown>(
  'quality',
  async (event, { logger, requestId }) => {
    if (!('Records' in event)) {
      const outcome = await measure({ cause: requestId });
      logger.info('measured what is due', { outcome });
      return outcome;
    }
    const { readable, unreadable } = sift(event.Records, read, (error, { messageId }) =>
      logger.error('unreadable', { messageId, cause: describe(error) }),
    );
    return workThrough(
      readable.map((record) => ({ work: read(record), records: [record] })),
      async (wish) => {
        logger.info('measured', { ...wish, outcome: await measure(wish) });
      },
      {
        ordered: false,
        unreadable,
        onError: (error, wish) => logger.error('not measured', { ...wish, cause: describe(error) }),
      },
    );
  },
  metrics,
);
