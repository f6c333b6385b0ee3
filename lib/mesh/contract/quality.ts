import type { QualityRule } from '../product/product.ts';
import type { YamlView } from '../yaml/view.ts';

/** The operators of ODCS's quality rules. */
const OPERATORS = [
  'mustBe',
  'mustNotBe',
  'mustBeGreaterThan',
  'mustBeGreaterOrEqualTo',
  'mustBeLessThan',
  'mustBeLessOrEqualTo',
  'mustBeBetween',
  'mustNotBeBetween',
] as const;

/** The quality rules of a table and of its columns. */
export function readQuality(table: YamlView): QualityRule[] {
  const own = table.list('quality').flatMap((rule) => readRule(rule, ''));
  const columns = table.list('properties').flatMap((property) => {
    const name = (property.text('physicalName') ?? property.text('name') ?? '').toLowerCase();
    return property.list('quality').flatMap((rule) => readRule(rule, `${name}: `));
  });
  return [...own, ...columns];
}

/** A rule of type `text` is prose for people: nothing can be measured by it. */
function readRule(rule: YamlView, prefix: string): QualityRule[] {
  const what =
    rule.text('name') ??
    rule.text('metric') ??
    rule.text('rule') ??
    rule.text('query') ??
    rule.text('implementation') ??
    rule.text('engine');
  if (what === undefined || rule.text('type') === 'text') return [];
  const bounds: Record<string, string | number | readonly number[]> = {};
  for (const operator of OPERATORS) {
    const value = rule.get(operator);
    if (value?.kind === 'list') bounds[operator] = value.items.map((item) => Number(item.scalar));
    else if (typeof value?.scalar === 'number') bounds[operator] = value.scalar;
    else if (value !== undefined) bounds[operator] = value.written ?? '';
  }
  return [{ measure: `${prefix}${what}`, bounds }];
}

/** The columns of a table's primary key, by `primaryKeyPosition`. */
export function readPrimaryKey(table: YamlView): string[] {
  return table
    .list('properties')
    .filter((property) => property.get('primaryKey')?.scalar === true)
    .map((property, index) => ({
      name: (property.text('physicalName') ?? property.text('name') ?? '').toLowerCase(),
      position: positionOf(property) ?? Number.MAX_SAFE_INTEGER - 10_000 + index,
    }))
    .toSorted((a, b) => a.position - b.position)
    .map(({ name }) => name);
}

function positionOf(property: YamlView): number | undefined {
  const position = Number(property.text('primaryKeyPosition') ?? Number.NaN);
  return Number.isInteger(position) && position > 0 ? position : undefined;
}
