import type { ProductDraft } from '../contract/draft.ts';
import type { TableInputLike } from '../contract/glue-table.ts';
import { serdeOf } from '../contract/serde.ts';
import type { ProductTable } from '../product/product.ts';
import { parsePeriod } from '../retention/period.ts';
import type { LandingColumn, LandingTable, Pipeline } from './pipeline.ts';
import { allColumns } from './statements.ts';

type Products = readonly Pick<ProductDraft, 'name' | 'tables' | 'sla'>[];

/** The columns of a raw table: its own, or those of the table that its files are for. Undefined where neither is known. */
export function landingColumns(
  landing: LandingTable,
  pipeline: Pipeline,
  products: Products,
): readonly LandingColumn[] | undefined {
  if (landing.columns !== undefined) return landing.columns;
  const [table] = readersOf(landing, pipeline, products).map(({ table }) => table);
  if (table === undefined) return undefined;
  // What is written as text comes as text: what is no value of its column's type is to be seen, not lost.
  return allColumns(table).map(({ name, type }) => ({ name, type: landing.format === 'parquet' ? type : 'string' }));
}

/** A raw table as Glue shall have it. */
export function landingTable(landing: LandingTable, columns: readonly LandingColumn[], bucket: string): TableInputLike {
  return {
    Name: landing.name,
    Description: `Files as they came to ${landing.files}`,
    TableType: 'EXTERNAL_TABLE',
    Parameters: {
      EXTERNAL: 'TRUE',
      classification: landing.format,
      ...(landing.header === true ? { 'skip.header.line.count': '1' } : {}),
    },
    PartitionKeys: [],
    StorageDescriptor: {
      Columns: columns.map(({ name, type }) => ({ Name: name, Type: type })),
      Location: `s3://${bucket}/${landing.files}`,
      ...serdeOf(landing),
    },
  };
}

/** Days after which a file that landed goes: those of the shortest promise of the tables that are made of it. Undefined where none is made. */
export function landingDays(landing: LandingTable, pipeline: Pipeline, products: Products): number | undefined {
  const days = readersOf(landing, pipeline, products).flatMap(({ table, product }) => {
    const period = parsePeriod(table.keptFor ?? product.sla?.retention);
    if (period === undefined) return [];
    const length = { day: 1, month: 28, year: 365 }[period.unit];
    return [period.count * length];
  });
  return days.length === 0 ? undefined : Math.min(...days);
}

function readersOf(
  { files }: LandingTable,
  { steps }: Pipeline,
  products: Products,
): { readonly product: Products[number]; readonly table: ProductTable }[] {
  return steps.flatMap((step) => {
    if (!('files' in step.on) || !step.on.files.startsWith(files)) return [];
    const product = products.find(({ name }) => name === step.product);
    const table = product?.tables.find(({ name }) => name === step.table);
    return product === undefined || table === undefined ? [] : [{ product, table }];
  });
}
