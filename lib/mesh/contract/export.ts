import type { ProductColumn, ProductRecord, ProductTable } from '../product/product.ts';
import { rulesOf, timePromisesOf } from './export-quality.ts';
import { fromGlueType } from './from-glue.ts';
import type { CustomProperty } from './standard/common.ts';
import type { OdcsContract, OdcsObject, OdcsProperty } from './standard/odcs.ts';
import type { OdpsProduct } from './standard/odps.ts';
import { DEFAULT_MASK_KEEP, DEFAULT_MASK_KEY } from './view.ts';

/** What of a version's record its documents are made from. */
export type Exportable = Omit<ProductRecord, 'generation' | 'revision' | 'change' | 'createdAt' | 'status'>;

/** The documents of a published version in the open standards. */
export interface Exported {
  readonly product: OdpsProduct;
  readonly contracts: readonly OdcsContract[];
}

/** What the mesh knows of a version in the words of ODPS v1.0.0 and ODCS v3.1.0: published again, they say the same. */
export function exportProduct(product: Exportable, mesh: string, account: string): Exported {
  const { domain, name, version, description, owner, contact, tags, ports, tables } = product;
  const id = `${mesh}.${domain}.${name}.v${product.major}`;
  const status = product.state;
  const groups = [...Map.groupBy(tables, ({ source, format }) => `${source.database}\n${format}`).values()];
  const contracts = groups.map(
    (group, index): OdcsContract => ({
      apiVersion: 'v3.1.0',
      kind: 'DataContract',
      id: `${id}.contract${index === 0 ? '' : `-${index + 1}`}`,
      name,
      version,
      status,
      domain,
      dataProduct: name,
      description: { purpose: description },
      servers: [serverOf(group, account)],
      schema: group.map(objectOf),
      // Promises are of the product: they stand in its first contract.
      slaProperties: [...(index === 0 ? promisesOf(product) : []), ...timePromisesOf(group), ...agesOf(group)],
    }),
  );
  return {
    product: {
      apiVersion: 'v1.0.0',
      kind: 'DataProduct',
      id,
      name,
      version,
      status,
      domain,
      description: { purpose: description },
      ...(tags.length === 0 ? {} : { tags: [...tags] }),
      ...custom({
        'weft.title': product.title,
        'weft.sunset': product.deprecation?.sunset,
        'weft.kpis': product.kpis,
        'weft.holdBack': product.holdBack,
      }),
      team: { name: domain, members: [{ username: owner, role: 'owner' }] },
      ...(contact === undefined ? {} : { support: [{ channel: 'contact', url: contact }] }),
      outputPorts: contracts.flatMap(({ id: contractId }, index) =>
        ports.map((type) => ({
          name: index === 0 ? type : `${type}-${index + 1}`,
          type,
          version,
          contractId: contractId ?? '',
        })),
      ),
    },
    contracts,
  };
}

function serverOf(tables: readonly ProductTable[], account: string) {
  const [first] = tables;
  const { source, format, location } = tables.find(({ view }) => view === undefined) ?? (first as ProductTable);
  return { server: 'lake', type: 'glue', account, database: source.database, location, format };
}

function objectOf(table: ProductTable): OdcsObject {
  const { columns, partitionKeys, view } = table;
  const keys = partitionKeys.map((column, index) => ({
    ...propertyOf(column, table),
    partitioned: true,
    partitionKeyPosition: index + 1,
  }));
  return {
    name: table.name,
    physicalName: table.name,
    physicalType: view === undefined ? 'table' : 'view',
    ...(table.description === undefined ? {} : { description: table.description }),
    ...custom({
      'weft.location': view === undefined ? table.location : undefined,
      'weft.classification': table.defaultClassification,
      'weft.delimiter': table.delimiter === '\t' ? '\\t' : table.delimiter,
      'weft.quote': table.quote,
      'weft.header': table.header,
      'weft.derivedFrom': origins(table),
      'weft.aggregated': table.aggregated,
      'weft.internal': table.internal,
      'weft.view': view?.table,
      'weft.mask.key': view === undefined || view.maskKey === DEFAULT_MASK_KEY ? undefined : view.maskKey,
    }),
    ...rulesOf(table),
    properties: [...columns.map((column) => propertyOf(column, table)), ...keys],
  };
}

function propertyOf(column: ProductColumn, table: ProductTable): OdcsProperty {
  const { name, type, shows, madeFrom } = column;
  const position = (table.primaryKey ?? []).indexOf(name) + 1;
  const masked = shows !== undefined && shows.mask !== 'clear';
  return {
    name,
    ...fromGlueType(type),
    ...(column.required === true ? { required: true } : {}),
    ...(position === 0 ? {} : { primaryKey: true, primaryKeyPosition: position }),
    ...(column.classification === undefined ? {} : { classification: column.classification }),
    ...(column.description === undefined ? {} : { description: column.description }),
    ...(madeFrom === undefined ? {} : { transformSourceObjects: [...madeFrom] }),
    ...rulesOf(table, name),
    ...custom({
      'weft.personal': column.personal,
      'weft.unit': column.unit,
      'weft.semantics': column.semantics,
      'weft.projection': column.projection,
      'weft.column': shows === undefined || shows.column === name ? undefined : shows.column,
      'weft.mask': masked ? shows.mask : undefined,
      'weft.mask.keep': shows?.keep === undefined || shows.keep === DEFAULT_MASK_KEEP ? undefined : shows.keep,
    }),
  };
}

/** What a table is made of as a whole: what its columns say of themselves stays with them. */
function origins({ derived, madeFrom, madeOf, columns, partitionKeys, source }: ProductTable) {
  if (derived !== true || madeFrom !== undefined) return madeFrom;
  const said = [...columns, ...partitionKeys].some((column) => column.madeFrom !== undefined);
  return said ? undefined : (madeOf ?? source.table);
}

/** Those that say something. */
function custom(values: Readonly<Record<string, unknown>>): { customProperties?: CustomProperty[] } {
  const said = Object.entries(values).filter(([, value]) => value !== undefined);
  return said.length === 0 ? {} : { customProperties: said.map(([property, value]) => ({ property, value })) };
}

function promisesOf({ sla = {} }: Exportable) {
  return Object.entries(sla).map(([property, promised]) => {
    const [, value = '', unit] = /^(\S+) (.+)$/.exec(String(promised)) ?? [];
    if (unit === undefined) return { property, value: promised };
    return { property, value: plain(value), unit };
  });
}

/** A number where it is written as numbers are, so that it is read again as the same. */
function plain(value: string): string | number {
  return String(Number(value)) === value ? Number(value) : value;
}

/** How long single tables are kept, and by which column that is counted. */
function agesOf(tables: readonly ProductTable[]) {
  return tables.flatMap(({ name, agesBy, keptFor }) => {
    if (agesBy === undefined && keptFor === undefined) return [];
    const [, value = '', unit] = /^(\S+)(?: (.+))?$/.exec(keptFor ?? '') ?? [];
    const element = agesBy === undefined ? name : `${name}.${agesBy}`;
    const said = { ...(value === '' ? {} : { value: plain(value) }), ...(unit === undefined ? {} : { unit }) };
    return [{ property: 'retention', ...said, element }];
  });
}
