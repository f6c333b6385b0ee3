import { statSync } from 'node:fs';
import { literal } from '../relation/glue-type.ts';
import type { ParquetSchema } from '../relation/source.ts';
import type { Engine } from './instance.ts';

type Columns = ReadonlyMap<string, { name: string; type: string }>;

/** Columns of Parquet files, read once for each state of the files. */
export class ParquetSchemas {
  readonly #known = new Map<string, Columns>();

  with(engine: Engine): ParquetSchema {
    return async (paths) => {
      const key = paths.map((path) => `${path} ${statSync(path).mtimeMs} ${statSync(path).size}`).join('\n');
      const known = this.#known.get(key) ?? (await describe(engine, paths));
      if (this.#known.size > 500) this.#known.clear();
      this.#known.set(key, known);
      return known;
    };
  }
}

async function describe(engine: Engine, paths: readonly string[]): Promise<Columns> {
  const files = paths.map(literal).join(', ');
  const options = `union_by_name = ${paths.length > 1}, hive_partitioning = false`;
  const reader = await engine.connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet([${files}], ${options})`);
  return new Map(
    reader.getRowObjects().map((row) => {
      const name = String(row.column_name);
      return [name.toLowerCase(), { name, type: String(row.column_type) }];
    }),
  );
}
