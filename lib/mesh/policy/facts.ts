import { sensitivity } from '../access/clearance.ts';
import type { ProductDraft } from '../contract/draft.ts';
import { type ProductColumn, type ProductRecord, type ProductTable, productId } from '../product/product.ts';
import type { ClassificationLadder } from '../topology/topology.ts';
import type { TypeAndId } from './cedar.ts';
import { isApplicationCopy, isChangeFeed, lacksUnit } from './design.ts';

/** A value as Cedar takes it. */
export type Fact =
  | { readonly __entity: TypeAndId }
  | { readonly __extn: { fn: string; arg: string } }
  | boolean
  | number
  | string
  | Fact[];

export type KnownProduct = ProductRecord | ProductDraft;

export const entity = (type: string, id: string): { __entity: TypeAndId } => ({
  __entity: { type: `Weft::${type}`, id },
});

/** A moment as Cedar takes it; the text is any that JavaScript reads. */
export const moment = (text: string): Fact => ({ __extn: { fn: 'datetime', arg: new Date(text).toISOString() } });

/** `<domain>/<product>/<table>.<column>`. */
export function columnEntity(product: KnownProduct, table: ProductTable, column: string): Fact {
  return entity('Column', `${productId(product)}/${table.name}.${column}`);
}

type Compute = (product: KnownProduct, ladder: ClassificationLadder) => Fact | undefined;

/** What policy may know of a product; each fact is worked out only when a policy reads it. `undefined`: the attribute is not there. */
export const PRODUCT_FACTS: Readonly<Record<string, Compute>> = {
  domain: ({ domain }) => entity('Domain', domain),
  name: ({ name }) => name,
  version: ({ version }) => version,
  major: ({ major }) => major,
  state: (product) => ('draftState' in product ? product.draftState : product.state),
  title: ({ title }) => title ?? '',
  description: ({ description }) => description.trim(),
  owner: ({ owner }) => owner.trim(),
  contact: ({ contact }) => (contact ?? '').trim(),
  tags: ({ tags }) => [...tags],
  ports: ({ ports }) => [...ports],
  classification: ({ classification }) => classification,
  level: ({ classification }, ladder) => ladder.indexOf(classification),
  sla: ({ sla }) => Object.keys(sla ?? {}).filter((name) => name !== 'retention'),
  retention: ({ sla }) => (sla?.retention === undefined ? undefined : String(sla.retention)),
  tables: ({ tables }) => tables.map(({ name }) => name),
  columns: (product) => pick(product, () => true),
  personal: (product) => pick(product, (column) => column.personal === true),
  unclassified: (product, ladder) =>
    pick(product, (column, table) => sensitivity(column, table, ladder) === ladder.length),
  aboveLowest: (product, ladder) => pick(product, (column, table) => sensitivity(column, table, ladder) > 0),
  undescribed: (product) => pick(product, (column) => (column.description ?? '').trim() === ''),
  unitless: (product) => pick(product, lacksUnit),
  oddNames: (product) => pick(product, ({ name }) => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)),
  keyless: ({ tables }) =>
    tables.filter(({ primaryKey, view }) => primaryKey === undefined && view === undefined).map(({ name }) => name),
  unchecked: ({ tables }) =>
    tables.filter(({ quality, view }) => (quality ?? []).length === 0 && view === undefined).map(({ name }) => name),
  underived: ({ tables }) =>
    tables.filter(({ derived, view }) => derived !== true && view === undefined).map(({ name }) => name),
  changeFeeds: ({ tables }) => tables.filter(isChangeFeed).map(({ name }) => name),
  applicationCopies: ({ tables }) => tables.filter(isApplicationCopy).map(({ name }) => name),
  quarantined: (product) => 'quarantine' in product && product.quarantine !== undefined,
};

function pick(product: KnownProduct, wanted: (column: ProductColumn, table: ProductTable) => boolean): Fact[] {
  return product.tables.flatMap((table) =>
    [...table.columns, ...table.partitionKeys]
      .filter((column) => wanted(column, table))
      .map((column) => columnEntity(product, table, column.name)),
  );
}

/** A fact as people read it: a column by table and name, a list in its order, a moment as ISO 8601. */
export function printed(fact: unknown): string {
  if (Array.isArray(fact)) return fact.map(printed).join(', ');
  if (typeof fact !== 'object' || fact === null) return String(fact);
  const { __entity: named, __extn: call } = fact as { __entity?: TypeAndId; __extn?: { arg: string } };
  if (call !== undefined) return call.arg;
  if (named === undefined) return '';
  return named.type === 'Weft::Column' ? named.id.slice(named.id.lastIndexOf('/') + 1) : named.id;
}
