import { checkFilterExpression, type FilterColumn } from '#local/services/lake-formation/filter-expression.ts';
import { parseRowFilter, printForLakeFormation } from '#mesh/access/row-filter.ts';
import { printForDuckDb } from '#mesh/access/row-filter-duckdb.ts';
import { describeFilter, openDuckDbParser } from './duckdb-tree.ts';
import { COLUMNS, KEYS, seeded, someText } from './filters.ts';

export interface Fuzzed {
  readonly inputs: number;
  readonly accepted: number;
  /** What went wrong, each with its input; the first hundred. */
  readonly failures: readonly string[];
}

/** DuckDB is asked about that many expressions at once. */
const BATCH = 2_000;

/**
 * Gives a parser of filters as many inputs as asked, valid and hostile, always the same for a seed. What is accepted has to come back from its print as the very same tree, be
 * accepted by the model of Lake Formation, and be for DuckDB one boolean expression of just that tree, with the query around it as it was.
 */
export async function fuzzRowFilters(inputs: number, seed: number, onBatch?: (done: number) => void): Promise<Fuzzed> {
  const chance = seeded(seed);
  const duckdb = await openDuckDbParser();
  const local = new Map<string, FilterColumn>([
    ...COLUMNS.map(({ name, type }): [string, FilterColumn] => [name, { type, partition: false }]),
    ...KEYS.map(({ name, type }): [string, FilterColumn] => [name, { type, partition: true }]),
  ]);
  const failures: string[] = [];
  const fail = (text: string, what: string) => {
    if (failures.length < 100) failures.push(`${JSON.stringify(text)}: ${what}`);
  };
  let accepted = 0;
  let batch: { text: string; sql: string; wanted: string }[] = [];
  const flush = async () => {
    const read = await duckdb.read(batch.map(({ sql }) => sql));
    for (const [index, { text, sql, wanted }] of batch.entries()) {
      if (read[index] !== wanted) fail(text, `DuckDB reads ${sql} as ${read[index]}, not as ${wanted}`);
    }
    batch = [];
  };
  try {
    for (let input = 1; input <= inputs; input += 1) {
      const text = someText(chance);
      const parsed = parseRowFilter(text, COLUMNS, KEYS);
      if (parsed.ok) {
        accepted += 1;
        const printed = printForLakeFormation(parsed.value);
        const again = parseRowFilter(printed, COLUMNS, KEYS);
        const wanted = describeFilter(parsed.value);
        if (!again.ok || describeFilter(again.value) !== wanted) fail(text, `${printed} is read as something else`);
        try {
          checkFilterExpression(printed, local);
        } catch (error) {
          fail(
            text,
            `Lake Formation's model refuses ${printed}: ${error instanceof Error ? error.message : String(error)}`,
          );
        }
        batch.push({ text, sql: printForDuckDb(parsed.value), wanted });
      }
      if (batch.length >= BATCH) await flush();
      if (input % 50_000 === 0) onBatch?.(input);
    }
    await flush();
  } finally {
    duckdb.close();
  }
  return { inputs, accepted, failures };
}

/** `node test/fuzz/row-filters.ts [inputs] [seed]`: a million inputs of seed 1 unless told otherwise. */
if (process.argv[1] === import.meta.filename) {
  const [inputs = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
  if (![inputs, seed].every(Number.isInteger)) throw new Error('write whole numbers: npm run fuzz -- [inputs] [seed]');
  const started = performance.now();
  const { accepted, failures } = await fuzzRowFilters(inputs, seed, (done) => console.error(`${done} …`));
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${inputs} inputs of seed ${seed}: ${accepted} accepted, ${failures.length} went wrong, ${seconds} s`);
  for (const failure of failures) console.log(failure);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
