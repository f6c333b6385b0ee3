import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toCsv } from '#mesh/audit/report/csv.ts';
import { escapeHtml } from '#mesh/audit/report/html.ts';
import { instantOf, parseMoment } from '#mesh/audit/report/moment.ts';
import { parsePeriod } from '#mesh/audit/report/period.ts';
import { buildReport } from '#mesh/audit/report/report.ts';
import { reportPage } from '#mesh/audit/report/report-page.ts';
import { reportRows } from '#mesh/audit/report/rows.ts';
import { act, facts, HOSTILE } from './fixtures.ts';

const NOW = new Date('2026-08-15T12:00:00Z');

describe('a period', () => {
  test.each([
    ['2026', '2026-01-01T00:00:00.000Z', NOW.toISOString(), true],
    ['2026-Q2', '2026-04-01T00:00:00.000Z', '2026-07-01T00:00:00.000Z', false],
    ['2025-Q4', '2025-10-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', false],
    ['2026-07', '2026-07-01T00:00:00.000Z', '2026-08-01T00:00:00.000Z', false],
    ['2025-12', '2025-12-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', false],
    ['2026-07-01..2026-07-02T12:00:00+02:00', '2026-07-01T00:00:00.000Z', '2026-07-02T10:00:00.000Z', false],
  ])('%s', (name, from, to, running) => {
    expect(parsePeriod(name, NOW)).toEqual({ name, from, to, running });
  });

  test.each([
    ['2026-Q5', 'WEFT-AUDIT-062'],
    ['2026-13', 'WEFT-AUDIT-062'],
    ['last week', 'WEFT-AUDIT-062'],
    ['', 'WEFT-AUDIT-062'],
    ['2026-01-01..', 'WEFT-AUDIT-062'],
    ['2026-07-02..2026-07-01', 'WEFT-AUDIT-062'],
    ['2026-02-01..2026-02-30', 'WEFT-AUDIT-060'],
    ['2026-07-01T00:00:00..2026-07-02', 'WEFT-AUDIT-060'],
    ['2026-Q4', 'WEFT-AUDIT-061'],
    ['2027', 'WEFT-AUDIT-061'],
  ])('%s is refused', (name, code) => {
    expect(() => parsePeriod(name, NOW)).toThrow(expect.objectContaining({ code }));
  });
});

describe('a moment', () => {
  test('without a zone is told apart from what is no time at all', () => {
    expect(() => instantOf('2026-07-01T00:00:00')).toThrow('has no time zone');
    expect(() => instantOf('yesterday')).toThrow('is not a time');
    expect(() => instantOf('2026-07-01T25:00:00Z')).toThrow('is not a time');
    expect(() => parseMoment('2026-09-01', NOW)).toThrow('has not come');
  });
});

describe('a report', () => {
  test('counts a decision once, however many records it moved', () => {
    const told = act('event/x', { kind: 'event', action: 'SubscriptionRequested' });
    const report = buildReport(facts({ acts: [...facts().acts, told] }));
    expect(report.requests.map(({ id }) => id)).toEqual(['a@1']);
    expect(report.decisions.map(({ id }) => id)).toEqual(['a@2']);
    expect(report.policies).toEqual([
      { id: 'global/ask', decisions: 2, denied: 0 },
      { id: 'global/end', decisions: 1, denied: 1 },
    ]);
  });

  test('counts no renewal as added, and no request that was withdrawn as removed', () => {
    const { added, removed } = buildReport(facts()).access;
    const more = [
      act('b@2', { action: 'SubscriptionRevoked', stateBefore: 'pending', stateAfter: 'revoked' }),
      act('c@5', { action: 'SubscriptionRenewed', stateBefore: 'expiring', stateAfter: 'active' }),
    ];
    expect(buildReport(facts({ acts: [...facts().acts, ...more] })).access).toMatchObject({ added, removed });
  });

  test('tells what was added and removed, by month over a quarter', () => {
    expect(buildReport(facts()).access).toEqual({
      added: 1,
      removed: 1,
      steps: [
        { name: '2026-07', added: 1, removed: 0 },
        { name: '2026-09', added: 0, removed: 1 },
      ],
    });
  });

  test('measures what was registered in the period only', () => {
    expect(buildReport(facts()).registration).toEqual({ count: 2, p50: 100, p95: 300 });
    expect(buildReport(facts({ products: [] })).registration).toEqual({ count: 0 });
  });

  test('of one product tells of no other', () => {
    const report = buildReport(facts({ product: 'd/p' }));
    expect(report.denied).toEqual([]);
    expect(report.subscriptions.map(({ id }) => id)).toEqual(['d.p.v1.c.1']);
    expect(report.products.map(({ name }) => name)).toEqual(['d/p v1']);
    expect(report.findings[0]?.rows?.map(({ subject }) => subject)).toEqual(['d/p v1 and e/z v1']);
    expect(JSON.stringify(reportRows(buildReport(facts({ product: 'd/p' }))))).not.toContain('e/q v1"');
  });

  test('a finding that could not be asked is unknown on the page, never none', () => {
    const page = reportPage(buildReport(facts()));
    expect(page).toContain('It could not be looked for: no table');
    const { reads: _, ...without } = facts();
    expect(reportPage(buildReport(without))).toContain('Reads could not be asked for');
    expect(reportPage(buildReport(facts({ checkpoint: undefined })))).toContain('nothing here proves');
  });

  test('is one page that loads and runs nothing, and draws its charts', () => {
    const page = reportPage(buildReport(facts()));
    expect(page).not.toMatch(/<script|<link|<img|<iframe|url\(|src=|href=|@import/i);
    expect(page.match(/<svg /g)).toHaveLength(5);
    expect(page).toContain('log.example');
  });
});

test('what others wrote stays text on the page, wherever it comes', () => {
  const hostile = facts({
    mesh: HOSTILE,
    madeBy: HOSTILE,
    checkpoint: HOSTILE,
    unknown: [HOSTILE],
    acts: [
      act(HOSTILE, {
        summary: HOSTILE,
        actor: HOSTILE,
        reason: HOSTILE,
        action: HOSTILE,
        policies: [HOSTILE],
        domain: HOSTILE,
        product: HOSTILE,
        kind: HOSTILE as 'denied',
      }),
    ],
    subscriptions: facts().subscriptions.map((one) => ({ ...one, purpose: HOSTILE, consumer: HOSTILE })),
    products: facts().products.map((one) => ({ ...one, name: HOSTILE, owner: HOSTILE })),
    reads: facts().reads?.map((one) => ({ ...one, product: HOSTILE, principal: HOSTILE })),
    findings: [
      {
        id: HOSTILE,
        title: HOSTILE,
        why: HOSTILE,
        severity: 'high',
        rows: [{ subject: HOSTILE, who: HOSTILE, since: HOSTILE, detail: HOSTILE, evidence: HOSTILE }],
      },
    ],
  });
  const page = reportPage(buildReport(hostile));
  expect(page).not.toMatch(/<script|<img/);
  for (const unfit of ['\u202e', '\u0007']) expect(page).not.toContain(unfit);
  expect(page.match(/<\/style>/g)).toHaveLength(1);
});

test('escaped text ends no tag and no attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeHtml(text)).not.toMatch(/[<>"']/);
    }),
  );
});

describe('CSV', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', '-1'],
    ['-1+2', "'-1+2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['say "x", please', '"say ""x"", please"'],
    ['two\nlines', '"two\nlines"'],
    ['=1,2', `"'=1,2"`],
    ['plain', 'plain'],
  ])('%j is written %j', (value, written) => {
    expect(toCsv(['a'], [[value]])).toBe(`a\r\n${written}\r\n`);
  });
});
