import { createHash } from 'node:crypto';
import type { Evaluation } from '#mesh/audit/rules/evaluate.ts';
import type { Fact } from '#mesh/audit/rules/fact.ts';
import { parseAuditRules } from '#mesh/audit/rules/parse.ts';
import type { AuditRule } from '#mesh/audit/rules/rule.ts';

export const ANALYST = 'arn:aws:iam::210000000014:role/aviation-analytics-analyst';

/** 2026-03-02, a Monday, 10:00 UTC. */
const MORNING = Date.UTC(2026, 2, 2, 10);

/** A read of `flights`, so many seconds after the morning. */
export function read(id: string, seconds: number, more: Partial<Fact> = {}): Fact {
  return {
    kind: 'read',
    id,
    at: new Date(MORNING + seconds * 1000).toISOString(),
    principal: ANALYST,
    session: 'mary',
    account: '210000000014',
    domain: 'flight-operations',
    product: 'flights',
    major: 1,
    table: 'flights',
    columns: [],
    subscriptions: ['flight-operations.flights.v1.analytics.a1'],
    bytes: 100,
    ...more,
  };
}

export function denial(id: string, seconds: number, more: Partial<Fact> = {}): Fact {
  const { at, principal, session, account } = read(id, seconds);
  return { kind: 'denial', id, at, principal, session, account, columns: [], subscriptions: [], bytes: 0, ...more };
}

/** The one rule of a text; `id` and `message` are added. */
export function rule(text: string): AuditRule {
  const parsed = parseAuditRules(`rules:\n  - { id: it, message: it happened, ${text} }`);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  const [only] = parsed.value.rules;
  if (only === undefined) throw new Error('no rule');
  return only;
}

export function given(more: Partial<Evaluation> = {}): Evaluation {
  return {
    domainOf: (account) => (account === '210000000014' ? 'analytics' : undefined),
    sensitivityOf: () => ({ classification: 'internal', personal: false }),
    ladder: ['public', 'internal', 'confidential', 'restricted'],
    told: [],
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    ...more,
  };
}
