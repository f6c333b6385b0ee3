import type { ProductTable } from '../product/product.ts';
import type { YamlView } from '../yaml/view.ts';

/** The table with the column that its retention counts by, and its own period, where a slaProperty `retention` names them in its `element`. */
export function agedTable(table: ProductTable, levels: readonly YamlView[]): ProductTable {
  if (table.view !== undefined) return table;
  for (const level of levels) {
    if (level.text('property') !== 'retention') continue;
    const value = level.get('value')?.scalar;
    const unit = level.text('unit');
    for (const element of (level.text('element') ?? '').split(',').map((text) => text.trim().toLowerCase())) {
      const [first = '', column] = element.split('.');
      const byName = first === table.name;
      if (element === '' || (column !== undefined && !byName)) continue;
      const counted = column ?? (byName ? undefined : first);
      const known = [...table.columns, ...table.partitionKeys].some(({ name }) => name === counted);
      if (!byName && !known) continue;
      return {
        ...table,
        ...(counted === undefined ? {} : { agesBy: counted }),
        ...(value === undefined ? {} : { keptFor: unit === undefined ? String(value) : `${value} ${unit}` }),
      };
    }
  }
  return table;
}
