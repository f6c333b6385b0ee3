import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { AthenaClient } from '@aws-sdk/client-athena';
import { runQuery } from '#aws/athena.ts';
import { watchRules } from '#control/watch-rules.ts';
import type { AuditRules } from '#mesh/audit/rules/rule.ts';
import { clientConfig, now, patience } from '../shared/clients.ts';
import { settings } from '../shared/environment.ts';
import { auditApi } from '../shared/mesh-api.ts';
import { meshMetrics } from '../shared/metrics.ts';
import { describe, meshHandler } from '../shared/middleware.ts';

const { mesh, region, governanceAccount, auditDatabase, workgroup } = settings(
  'mesh',
  'region',
  'governanceAccount',
  'auditDatabase',
  'workgroup',
);
const { rules } = JSON.parse(readFileSync(new URL('./audit-rules.json', import.meta.url), 'utf8')) as AuditRules;
const metrics = meshMetrics('audit-rules');
const athena = new AthenaClient(clientConfig);
const api = auditApi({ mesh, region, governanceAccount }, 'audit-rules');
const watch = {
  rules,
  database: auditDatabase,
  query: async (sql: string) =>
    (await runQuery(athena, { sql, workgroup, database: auditDatabase, token: randomUUID() }, patience)).rows,
  get: api.get,
  list: api.list,
  post: api.post,
  now,
  digest: (text: string) => createHash('sha256').update(text).digest('hex'),
};

/** Holds what happened lately against the audit rules, and raises what is not told yet. */
export const handler = meshHandler<unknown, unknown>(
  'audit-rules',
  async (_event, { logger }) => {
    const { facts, raised, failed } = await watchRules(watch);
    logger.info('looked', { facts, raised });
    metrics.addMetric('AlertsRaised', MetricUnit.Count, raised.length);
    for (const { id, why } of failed) logger.error('an alert was not raised', { id, cause: describe(why) });
    if (failed.length > 0) throw new Error(`${failed.length} alerts were not raised: ${failed[0]?.id}`);
    return { facts, raised };
  },
  metrics,
);
