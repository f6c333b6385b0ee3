import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { createBus } from '#aws/eventbridge.ts';
import { createPartitions } from '#aws/glue-partitions.ts';
import { createJsonCall } from '#aws/json-call.ts';
import { knownQueries } from '#aws/known-queries.ts';
import { createWriteOnce } from '#aws/s3.ts';
import { createVersionedBucket } from '#aws/s3-versions.ts';
import { createSigningKey } from '#aws/signing-key.ts';
import { createDisposalBook } from '#control/disposal-record.ts';
import { dispose, planDisposal } from '#control/dispose.ts';
import { WeftError } from '#mesh/error.ts';
import type { ResultPlace } from '#mesh/retention/copies.ts';
import { productBucketName } from '#mesh/topology/names.ts';
import { clientConfig, now, patience, wayTo } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { domainApi } from '../shared/mesh-api.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { meshHandler } from '../shared/middleware.ts';

const { mesh, region, domain, domainBus, account, governanceAccount, results, signingKey, auditBucket } = settings(
  'mesh',
  'region',
  'domain',
  'domainBus',
  'account',
  'governanceAccount',
  'results',
  'signingKey',
  'auditBucket',
);
const metrics = meshMetrics('disposal');
const bucket = productBucketName(mesh, domain, account, region);
const jsonCall = (service: string, target: string) => createJsonCall(service, target, wayTo(service, region), patience);
const athena = jsonCall('athena', 'AmazonAthena');

/** What people ask of it: what would go, and nothing happens. */
interface Wish {
  readonly action?: 'plan';
  /** `<domain>/<product>` */
  readonly product?: string;
}

/** Removes what is past its retention, and signs what it removed; asked for a plan it shows what it would remove. */
export const handler = meshHandler<Wish, unknown>(
  'disposal',
  async ({ action, product = '' }, { logger }) => {
    const objects = createVersionedBucket(wayTo('s3', region), patience);
    const deps = {
      mesh,
      domain,
      account,
      api: domainApi({ mesh, region, governanceAccount, domain }, 'disposal'),
      bus: createBus(new EventBridgeClient(clientConfig), domainBus, patience),
      partitions: createPartitions(jsonCall('glue', 'AWSGlue'), patience),
      objects,
      book: createDisposalBook({
        bucket,
        objects,
        once: createWriteOnce(wayTo('s3', region), bucket, patience),
        archive: createWriteOnce(wayTo('s3', region), auditBucket, patience),
        key: createSigningKey(jsonCall('kms', 'TrentService'), signingKey),
      }),
      results: JSON.parse(results) as ResultPlace[],
      queries: (ids: readonly string[]) => knownQueries(ids, athena),
      now,
    };
    if (action === 'plan') return plan(product, deps);
    const done = await dispose(deps);
    logger.info('disposed', { ...done });
    metrics.addMetric('ObjectsRemoved', MetricUnit.Count, done.objects);
    if (done.failed.length > 0) throw new Error(`the disposal left ${done.failed.length} undone: ${done.failed[0]}`);
    return done;
  },
  metrics,
);

async function plan(product: string, deps: Parameters<typeof planDisposal>[1]): Promise<unknown> {
  try {
    return { tables: await planDisposal(product, deps) };
  } catch (error) {
    if (!(error instanceof WeftError) || error.source !== 'user') throw error;
    const { code, message, hint } = error;
    return { error: { code, message, hint } };
  }
}
