import type { Act, ReportFacts } from '#mesh/audit/report/facts.ts';

/** What somebody could write who means harm to whoever opens a report. */
export const HOSTILE =
  "=cmd|' /C calc'!A0 <script>alert(1)</script> \"><img src=x onerror=alert(1)> \u202etxt.exe\u0007 </style>";

/** An entry as a report reads it. */
export function act(id: string, more: Partial<Act> = {}): Act {
  return {
    id,
    at: '2026-07-10T00:00:00.000Z',
    kind: 'command',
    actor: 'arn:aws:sts::210000000014:assumed-role/aviation-analytics-analyst/ann',
    action: 'SubscriptionRequested',
    correlation: id,
    entity: 'subscription',
    summary: 'asks',
    reason: '',
    policies: [],
    domain: 'd',
    product: 'p',
    subscription: 'd.p.v1.c.1',
    consumer: 'c',
    stateBefore: '',
    stateAfter: 'pending',
    ...more,
  };
}

/** The facts of a quarter with one of everything. */
export function facts(more: Partial<ReportFacts> = {}): ReportFacts {
  return {
    mesh: 'aviation',
    period: { name: '2026-Q3', from: '2026-07-01T00:00:00.000Z', to: '2026-10-01T00:00:00.000Z', running: false },
    madeAt: '2026-10-02T00:00:00.000Z',
    madeBy: 'arn:aws:iam::210000000001:role/aviation-auditor',
    acts: [
      act('a@1', { policies: ['global/ask'] }),
      act('a@2', {
        kind: 'decision',
        action: 'SubscriptionApproved',
        correlation: 'k',
        policies: ['global/ask'],
        stateBefore: 'pending',
        stateAfter: 'approved',
      }),
      act('p@3', {
        kind: 'decision',
        action: 'SubscriptionApproved',
        entity: 'product',
        correlation: 'k',
        policies: ['global/ask'],
      }),
      act('a@3', {
        kind: 'change',
        action: 'SubscriptionActivated',
        at: '2026-07-11T00:00:00.000Z',
        stateBefore: 'approved',
        stateAfter: 'active',
      }),
      act('attempt/x', {
        kind: 'denied',
        entity: 'attempt',
        action: 'SubscriptionRequest',
        policies: ['global/end'],
        domain: 'e',
        product: 'q',
        subscription: '',
      }),
      act('a@9', {
        kind: 'read-back',
        action: 'SubscriptionRevoked',
        at: '2026-09-01T00:00:00.000Z',
        stateBefore: 'revoking',
        stateAfter: 'revoked',
      }),
    ],
    subscriptions: [
      {
        id: 'd.p.v1.c.1',
        product: 'd/p v1',
        consumer: 'c',
        state: 'active',
        purpose: 'to count',
        requestedBy: 'x',
        decidedBy: 'y',
        since: '2026-07-11T00:00:00.000Z',
        until: '',
      },
      {
        id: 'e.q.v1.c.1',
        product: 'e/q v1',
        consumer: 'c',
        state: 'revoked',
        purpose: 'to count',
        requestedBy: 'x',
        decidedBy: 'y',
        since: '',
        until: '',
      },
    ],
    products: [
      {
        name: 'd/p v1',
        owner: 'ann',
        state: 'active',
        classification: 'internal',
        registeredAt: '2026-07-02T00:00:00.000Z',
        timeToRegisterMs: 100,
      },
      {
        name: 'e/q v1',
        owner: 'bob',
        state: 'active',
        classification: 'public',
        registeredAt: '2026-08-02T00:00:00.000Z',
        timeToRegisterMs: 300,
      },
      {
        name: 'e/old v1',
        owner: 'bob',
        state: 'active',
        classification: 'public',
        registeredAt: '2026-01-02T00:00:00.000Z',
        timeToRegisterMs: 9000,
      },
    ],
    reads: [
      {
        product: 'd/p v1',
        consumer: 'c',
        principal: 'arn:aws:iam::1:role/a',
        subscription: 'd.p.v1.c.1',
        reads: 3,
        columns: 2,
        last: '2026-08-01T00:00:00.000Z',
      },
      {
        product: 'd/p v1',
        consumer: 'c',
        principal: 'arn:aws:iam::1:role/b',
        subscription: 'd.p.v1.c.1',
        reads: 2,
        columns: 2,
        last: '2026-08-01T00:00:00.000Z',
      },
    ],
    findings: [
      {
        id: 'stale-products',
        title: 'Stale',
        why: 'old data misleads',
        severity: 'low',
        rows: [
          { subject: 'e/q v1', who: 'bob', since: '2026-08-01T00:00:00.000Z', detail: 'late', evidence: 'e/q#1@3' },
          { subject: 'd/p v1 and e/z v1', who: '', since: '', detail: '', evidence: '' },
        ],
      },
      { id: 'unused-access', title: 'Unused', why: 'it is a risk', severity: 'medium', unknown: 'no table' },
    ],
    checkpoint: 'log.example\n6\nabc=\n',
    unknown: ['Unused: no table'],
    ...more,
  };
}
