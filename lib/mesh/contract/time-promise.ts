import { durationOf } from '../product/duration.ts';
import type { ProductTable } from '../product/product.ts';
import { TIME_PROMISES, type TimePromise } from '../product/quality-rule.ts';
import { isText } from '../sql/literal.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';

/** The table with the promises of its age that name one of its columns in their `element`: `<table>.<column>`, or the column alone. */
export function timedTable(table: ProductTable, levels: readonly YamlView[], findings: Findings): ProductTable {
  if (table.view !== undefined) return table;
  const promises = levels.flatMap((level): TimePromise[] => {
    const property = TIME_PROMISES.find((name) => name === level.text('property'));
    const promised = [level.text('value'), level.text('unit')].filter((part) => part !== undefined).join(' ');
    if (property === undefined || durationOf(promised) === undefined) return [];
    return elementsOf(level, table).flatMap((name): TimePromise[] => {
      const column = [...table.columns, ...table.partitionKeys].find((candidate) => candidate.name === name);
      if (column === undefined) return [];
      if (/^(?:date|timestamp)$/i.test(column.type) || isText(column.type))
        return [{ property, column: name, promised }];
      const place = (level.get('element') ?? level).place;
      const fix = 'name a column that holds a time or a date';
      findings.warning(79, place, `${property} cannot be measured by "${name}", which is ${column.type}`, fix);
      return [];
    });
  });
  return promises.length === 0 ? table : { ...table, promises };
}

function elementsOf(level: YamlView, table: ProductTable): string[] {
  return (level.text('element') ?? '').split(',').flatMap((element) => {
    const [first = '', column] = element.trim().toLowerCase().split('.');
    if (column === undefined) return first === '' ? [] : [first];
    return first === table.name ? [column] : [];
  });
}
