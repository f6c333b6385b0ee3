import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { ProductTable } from '#mesh/product/product.ts';
import { basisOf, endOfPartition } from '#mesh/retention/basis.ts';
import { planCopies } from '#mesh/retention/copies.ts';
import type { CopyDuty } from '#mesh/retention/duty.ts';
import { parsePeriod, periodBefore } from '#mesh/retention/period.ts';
import { column, table } from '../fixtures.ts';

function cases<T>(name: string): T[] {
  return parse(readFileSync(new URL(`../../cases/retention/${name}.yaml`, import.meta.url), 'utf8')) as T[];
}

interface PeriodCase {
  readonly written: string;
  readonly now: string;
  readonly past: string;
}

describe('how long something is kept', () => {
  test.each(cases<PeriodCase>('periods'))('$written at $now', ({ written, now, past }) => {
    const period = parsePeriod(written);
    expect(period === undefined ? 'none' : periodBefore(new Date(now), period).toISOString()).toBe(past);
  });
});

interface PartitionCase {
  readonly what: string;
  readonly keys: readonly string[];
  readonly element?: string;
  readonly format?: ProductTable['format'];
  readonly values?: readonly string[];
  readonly end?: string;
  readonly basis?: string;
}

describe('by what a table ages', () => {
  test.each(cases<PartitionCase>('partitions'))('$what', ({
    keys,
    element,
    format,
    values = [],
    end,
    basis: wanted,
  }) => {
    const partitionKeys = keys.map((key) => column(...(key.split(' ') as [string, string])));
    const basis = basisOf(
      table('orders', [column('sold', 'date')], { partitionKeys, ...(format && { format }) }),
      element,
    );
    if (basis.kind === 'partition') expect(endOfPartition(values, basis.keys) ?? 'none').toBe(end);
    else expect(basis.kind === 'none' ? basis.reason : basis.kind).toMatch(new RegExp(wanted ?? 'a partition'));
  });
});

interface CopyCase {
  readonly what: string;
  readonly sql?: string;
  readonly database?: string;
  readonly key?: string;
  readonly at?: string;
  readonly holds?: readonly string[];
  readonly otherHolds?: readonly string[];
  readonly goes: boolean;
}

const ID = '0d8e7a52-6a31-4a8c-9f0e-3f3ff1f2c101';
const PLACE = { workgroup: 'w', bucket: 'b', prefix: 'results/' };

describe('copies of what was removed', () => {
  test.each(cases<CopyCase>('copies'))('$what', ({ sql, database, key, at, holds = [], otherHolds = [], goes }) => {
    const duty = (domain: string, product: string, names: string, rest: Partial<CopyDuty>): CopyDuty => ({
      domain,
      product,
      major: 1,
      database: names,
      sources: [],
      disposedAt: '2026-06-01T00:00:00.000Z',
      holds: [],
      ...rest,
    });
    const sources = [{ database: 'flight_operations', table: 'flights' }];
    const duties = [
      duty('flight-operations', 'flights', 'flight_operations__flights__v1', { holds, sources }),
      duty('wildlife-safety', 'bird-strikes', 'wildlife_safety__bird_strikes__v1', {
        holds: otherHolds,
        disposedAt: '2026-01-01T00:00:00.000Z',
      }),
    ];
    const version = {
      bucket: 'b',
      key: key ?? `results/${ID}.csv`,
      versionId: 'v',
      bytes: 1,
      etag: '',
      modified: at ?? '2026-05-31T00:00:00.000Z',
      latest: true,
      marker: false,
    };
    const queries = sql === undefined ? [] : [{ id: ID, sql, ...(database === undefined ? {} : { database }) }];
    const plan = planCopies(duties, PLACE, { versions: [version], queries });
    expect(plan.goes.length > 0).toBe(goes);
  });
});
