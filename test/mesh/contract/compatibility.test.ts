import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { adopt, compareTables, type TableShape } from '#mesh/contract/compatibility.ts';
import type { ProductColumn } from '#mesh/product/product.ts';
import { column, table } from '../fixtures.ts';

const COLUMNS = 'id:int price:decimal(10,2) name:varchar(10) who:struct<a:int>';
const PUBLISHED = table('t', columns(COLUMNS), { partitionKeys: columns('day:string') });

interface Case {
  readonly name: string;
  readonly csv?: boolean;
  readonly after: Readonly<Partial<Record<'columns' | 'partitionKeys' | 'format' | 'location' | 'snapshot', string>>>;
  readonly changes: readonly string[];
}

const cases = parse(readFileSync(new URL('../../cases/compatibility/cases.yaml', import.meta.url), 'utf8')) as Case[];

function columns(text: string): ProductColumn[] {
  return [...text.matchAll(/(\w+):(\S+(?:, \d+\))?)/g)].map(([, name = '', type = '']) => column(name, type));
}

describe('a change of a table', () => {
  test.each(cases)('$name', ({ csv, after, changes }) => {
    const before = csv === true ? { ...PUBLISHED, format: 'csv' as const } : PUBLISHED;
    const shape: TableShape = {
      columns: columns(after.columns ?? COLUMNS),
      partitionKeys: columns(after.partitionKeys ?? 'day:string'),
      location: after.location ?? PUBLISHED.location,
      snapshot: after.snapshot,
      format: after.format ?? before.format,
    };
    const found = compareTables(before, shape).map(
      (change) =>
        `${change.rule}${change.column === undefined ? '' : ` ${change.column}`}${change.breaking ? '!' : ''}`,
    );
    expect(found).toEqual(changes);
  });
});

describe('an additive change that is taken over', () => {
  const shape = { ...PUBLISHED, columns: columns(`${COLUMNS.replace('id:int', 'id:bigint')} more:string`) };

  test('keeps what the contract says and leaves the new column unclassified', () => {
    const before = {
      ...PUBLISHED,
      columns: PUBLISHED.columns.map((entry) => ({ ...entry, classification: 'internal' })),
    };
    const after = adopt(before, shape);
    expect(after.columns[0]).toEqual({ name: 'id', type: 'bigint', classification: 'internal' });
    expect(after.columns.at(-1)).toEqual({ name: 'more', type: 'string' });
    expect(compareTables(after, shape)).toEqual([]);
  });

  test("gives the new column its table's default classification", () => {
    const after = adopt({ ...PUBLISHED, defaultClassification: 'secret' }, shape);
    expect(after.columns.at(-1)).toEqual({ name: 'more', type: 'string', classification: 'secret' });
  });
});
