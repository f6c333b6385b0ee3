import { isPublished } from '../product/life.ts';
import { type ProductRecord, type ProductTable, productId } from '../product/product.ts';
import { databaseName } from '../topology/names.ts';
import { type Basis, basisOf } from './basis.ts';
import { type Hold, holdsOn } from './hold.ts';
import { comparePeriods, type Period, parsePeriod } from './period.ts';
import type { Announcement, Obstacle } from './status.ts';

/** One table of a domain that has an end for its data. */
export interface TableDuty {
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  readonly table: string;
  /** `s3://bucket/prefix/` */
  readonly location: string;
  /** Locations of other tables below it: what is there is theirs. */
  readonly nested: readonly string[];
  readonly source: { readonly database: string; readonly table: string };
  readonly partitionKeys: readonly string[];
  /** As the contract has it, e.g. `5 y`. */
  readonly period: string;
  /** The product whose retention it is, when the data was taken from one that keeps less. */
  readonly from?: string;
  readonly basis: Basis;
  readonly announced: readonly Announcement[];
  /** The ids of the holds on it and on what it is made of: why is nobody's business there. */
  readonly holds: readonly string[];
  readonly obstacles: readonly Obstacle[];
}

/** A product of which copies may lie in any account: exported snapshots and cached results of queries. */
export interface CopyDuty {
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  /** The names by which a query reads it: the central database, which is the link's name, and the domain's own tables. */
  readonly database: string;
  readonly sources: readonly { readonly database: string; readonly table: string }[];
  /** ISO 8601: copies from before hold what was removed then; the beginning of time where nothing was. */
  readonly disposedAt: string;
  readonly holds: readonly string[];
}

/** What the disposal of one account has to do, as the governance account says it. */
export interface Duties {
  readonly tables: readonly TableDuty[];
  readonly copies: readonly CopyDuty[];
}

interface Claim {
  readonly product: ProductRecord;
  readonly table: ProductTable;
}

/** What a domain has to remove, as producer and as the place of copies, of all products of the mesh. */
export function dutiesOf(domain: string, products: readonly ProductRecord[], now: Date): Duties {
  const own = products.filter((product) => product.domain === domain && hasData(product));
  const claims = own.flatMap((product) =>
    product.tables.filter(({ view }) => view === undefined).map((table) => ({ product, table })),
  );
  // What is drafted only has data that lies somewhere, too.
  const locations = products
    .filter((product) => product.domain === domain)
    .flatMap((product) => product.tables.filter(({ view }) => view === undefined).map(({ location }) => location));
  const tables = [...Map.groupBy(claims, ({ table }) => table.location).values()].flatMap((sharing) => {
    const duty = dutyOf(sharing, products, now);
    if (duty === undefined) return [];
    const nested = locations.filter((other) => other !== duty.location && other.startsWith(duty.location));
    return [{ ...duty, nested: [...new Set(nested)].toSorted() }];
  });
  return { tables, copies: products.flatMap(copyOf(products)) };
}

/** Proposals and drafts have promised nothing yet; what was retired has data still. */
function hasData(product: ProductRecord): boolean {
  return isPublished(product) || product.state === 'retired';
}

/** Of several versions over the same files the one that keeps longest counts: nobody loses what a version in use promises. */
function dutyOf(
  sharing: readonly Claim[],
  products: readonly ProductRecord[],
  now: Date,
): Omit<TableDuty, 'nested'> | undefined {
  const live = sharing.filter(({ product }) => isPublished(product));
  const counted = (live.length === 0 ? sharing : live).map((claim) => ({ claim, kept: keptFor(claim, products, now) }));
  if (counted.some(({ kept }) => kept === undefined)) return undefined;
  const [longest] = counted
    .flatMap(({ claim, kept }) => (kept === undefined ? [] : [{ claim, kept }]))
    .toSorted(
      (a, b) => comparePeriods(b.kept.period, a.kept.period, now) || b.claim.product.major - a.claim.product.major,
    );
  if (longest === undefined) return undefined;
  const { claim, kept } = longest;
  const { product, table } = claim;
  const holds = sharing.flatMap((one) => holdsOver(one, products));
  return {
    domain: product.domain,
    product: product.name,
    major: product.major,
    table: table.name,
    location: table.location,
    source: table.source,
    partitionKeys: table.partitionKeys.map(({ name }) => name),
    period: kept.written,
    ...(kept.from === undefined ? {} : { from: kept.from }),
    basis: basisOf(table, table.agesBy),
    announced: (product.status.retention?.announced ?? []).filter((one) => one.table === table.name),
    holds: idsOf(holds),
    obstacles: (product.status.retention?.obstacles ?? []).filter((one) => one.table === table.name),
  };
}

interface Kept {
  readonly period: Period;
  readonly written: string;
  readonly from?: string;
}

/** The retention of a table: its own, or that of a product that it was made of where that one keeps less. Undefined: none has an end that can be read. */
function keptFor({ product, table }: Claim, products: readonly ProductRecord[], now: Date): Kept | undefined {
  const own = periodOfTable(product, table);
  const taken = sourcesOf(table, products).flatMap((source): Kept[] => {
    const written = retentionOf(source);
    const period = parsePeriod(written);
    return period === undefined || written === undefined ? [] : [{ period, written, from: productId(source) }];
  });
  const all = [...(own === undefined ? [] : [own]), ...taken];
  return all.toSorted((a, b) => comparePeriods(a.period, b.period, now))[0];
}

function periodOfTable(product: ProductRecord, table: ProductTable): Kept | undefined {
  const written = table.keptFor ?? retentionOf(product);
  const period = parsePeriod(written);
  return period === undefined || written === undefined ? undefined : { period, written };
}

/** What the contract says of how long a product's data is kept. */
export function retentionOf({ sla }: Pick<ProductRecord, 'sla'>): string | undefined {
  return sla?.retention === undefined ? undefined : String(sla.retention);
}

/** The products that a table holds rows of, whatever the number of steps; one that says it holds aggregates only holds none. */
function sourcesOf(
  { madeOf = [], aggregated }: ProductTable,
  products: readonly ProductRecord[],
  seen = new Set<string>(),
): ProductRecord[] {
  if (aggregated === true) return [];
  return madeOf
    .filter((id) => !seen.has(id))
    .flatMap((id) => {
      seen.add(id);
      const found = products.filter((product) => productId(product) === id && hasData(product));
      return [...found, ...found.flatMap(({ tables }) => tables.flatMap((table) => sourcesOf(table, products, seen)))];
    });
}

/** A hold on a product is a hold on whatever was made of it. */
function holdsOver({ product, table }: Claim, products: readonly ProductRecord[]): Hold[] {
  return [...holdsOn(product, table.name), ...sourcesOf(table, products).flatMap(({ holds = [] }) => holds)];
}

/** No copy is older. */
const NEVER = new Date(0).toISOString();

/** The products of which something was removed, and those that are held, each with the holds on it and on what it is made of. */
function copyOf(products: readonly ProductRecord[]): (product: ProductRecord) => CopyDuty[] {
  return (product) => {
    const { domain, name, major, tables } = product;
    const holds = [...(product.holds ?? []), ...tables.flatMap((table) => holdsOver({ product, table }, products))];
    // A copy that holds what of two products goes for neither's sake while one of them is held.
    const disposedAt = removalsOf(product, products).toSorted().at(-1) ?? (holds.length > 0 ? NEVER : undefined);
    if (disposedAt === undefined) return [];
    return [
      {
        domain,
        product: name,
        major,
        database: databaseName(domain, name, major),
        sources: tables.filter(({ view }) => view === undefined).map(({ source }) => source),
        disposedAt,
        holds: idsOf(holds),
      },
    ];
  };
}

/** When something was removed that this version shows: by its own retention, or by that of another version over the same files. */
function removalsOf({ tables }: ProductRecord, products: readonly ProductRecord[]): string[] {
  const own = new Set(tables.filter(({ view }) => view === undefined).map(({ location }) => location));
  return products.flatMap(({ tables: others, status }) =>
    others
      .filter(({ location }) => own.has(location))
      .flatMap(({ name }) => status.retention?.disposedAt?.[name] ?? []),
  );
}

function idsOf(holds: readonly Hold[]): string[] {
  return [...new Set(holds.map(({ id }) => id))].toSorted();
}
