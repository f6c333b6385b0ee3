import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSEvent } from 'aws-lambda';
import { createJsonCall } from '#aws/json-call.ts';
import { logCrypto } from '#aws/log-crypto.ts';
import { createLogSigner } from '#aws/log-signer.ts';
import { createObjectStore, createWriteOnce } from '#aws/s3.ts';
import { appendToLog, type Head } from '#control/append-log.ts';
import { logOrigin } from '#mesh/audit/log/checkpoint.ts';
import { verifierKey } from '#mesh/audit/log/note.ts';
import { now, patience, wayTo } from '../shared/clients.ts';
import { setting, settings } from '../shared/environment.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { describe, meshHandler } from '../shared/middleware.ts';

const environment = settings('mesh', 'region', 'account', 'auditBucket', 'logKey');
const metrics = meshMetrics('appender');
const s3 = wayTo('s3', environment.region);
const witness = setting('witnessBucket');
const kms = createJsonCall('kms', 'TrentService', wayTo('kms', environment.region), patience);
const signer = createLogSigner(kms, environment.logKey);
const origin = logOrigin(environment.mesh, environment.account, environment.region);
const store = createObjectStore(s3, environment.auditBucket, patience);

/** What this process left; the log itself says whether it still holds. */
let head: Head | undefined;

/** Appends the entries of the trail to its log, in the order of the queue: all of a batch, or the queue brings all of it again. */
export const handler = meshHandler<SQSEvent, void>(
  'appender',
  async (event, { logger }) => {
    const key = verifierKey(origin, await signer.publicKey(), logCrypto.sha256);
    const deps = {
      ...logCrypto,
      store,
      witness: witness === undefined ? undefined : createWriteOnce(s3, witness, patience),
      key,
      sign: signer.sign,
      missed: (size: number, error: unknown) => {
        logger.error('the witness was not told', { size, cause: describe(error) });
        metrics.addMetric('WitnessMissed', MetricUnit.Count, 1);
      },
      now,
    };
    const outcome = await appendToLog(
      event.Records.map(({ body }) => body),
      deps,
      head,
    );
    head = outcome.head;
    metrics.addMetric('Appended', MetricUnit.Count, outcome.added);
  },
  metrics,
);
