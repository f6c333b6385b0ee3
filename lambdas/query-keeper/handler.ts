import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { createWriteOnce } from '#aws/s3.ts';
import { keepQuery } from '#control/keep-query.ts';
import { parseQueryMessage } from '#mesh/audit/reads/execution.ts';
import { openSqlParser } from '#mesh/audit/reads/sql-parser.ts';
import type { AuditRules } from '#mesh/audit/rules/rule.ts';
import { sift, workThrough } from '../shared/batch.ts';
import { patience, wayTo } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { describe, meshHandler } from '../shared/middleware.ts';

// The parser is one large module: to compile its hot functions anew takes more time and memory than a few texts at a time gain.
setFlagsFromString('--wasm-tiering-budget=2000000000');

const { region, auditBucket } = settings('region', 'auditBucket');
const metrics = meshMetrics('query-keeper');
const trail = createWriteOnce(wayTo('s3', region), auditBucket, patience);
const moduleBytes = () => readFileSync(new URL('./polyglot_sql.wasm', import.meta.url));
const rules = JSON.parse(readFileSync(new URL('./audit-rules.json', import.meta.url), 'utf8')) as AuditRules;
const read = ({ body }: SQSRecord) => parseQueryMessage(body);

/** Keeps each execution that the accounts of the mesh tell of, once, with what its text reads. */
export const handler = meshHandler<SQSEvent, unknown>(
  'query-keeper',
  async (event, { logger }) => {
    const parser = await openSqlParser(moduleBytes);
    const { readable, unreadable } = sift(event.Records, read, (error, { messageId }) =>
      logger.error('unreadable', { messageId, cause: describe(error) }),
    );
    return workThrough(
      readable.map((record) => ({ work: read(record), records: [record] })),
      async (message) => {
        const kept = await keepQuery(message, { trail, parser, rules });
        logger.info('kept', { id: message.id, account: message.account, kept });
        metrics.addMetric(kept === 'unread' ? 'QueryUnread' : 'QueryKept', MetricUnit.Count, 1);
      },
      {
        ordered: false,
        unreadable,
        onError: (error, { id }) => logger.error('not kept', { id, cause: describe(error) }),
      },
    );
  },
  metrics,
);
