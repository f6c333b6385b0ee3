import type { CellsFilter, Grant } from '#mesh/access/grant.ts';
import type { ProductTable } from '#mesh/product/product.ts';

/** What a principal can read of a table: for each row filter (or all rows, `''`) the columns. */
export type Reach = ReadonlyMap<string, ReadonlySet<string>>;

/** Lake Formation's rules, written down a second time: what a principal's grants show of a table. */
export function reach(
  principal: string,
  table: ProductTable,
  grants: readonly Grant[],
  filters: readonly CellsFilter[],
): Reach {
  const every = [...table.columns, ...table.partitionKeys].map((entry) => entry.name);
  const cells = new Map<string, Set<string>>();
  const show = (rows: string, columns: readonly string[]) =>
    cells.set(rows, new Set([...(cells.get(rows) ?? []), ...columns]));
  for (const { resource, permissions } of grants.filter((grant) => grant.principal === principal)) {
    if (!permissions.includes('SELECT') || !('table' in resource)) continue;
    if (resource.table !== '*' && resource.table !== table.name) continue;
    if (resource.kind === 'columns') {
      show(
        '',
        resource.columns === '*' ? every.filter((name) => !resource.excluded?.includes(name)) : resource.columns,
      );
    }
    if (resource.kind === 'filter') {
      const filter = filters.find((entry) => entry.table === resource.table && entry.name === resource.name);
      if (filter === undefined) throw new Error(`no filter ${resource.name} on ${resource.table}`);
      show(filter.rows ?? '', filter.columns === '*' ? every : filter.columns);
    }
  }
  return cells;
}

/** True when everything that `inner` shows is shown by `outer`; all rows contain any rows. */
export function within(inner: Reach, outer: Reach): boolean {
  return [...inner].every(([rows, columns]) =>
    [...columns].every((name) => outer.get(rows)?.has(name) === true || outer.get('')?.has(name) === true),
  );
}
