import type { ProductTable } from '../product/product.ts';
import type { QualityCheck, QualityRule } from '../product/quality-rule.ts';

/** The rules of a table that stand at it, or at one of its columns, in the words of ODCS. */
export function rulesOf({ quality = [] }: ProductTable, column?: string) {
  const own = quality.filter((rule) => rule.column === column);
  return own.length === 0 ? {} : { quality: own.map(ruleOf) };
}

function ruleOf({ measure, bounds, check, column, severity, dimension, unit, schedule }: QualityRule) {
  const name = column === undefined ? measure : measure.slice(`${column}: `.length);
  return {
    name,
    ...(check === undefined ? { type: 'custom' } : checkOf(check)),
    ...(severity === undefined ? {} : { severity }),
    ...(dimension === undefined ? {} : { dimension }),
    ...(unit === undefined ? {} : { unit }),
    ...(schedule === undefined ? {} : { scheduler: 'cron', schedule }),
    ...bounds,
  };
}

function checkOf(check: QualityCheck) {
  switch (check.metric) {
    case 'sql':
      return { type: 'sql', query: check.query };
    case 'missingValues':
      return { metric: check.metric, arguments: { missingValues: check.values } };
    case 'invalidValues': {
      const valid = check.valid === undefined ? {} : { validValues: check.valid };
      return {
        metric: check.metric,
        arguments: { ...valid, ...(check.pattern === undefined ? {} : { pattern: check.pattern }) },
      };
    }
    case 'duplicateValues':
      return { metric: check.metric, arguments: { properties: check.columns } };
    default:
      return { metric: check.metric };
  }
}

/** The promises of tables that are measured by one of their columns. */
export function timePromisesOf(tables: readonly ProductTable[]) {
  return tables.flatMap(({ name, promises = [] }) =>
    promises.map(({ property, column, promised }) => {
      const [, value = '', unit] = /^(\S+)(?: (.+))?$/.exec(promised) ?? [];
      return { property, value: Number(value), ...(unit === undefined ? {} : { unit }), element: `${name}.${column}` };
    }),
  );
}
