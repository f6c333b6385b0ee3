import { athenaFailure } from './engine/failure.ts';
import { columnInfo, format } from './engine/format.ts';
import type { Engine } from './engine/instance.ts';
import type { Outcome } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { Row } from './results.ts';
import type { Output } from './sql/gate.ts';
import { tokenize } from './sql/lexer.ts';

/** Runs a planned query to its end and gives its rows as Athena prints them. */
export async function runSelect(engine: Engine, plan: Plan, sql: string): Promise<Outcome> {
  try {
    const result = await engine.connection.stream(plan.text);
    const types = result.columnTypes();
    const names = outputNames(result.columnNames(), plan.outputs);
    const columns = types.map((type, index) => columnInfo(names[index] ?? '', type));
    const rows: Row[] = [];
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) break;
      for (const row of chunk.getRows())
        rows.push(
          row.map((value, index) => {
            const type = types[index];
            return type === undefined ? undefined : format(value, type);
          }),
        );
    }
    return { columns, rows, format: 'csv', bytes: plan.bytes, fetched: plan.fetched };
  } catch (error) {
    throw athenaFailure(error, tokenize(sql));
  }
}

/** Athena calls a column without a name `_col0` by its place, and folds names to lower case. */
function outputNames(names: readonly string[], outputs: readonly Output[]): string[] {
  const star = outputs.indexOf('star');
  return names.map((name, index) => {
    const fromEnd = outputs.length - (names.length - index);
    const output =
      star < 0 || index < star ? outputs[index] : fromEnd > outputs.lastIndexOf('star') ? outputs[fromEnd] : 'star';
    return output === 'unnamed' || (outputs.length === 0 && /^col\d+$/.test(name))
      ? `_col${index}`
      : name.toLowerCase();
  });
}
