import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { parseRowFilter, printForLakeFormation } from '#mesh/access/row-filter.ts';
import { column } from '../fixtures.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  /** What Lake Formation gets; absent for a filter that is refused. */
  readonly printed?: string;
  /** The codes of the problems. */
  readonly problems?: readonly string[];
}

const { columns, partitionKeys, cases } = parse(
  readFileSync(new URL('../../cases/row-filter/cases.yaml', import.meta.url), 'utf8'),
) as { columns: Record<string, string>; partitionKeys: Record<string, string>; cases: Case[] };
const COLUMNS = Object.entries(columns).map(([name, type]) => column(name, type));
const KEYS = Object.entries(partitionKeys).map(([name, type]) => column(name, type));

describe('row filters', () => {
  test.each(cases)('$name', ({ text, printed, problems = [] }) => {
    const result = parseRowFilter(text, COLUMNS, KEYS);
    expect(result.problems.map((problem) => problem.code)).toEqual(problems);
    expect(result.ok ? printForLakeFormation(result.value) : undefined).toBe(printed);
  });

  test('what is printed parses to what was parsed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases.flatMap(({ printed }) => printed ?? [])), (printed) => {
        const again = parseRowFilter(printed, COLUMNS, KEYS);
        expect(again.ok && printForLakeFormation(again.value)).toBe(printed);
      }),
    );
  });

  test('a text constant stays one constant, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        fc.pre(!/\p{Cc}/u.test(value));
        const text = `state = '${value.replaceAll("'", "''")}'`;
        const result = parseRowFilter(text, COLUMNS, KEYS);
        expect(result.ok && result.value).toEqual({
          kind: 'compare',
          column: ['state'],
          operator: '=',
          value: { kind: 'string', value },
        });
        expect(result.ok && printForLakeFormation(result.value)).toBe(text);
      }),
    );
  });

  test('a filter that is too long is refused', () => {
    const values = Array.from({ length: 500 }, (_, index) => `'value${index}'`).join(', ');
    const result = parseRowFilter(`state IN (${values})`, COLUMNS, KEYS);
    expect(result.problems.map((problem) => problem.code)).toEqual(['WEFT-FILTER-002']);
  });
});
