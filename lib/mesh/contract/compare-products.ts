import type { ProductColumn, ProductRecord, ProductTable } from '../product/product.ts';
import type { ClassificationLadder } from '../topology/topology.ts';
import { compareQuality } from './compare-quality.ts';
import { compareSla } from './compare-sla.ts';
import { compareInternals, compareViews, openTables } from './compare-views.ts';
import { compareTables } from './compatibility.ts';
import { judged, type SchemaChange } from './compatibility-rules.ts';

/** What of a product its consumers rely on. */
export type ProductShape = Pick<
  ProductRecord,
  'title' | 'description' | 'owner' | 'contact' | 'tags' | 'ports' | 'tables' | 'sla'
>;

/** Every difference between two versions of a product, judged by its rule: ports, tables, promises, and what people read. */
export function compareProducts(
  before: ProductShape,
  after: ProductShape,
  ladder: ClassificationLadder,
): SchemaChange[] {
  const [old, next] = [openTables(before.tables), openTables(after.tables)];
  const gone = old.filter(({ name }) => tableNamed(next, name) === undefined);
  const come = next.filter(({ name }) => tableNamed(old, name) === undefined);
  return [
    ...before.ports
      .filter((port) => !after.ports.includes(port))
      .map((port) => judged('port-removed', `the output port "${port}" is removed`, { kind: 'removed' })),
    ...after.ports
      .filter((port) => !before.ports.includes(port))
      .map((port) => judged('port-added', `the output port "${port}" is added`, { kind: 'added' })),
    ...gone.map(({ name }) =>
      judged('table-removed', `the table "${name}" is removed`, { kind: 'removed', table: name }),
    ),
    ...old.flatMap((table) => {
      const same = tableNamed(next, table.name);
      return same === undefined ? [] : compareWholeTables(table, same, ladder);
    }),
    ...compareInternals(before.tables, after.tables),
    ...come.map(({ name }) => judged('table-added', `the table "${name}" is added`, { kind: 'added', table: name })),
    ...compareSla(before.sla, after.sla),
    ...compareTexts(before, after),
  ];
}

function tableNamed(tables: readonly ProductTable[], name: string): ProductTable | undefined {
  return tables.find((table) => table.name === name);
}

function compareWholeTables(before: ProductTable, after: ProductTable, ladder: ClassificationLadder): SchemaChange[] {
  const table = before.name;
  const isView = before.view !== undefined || after.view !== undefined;
  // A view has no files: of its shape only the columns count.
  const files = { location: '', format: 'parquet' as const };
  const compared = isView
    ? compareTables({ ...before, ...files }, { ...after, ...files })
    : compareTables(before, after);
  const changes = compared.map((change): SchemaChange => ({ ...change, table }));
  changes.push(...compareViews(before, after));
  for (const column of [...before.columns, ...before.partitionKeys]) {
    const next = [...after.columns, ...after.partitionKeys].find(({ name }) => name === column.name);
    if (next !== undefined) changes.push(...comparePromises(before, column, after, next, ladder));
  }
  changes.push(...compareKeys(before, after), ...compareQuality(table, before.quality, after.quality));
  const dialects = [before, after].map(({ delimiter = ',', header = false, quote = '' }) =>
    JSON.stringify({ delimiter, header, quote }),
  );
  if (!isView && before.format === 'csv' && after.format === 'csv' && dialects[0] !== dialects[1]) {
    changes.push(judged('dialect-changed', `CSV files change from ${dialects[0]} to ${dialects[1]}`, { table }));
  }
  const sources = [before, after].map(({ source }) => `${source.database}.${source.table}`);
  if (!isView && sources[0] !== sources[1]) {
    changes.push(judged('source-changed', `it follows ${sources[1]} in place of ${sources[0]}`, { table }));
  }
  if (before.description !== after.description) {
    changes.push(judged('text-changed', `the description of the table "${table}" changes`, { table }));
  }
  return changes;
}

/** What a contract promises of a column that both have. */
function comparePromises(
  inBefore: ProductTable,
  before: ProductColumn,
  inAfter: ProductTable,
  after: ProductColumn,
  ladder: ClassificationLadder,
): SchemaChange[] {
  const where = { table: inBefore.name, column: before.name };
  const changes: SchemaChange[] = [];
  if (before.required === true && after.required !== true) {
    changes.push(judged('nullability-loosened', `the column "${before.name}" is no longer required`, where));
  }
  if (before.required !== true && after.required === true) {
    changes.push(judged('nullability-tightened', `the column "${before.name}" becomes required`, where));
  }
  const [old, next] = [levelOf(inBefore, before, ladder), levelOf(inAfter, after, ladder)];
  if (old.position !== next.position) {
    const rule = next.position > old.position ? 'classification-raised' : 'classification-lowered';
    changes.push(judged(rule, `the column "${before.name}" changes from ${old.name} to ${next.name}`, where));
  }
  if (before.description !== after.description) {
    changes.push(judged('text-changed', `the description of the column "${before.name}" changes`, where));
  }
  return changes;
}

/** A column that nobody has classified counts as above every level. */
function levelOf(table: ProductTable, column: ProductColumn, ladder: ClassificationLadder) {
  const name = column.classification ?? table.defaultClassification;
  return name === undefined
    ? { name: 'unclassified', position: ladder.length }
    : { name, position: ladder.indexOf(name) };
}

function compareKeys(before: ProductTable, after: ProductTable): SchemaChange[] {
  const table = before.name;
  const [old, next] = [before, after].map(({ primaryKey = [] }) => primaryKey.join(', '));
  if (old === next) return [];
  if (old === '') return [judged('key-added', `the table "${table}" gets the primary key (${next})`, { table })];
  const message = `the primary key of "${table}" changes from (${old}) to ${next === '' ? 'none' : `(${next})`}`;
  return [judged('key-changed', message, { table })];
}

function compareTexts(before: ProductShape, after: ProductShape): SchemaChange[] {
  const texts = (['title', 'description'] as const)
    .filter((what) => before[what] !== after[what])
    .map((what) => judged('text-changed', `the ${what} changes`));
  if ([...before.tags].toSorted().join('\n') !== [...after.tags].toSorted().join('\n')) {
    texts.push(judged('text-changed', `the tags change from ${before.tags.join(', ')} to ${after.tags.join(', ')}`));
  }
  const people = (['owner', 'contact'] as const)
    .filter((what) => before[what] !== after[what])
    .map((what) =>
      judged('owner-changed', `the ${what} changes from ${before[what] ?? 'nobody'} to ${after[what] ?? 'nobody'}`),
    );
  return [...texts, ...people];
}
