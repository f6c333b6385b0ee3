import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseProduct } from '#mesh/contract/parse.ts';
import type { ProductTable } from '#mesh/product/product.ts';
import { basisOf } from '#mesh/retention/basis.ts';
import { TOPOLOGY } from '../fixtures.ts';

const textOf = (name: string) => readFileSync(new URL(`../../cases/contract/${name}`, import.meta.url), 'utf8');

/** The table of a contract that says so much of its retention, and what its product keeps. */
function read(retention: string, properties = ''): { table: ProductTable; sla: unknown } {
  const contract = textOf('orders.odcs.yaml')
    .replace('slaProperties:\n', `slaProperties:\n  - ${retention}\n`)
    .replace('    customProperties:\n', `    customProperties:\n${properties}`);
  const parsed = parseProduct(
    { product: { file: 'odps', text: textOf('orders.odps.yaml') }, contracts: [{ file: 'odcs', text: contract }] },
    TOPOLOGY,
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return { table: parsed.value.tables[0] as ProductTable, sla: parsed.value.sla?.retention };
}

describe('what a contract says of how long its data is kept', () => {
  test('without an element is for every table, by the key that is a date', () => {
    const { table, sla } = read('{ property: retention, value: 5, unit: y }');
    expect(sla).toBe('5 y');
    expect(table).not.toHaveProperty('agesBy');
    expect(basisOf(table, table.agesBy)).toEqual({
      kind: 'partition',
      keys: [{ name: 'day', index: 1, part: 'date' }],
    });
  });

  test.each([
    ['orders.day', { agesBy: 'day', keptFor: '5 y' }],
    ['Day', { agesBy: 'day', keptFor: '5 y' }],
    ['other.day, orders.total', { agesBy: 'total', keptFor: '5 y' }],
    ['orders.nowhere', { agesBy: 'nowhere', keptFor: '5 y' }],
    ['orders', { keptFor: '5 y' }],
  ])('with the element %s names its column', (element, wanted) => {
    const { table } = read(`{ property: retention, value: 5, unit: y, element: "${element}" }`);
    const { agesBy, keptFor } = table;
    expect({ ...(agesBy && { agesBy }), ...(keptFor && { keptFor }) }).toEqual(wanted);
  });

  test('of another table says nothing of this one', () => {
    const { table } = read('{ property: retention, value: 5, unit: y, element: other.day }');
    expect([table.agesBy, table.keptFor]).toEqual([undefined, undefined]);
  });

  test('says whether what is made of others is aggregates only', () => {
    const from = '      - { property: weft.derivedFrom, value: finance/margins }\n';
    const { table } = read('{ property: retention, value: 5, unit: y }', from);
    expect(table).toMatchObject({ madeOf: ['finance/margins'] });
    expect(table.aggregated).toBeUndefined();
    const aggregated = '      - { property: weft.aggregated, value: true }\n';
    expect(read('{ property: retention, value: 5, unit: y }', from + aggregated).table.aggregated).toBe(true);
  });
});
