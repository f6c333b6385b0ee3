import { checkFilterExpression, type FilterColumn } from '#local/services/lake-formation/filter-expression.ts';
import { parseRowFilter, printForLakeFormation } from '#mesh/access/row-filter.ts';
import { printForDuckDb } from '#mesh/access/row-filter-duckdb.ts';
import type { Bench, Target, Verdict } from '../target.ts';
import { describeFilter, openDuckDbParser } from './duckdb-tree.ts';
import { COLUMNS, KEYS, someText } from './filter-texts.ts';

/** Row filters. */
export const target: Target = {
  name: 'filters',
  what: 'a row filter that is accepted comes back from its print as the very same tree, is accepted by the model of Lake Formation, and is one boolean expression of just that tree for DuckDB',
  suffix: 'txt',
  batch: 2_000,
  inputs: 1_000_000,
  make: someText,
  open,
};

async function open(): Promise<Bench> {
  const duckdb = await openDuckDbParser();
  const local = new Map<string, FilterColumn>([
    ...COLUMNS.map(({ name, type }): [string, FilterColumn] => [name, { type, partition: false }]),
    ...KEYS.map(({ name, type }): [string, FilterColumn] => [name, { type, partition: true }]),
  ]);
  return {
    async judge(inputs) {
      const asked: { at: number; sql: string; wanted: string }[] = [];
      const verdicts = inputs.map((text, at): Verdict => {
        const parsed = parseRowFilter(text, COLUMNS, KEYS);
        if (!parsed.ok) return 'refused';
        const printed = printForLakeFormation(parsed.value);
        const again = parseRowFilter(printed, COLUMNS, KEYS);
        const wanted = describeFilter(parsed.value);
        if (!again.ok || describeFilter(again.value) !== wanted)
          return { wrong: `${printed} is read as something else` };
        try {
          checkFilterExpression(printed, local);
        } catch (error) {
          return {
            wrong: `Lake Formation's model refuses ${printed}: ${error instanceof Error ? error.message : error}`,
          };
        }
        asked.push({ at, sql: printForDuckDb(parsed.value), wanted });
        return 'accepted';
      });
      const read = await duckdb.read(asked.map(({ sql }) => sql));
      for (const [index, { at, sql, wanted }] of asked.entries()) {
        if (read[index] !== wanted) verdicts[at] = { wrong: `DuckDB reads ${sql} as ${read[index]}, not as ${wanted}` };
      }
      return verdicts;
    },
    close: () => duckdb.close(),
  };
}
