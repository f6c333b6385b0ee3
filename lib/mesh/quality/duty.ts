import { ownValue } from '../own-value.ts';
import { isPublished } from '../product/life.ts';
import type { ProductRecord, ProductTable } from '../product/product.ts';
import type { QualityRule, TimePromise } from '../product/quality-rule.ts';
import { isDue } from './schedule.ts';

/** How long the contract keeps a table, by the column that says how old its rows are. */
export interface KeptPromise {
  readonly column: string;
  readonly promised: string;
}

/** A table that a domain measures in its own catalog. */
export interface TableQuality {
  readonly name: string;
  readonly source: { readonly database: string; readonly table: string };
  /** Name and type in Glue's notation of the columns that something is measured of. */
  readonly types: Readonly<Record<string, string>>;
  /** Those only that can be measured. */
  readonly rules: readonly QualityRule[];
  readonly promises: readonly TimePromise[];
  readonly kept?: KeptPromise;
  /** ISO 8601: the newest data that was reported. */
  readonly delivered?: string;
  /** Its time has come, whether data came or not. */
  readonly due: boolean;
}

/** What a domain measures of one version of a product. */
export interface QualityDuty {
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  readonly tables: readonly TableQuality[];
}

/** True when something of the table is measured that an event of new data waits for. */
export function isMeasured({ view, quality = [] }: Pick<ProductTable, 'view' | 'quality'>): boolean {
  return view === undefined && quality.some(({ check }) => check !== undefined);
}

/** What a domain has to measure, of its own published products. */
export function qualityDuties(products: readonly ProductRecord[], now: Date): QualityDuty[] {
  return products.filter(isPublished).flatMap((product) => {
    const tables = product.tables.flatMap((table) => tableDuty(product, table, now) ?? []);
    const { domain, name, major } = product;
    return tables.length === 0 ? [] : [{ domain, product: name, major, tables }];
  });
}

function tableDuty(product: ProductRecord, table: ProductTable, now: Date): TableQuality | undefined {
  if (table.view !== undefined) return undefined;
  const rules = (table.quality ?? []).filter(({ check }) => check !== undefined);
  const { promises = [], agesBy } = table;
  const written = table.keptFor ?? product.sla?.retention;
  const held = (product.holds ?? []).length > 0;
  const kept =
    agesBy === undefined || written === undefined || held ? undefined : { column: agesBy, promised: String(written) };
  if (rules.length === 0 && promises.length === 0 && kept === undefined) return undefined;
  const delivered = ownValue(product.status.delivered, table.name);
  const used = new Set([...rules.flatMap(columnsOf), ...promises.map(({ column }) => column), kept?.column]);
  const columns = [...table.columns, ...table.partitionKeys].filter(({ name }) => used.has(name));
  const last = ownValue(product.status.measured?.tables, table.name)?.at;
  return {
    name: table.name,
    source: table.source,
    types: Object.fromEntries(columns.map(({ name, type }) => [name, type])),
    rules,
    promises,
    ...(kept === undefined ? {} : { kept }),
    ...(delivered === undefined ? {} : { delivered }),
    due: isDue(
      rules.flatMap(({ schedule }) => schedule ?? []),
      last,
      now,
    ),
  };
}

function columnsOf({ column, check }: QualityRule): string[] {
  return [...(column === undefined ? [] : [column]), ...(check?.metric === 'duplicateValues' ? check.columns : [])];
}
