import type { ColumnLineage } from './column-lineage.ts';
import type { Input } from './transformation.ts';

/** Something that nobody can tell: of one column that was written, or of all its rows. */
export interface Untold {
  readonly column?: string;
  readonly reason: string;
}

/** Where the columns of a table come from that a statement wrote. */
export interface Written {
  readonly columns: Readonly<Record<string, readonly Input[]>>;
  readonly dataset: readonly Input[];
  readonly unknown: readonly Untold[];
}

/**
 * What a SELECT shows, as the columns of the table that it wrote: by name where it shows them all, else by their order where it shows as many. A column
 * that neither finds is unknown.
 */
export function onto(names: readonly string[], { columns, dataset, open }: ColumnLineage): Written {
  const wanted = names.map((name) => name.toLowerCase());
  const shown = new Map(columns.map((column) => [column.name, column]));
  const byName = wanted.every((name) => shown.has(name)) || open.length > 0 || columns.length !== wanted.length;
  const found = wanted.map((name, index) => [name, byName ? shown.get(name) : columns[index]] as const);
  const missing =
    open.length > 0
      ? `the columns of ${open.map((table) => `\`${table}\``).join(', ')} are not known, and \`*\` shows them all`
      : 'the SELECT shows no column of that name';
  return {
    columns: Object.fromEntries(found.map(([name, column]) => [name, column?.inputs ?? []])),
    dataset: dataset.inputs,
    unknown: [
      ...found.flatMap(([column, field]) => (field?.unknown ?? [missing]).map((reason) => ({ column, reason }))),
      ...dataset.unknown.map((reason) => ({ reason })),
    ],
  };
}
