import { DRIFT_KINDS } from '../drift/finding.ts';
import type { Checked, Problem } from '../error.ts';
import { count, flag, list, name, object, one, oneOf, optional, text, type Wrong } from './check.ts';
import type { DomainReport } from './report.ts';

const time = one(
  'a time in UTC, e.g. 2026-01-31T00:00:00.000Z',
  (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value)),
);
const digest = one('a SHA-256 in hex', (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));
const columns = list(object({ name, type: name, description: optional(text) }));
const schema = object({ columns, partitionKeys: columns, location: text, format: text, versionId: optional(text) });
const change = oneOf('CreateTable', 'UpdateTable', 'DeleteTable');
const catalogChanged = object({ change, database: name, table: name, schema: optional(schema) });
const grant = object({
  principal: name,
  resource: object({ kind: name }),
  permissions: list(name),
  grantable: list(name),
});
const finding = object({
  kind: oneOf(...Object.keys(DRIFT_KINDS)),
  account: name,
  on: text,
  what: text,
  by: optional(text),
  since: optional(text),
});
const report = object({
  generation: count,
  ok: flag,
  at: text,
  error: optional(text),
  linkExists: flag,
  readBack: list(grant),
  looked: optional(flag),
  drift: optional(object({ found: list(finding), open: list(text) })),
  ended: optional(time),
  overtakenBy: optional(count),
  weft: optional(text),
});
const shareReported = object({ product: name, domain: name, major: count, consumer: name, report });

const version = { product: name, domain: name, major: count };
const announcement = object({ table: name, period: name, upTo: time, slices: count, objects: count, bytes: count });
const disposal = object({
  id: name,
  at: time,
  what: oneOf('table', 'exports', 'results'),
  table: optional(name),
  upTo: time,
  partitions: count,
  objects: count,
  bytes: count,
  digest: digest,
  key: name,
  location: text,
});
const obstacle = object({ table: name, kind: oneOf('held', 'impossible', 'failed'), reasons: list(text) });

const delivered = { table: name, at: time, run: name, rows: optional(count), bytes: optional(count) };
const measured = one('a number', (value) => typeof value === 'number' && Number.isFinite(value));
const result = object({
  rule: name,
  table: name,
  column: optional(name),
  severity: oneOf('error', 'warning', 'info'),
  dimension: optional(name),
  ok: flag,
  value: optional(measured),
  expected: text,
  error: optional(text),
});
const promise = object({
  property: name,
  table: optional(name),
  ok: flag,
  value: optional(measured),
  unit: optional(text),
  promised: text,
  error: optional(text),
});

const DATA = {
  CatalogChanged: catalogChanged,
  ShareApplied: shareReported,
  ShareFailed: shareReported,
  DisposalForeseen: object({ ...version, announcement }),
  DataRemoved: object({ ...version, disposal }),
  DisposalHindered: object({ ...version, obstacle }),
  DataDelivered: object({ ...version, ...delivered }),
  QualityMeasured: object({
    ...version,
    run: optional(name),
    at: time,
    results: list(result),
    promises: list(promise),
  }),
  LineageReported: object({ ...version, table: name, run: name, event: object({}) }),
};
const SOURCE = /^weft\.domain\.([a-z0-9-]+)$/;

const head = object({
  specversion: oneOf('1.0'),
  id: name,
  source: one('weft.domain.<domain>', (value) => typeof value === 'string' && SOURCE.test(value)),
  time: text,
  type: oneOf(...Object.keys(DATA)),
});

/** Reads the `detail` of an EventBridge event of a domain; every problem at once, as `WEFT-EVENT-001`. */
export function parseReport(detail: unknown): Checked<DomainReport> {
  const envelope = (detail ?? {}) as Record<string, unknown>;
  const known = typeof envelope.type === 'string' && Object.hasOwn(DATA, envelope.type);
  const data = known ? DATA[envelope.type as keyof typeof DATA] : undefined;
  const wrong = [...head(detail, ''), ...(data === undefined ? [] : data(envelope.data, 'data'))];
  if (wrong.length > 0) return { ok: false, problems: wrong.map(toProblem) };
  const { id, time, source, type } = envelope;
  const from = SOURCE.exec(source as string)?.[1];
  const { audience: _, ...said } = envelope.data as Record<string, unknown>;
  return { ok: true, value: { ...said, type, id, time, from } as unknown as DomainReport, problems: [] };
}

function toProblem({ path, expected }: Wrong): Problem {
  return {
    code: 'WEFT-EVENT-001',
    severity: 'error',
    message: `the report is not valid at "${path}": expected is ${expected}`,
    path,
  };
}
