import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { domainEvent, parseReport } from '#mesh/event/envelope.ts';
import type { DomainReport } from '#mesh/event/report.ts';
import { AT } from '../fixtures.ts';

const CHANGED: DomainReport = {
  type: 'CatalogChanged',
  id: 'e-1',
  time: AT,
  from: 'sales',
  change: 'UpdateTable',
  database: 'raw',
  table: 'orders',
  schema: { columns: [{ name: 'a', type: 'int' }], partitionKeys: [], location: 's3://b/p/', format: 'parquet' },
};
const APPLIED: DomainReport = {
  type: 'ShareApplied',
  id: 'e-2',
  time: AT,
  from: 'finance',
  product: 'orders',
  domain: 'sales',
  major: 1,
  consumer: 'finance',
  report: {
    generation: 3,
    ok: true,
    at: AT,
    linkExists: true,
    readBack: [
      {
        principal: 'p',
        resource: { kind: 'database', catalogId: '1', database: 'd' },
        permissions: ['DESCRIBE'],
        grantable: [],
      },
    ],
  },
};

describe('a report of a domain', () => {
  test.each([
    CHANGED,
    APPLIED,
    { ...APPLIED, type: 'ShareFailed' as const },
  ])('is read as it was written: $type', (report) => {
    const event: unknown = JSON.parse(JSON.stringify(domainEvent(report)));
    expect(parseReport(event)).toEqual({ ok: true, value: report, problems: [] });
  });

  test('names its domain as the source', () => {
    expect(domainEvent(CHANGED)).toMatchObject({
      source: 'weft.domain.sales',
      type: 'CatalogChanged',
      subject: 'raw/orders',
    });
  });

  test('that is not whole gives every problem at once', () => {
    const { data: _, ...event } = domainEvent(CHANGED);
    const result = parseReport({ ...event, source: 'aws.glue', id: '' });
    expect(result.ok).toBe(false);
    expect(result.problems.map((problem) => problem.path)).toEqual(expect.arrayContaining(['id', 'source', 'data']));
  });

  test('that is anything at all gives problems, never an exception', () => {
    fc.assert(fc.property(fc.anything(), (value) => expect(parseReport(value).ok).toBe(false)));
  });
});
