import { createHash } from 'node:crypto';
import { factsOf, surroundingsOf } from '#control/rule-facts.ts';
import { evaluate, type Finding } from '#mesh/audit/rules/evaluate.ts';
import type { Span } from '#mesh/audit/rules/facts-sql.ts';
import type { AuditRule } from '#mesh/audit/rules/rule.ts';
import { userError } from '#mesh/error.ts';
import { auditDatabaseName } from '#mesh/topology/names.ts';
import { query } from './athena.ts';
import type { Connection } from './connection.ts';

/** A day, or a time with its zone: without one nobody knows which moment is meant. */
const MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Reads `<from>..<to>`; days are UTC, and `to` is included when it is a day. @throws WeftError `WEFT-AUDIT-088`. */
export function periodOf(text: string, now: Date): Span {
  const [from = '', to = '', ...more] = text.split('..');
  const since = momentOf(from);
  const until = to === '' ? now : momentOf(to, to.length === 10 ? 86_400_000 : 0);
  const wrong = (why: string) =>
    userError('WEFT-AUDIT-088', `the period ${JSON.stringify(text)} ${why}`, {
      hint: 'write <from>..<to> in ISO 8601, e.g. 2026-03-01..2026-03-07 or 2026-03-01T08:00:00Z..',
    });
  if (!text.includes('..') || more.length > 0 || since === undefined || until === undefined) {
    throw wrong('is not two days or times with ".." between them; times need their zone');
  }
  if (since > now) throw wrong('lies in the future');
  if (since >= until) throw wrong('ends before it begins');
  return { since: since.toISOString(), until: until.toISOString() };
}

function momentOf(text: string, later = 0): Date | undefined {
  const moment = new Date(MOMENT.test(text) ? Date.parse(text) + later : Number.NaN);
  // A day that no month has would be taken for one of the next.
  const isReal =
    !Number.isNaN(moment.getTime()) &&
    new Date(`${text.slice(0, 10)}T00:00Z`).toISOString().startsWith(text.slice(0, 10));
  return isReal ? moment : undefined;
}

/** What rules would have raised within a span, as the audit tables have it; nothing is raised. */
export async function tryRules(rules: readonly AuditRule[], span: Span, connection: Connection): Promise<Finding[]> {
  const { topology } = connection;
  const database = auditDatabaseName(topology.mesh);
  const sources = {
    database,
    query: async (sql: string) => (await query(connection, sql, { database })).rows,
    get: <T>(path: string, asked: Readonly<Record<string, string>>) =>
      connection.api<T>({ method: 'GET', path, query: asked }),
  };
  const facts = await factsOf(rules, span, sources, topology);
  const around = await surroundingsOf(rules, facts, sources, topology);
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  return evaluate(rules, facts, { ...around, told: [], digest });
}
