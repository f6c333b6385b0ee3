import { z } from 'zod';
import type { Grant } from '../access/grant.ts';
import type { Checked } from '../error.ts';
import type { DomainReport } from './report.ts';

const name = z.string().min(1).max(255);
const column = z.object({ name, type: z.string().min(1), description: z.string().optional() });

const schema = z.object({
  columns: z.array(column),
  partitionKeys: z.array(column),
  location: z.string(),
  format: z.string(),
  versionId: z.string().optional(),
});

const catalogChanged = z.object({
  change: z.enum(['CreateTable', 'UpdateTable', 'DeleteTable']),
  database: name,
  table: name,
  schema: schema.optional(),
});

const grant = z.custom<Grant>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'principal' in value &&
    typeof value.principal === 'string' &&
    'resource' in value &&
    typeof value.resource === 'object' &&
    'permissions' in value &&
    Array.isArray(value.permissions) &&
    'grantable' in value &&
    Array.isArray(value.grantable),
  'a grant has a principal, a resource, permissions and grantable',
);

const shareReported = z.object({
  product: name,
  domain: name,
  major: z.number().int().min(0),
  consumer: name,
  report: z.object({
    generation: z.number().int().min(0),
    ok: z.boolean(),
    at: z.string(),
    error: z.string().optional(),
    linkExists: z.boolean(),
    readBack: z.array(grant),
  }),
});

const head = z.object({
  specversion: z.literal('1.0'),
  id: name,
  source: z.string().regex(/^weft\.domain\.[a-z0-9-]+$/, 'a report comes from weft.domain.<domain>'),
  time: z.string(),
  type: z.string(),
});

const envelope = z.discriminatedUnion('type', [
  head.extend({ type: z.literal('CatalogChanged'), data: catalogChanged }),
  head.extend({ type: z.literal('ShareApplied'), data: shareReported }),
  head.extend({ type: z.literal('ShareFailed'), data: shareReported }),
]);

/** Reads the `detail` of an EventBridge event of a domain; every problem at once, as `WEFT-EVENT-001`. */
export function parseReport(detail: unknown): Checked<DomainReport> {
  const parsed = envelope.safeParse(detail);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => ({
      code: 'WEFT-EVENT-001',
      severity: 'error' as const,
      message: `the report is not valid at "${issue.path.join('.')}": ${issue.message}`,
      path: issue.path.join('.'),
    }));
    return { ok: false, problems };
  }
  const { id, time, source } = parsed.data;
  const from = source.slice('weft.domain.'.length);
  const common = { id, time, from };
  const value: DomainReport =
    parsed.data.type === 'CatalogChanged'
      ? { type: parsed.data.type, ...common, ...parsed.data.data }
      : { type: parsed.data.type, ...common, ...parsed.data.data };
  return { ok: true, value, problems: [] };
}
