import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { checkFilterExpression, type FilterColumn } from '#local/services/lake-formation/filter-expression.ts';

const { accepted, refused } = parse(readFileSync('test/cases/lake-formation/filter-expressions.yaml', 'utf8')) as {
  accepted: string[];
  refused: { text: string; because: string }[];
};

const types = {
  id: 'int',
  name: 'string',
  price: 'decimal(10,2)',
  ok: 'boolean',
  seen: 'timestamp',
  tags: 'array<string>',
  who: 'struct<city:string>',
  xmin: 'int',
};
const columns = new Map<string, FilterColumn>([
  ...Object.entries(types).map(([name, type]) => [name, { type, partition: false }] as const),
  ['dt', { type: 'string', partition: true }],
]);

describe('a row filter', () => {
  test.each(accepted)('may be %s', (text) => {
    expect(() => checkFilterExpression(text, columns)).not.toThrow();
  });

  test.each(refused)('may not be $text', ({ text, because }) => {
    expect(() => checkFilterExpression(text, columns)).toThrow(because);
  });

  test('has at most 2048 characters', () => {
    const text = `name = '${'x'.repeat(2039)}'`;
    expect(text).toHaveLength(2048);
    expect(() => checkFilterExpression(text, columns)).not.toThrow();
    expect(() => checkFilterExpression(`${text} `, columns)).toThrow('2048');
  });
});
