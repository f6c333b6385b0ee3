import type { CopyDuty } from './duty.ts';
import type { StoredVersion } from './plan.ts';

/** Where an Athena workgroup of the domain writes: exported snapshots and results of queries. */
export interface ResultPlace {
  readonly workgroup: string;
  readonly bucket: string;
  /** With its final slash, e.g. `results/`. */
  readonly prefix: string;
}

/** What a query read, as far as Athena still knows. */
export interface KnownQuery {
  readonly id: string;
  readonly sql: string;
  readonly database?: string;
}

/** Copies of one product that go. */
export interface CopyPlan {
  readonly what: 'exports' | 'results';
  readonly duty: CopyDuty;
  readonly versions: readonly StoredVersion[];
}

/** Below the results of a workgroup: the snapshots that `weft product export` unloads, each below its database. */
export const EXPORTS = 'exports/';

const QUERY_ID = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/;
const MESH_DATABASE = /\b[a-z0-9_]+__[a-z0-9_]+__v\d+\b/i;

/** The id of the query that an object is a result of; undefined for an export. */
export function queryOf(key: string, { prefix }: ResultPlace): string | undefined {
  const name = key.slice(prefix.length);
  return name.startsWith(EXPORTS) ? undefined : QUERY_ID.exec(name)?.[1];
}

/**
 * The copies that are older than the last removal from a product: they may hold what was removed. A result goes with the product that its query names;
 * one whose query names no product, or is not known any more, may have read it through a view and can be had again, so it goes, too.
 */
export function planCopies(
  duties: readonly CopyDuty[],
  place: ResultPlace,
  there: { readonly versions: readonly StoredVersion[]; readonly queries: readonly KnownQuery[] },
): { readonly goes: readonly CopyPlan[]; readonly held: readonly CopyPlan[] } {
  const queries = new Map(there.queries.map((query) => [query.id, query]));
  const stale = (version: StoredVersion, duty: CopyDuty) => version.modified < duty.disposedAt;
  // What lies under a hold of one product goes for no other's sake.
  const isHeld = (version: StoredVersion) =>
    duties.some((duty) => duty.holds.length > 0 && mayHold(version, duty, place, queries));
  const taken = new Set<StoredVersion>();
  const goes: CopyPlan[] = [];
  const held: CopyPlan[] = [];
  for (const duty of duties) {
    const found = there.versions.filter(
      (version) => !taken.has(version) && stale(version, duty) && mayHold(version, duty, place, queries),
    );
    for (const version of found) taken.add(version);
    for (const what of ['exports', 'results'] as const) {
      const isExport = (version: StoredVersion) => version.key.startsWith(`${place.prefix}${EXPORTS}`);
      const kind = found.filter((version) => isExport(version) === (what === 'exports'));
      const free = kind.filter((version) => !isHeld(version));
      const kept = kind.filter(isHeld);
      if (free.length > 0) goes.push({ what, duty, versions: free });
      if (kept.length > 0) held.push({ what, duty, versions: kept });
    }
  }
  return { goes, held };
}

function mayHold(
  { key }: StoredVersion,
  duty: CopyDuty,
  place: ResultPlace,
  queries: ReadonlyMap<string, KnownQuery>,
): boolean {
  const name = key.slice(place.prefix.length);
  if (name.startsWith(EXPORTS)) {
    const [database = ''] = name.slice(EXPORTS.length).split('/');
    // Snapshots from before exports were kept apart name no product.
    return database === duty.database || !MESH_DATABASE.test(database);
  }
  const query = queries.get(queryOf(key, place) ?? '');
  return query === undefined || reads(query, duty);
}

/** True for a query that reads the product by one of its names, and for one that names no product at all. */
function reads({ sql, database }: KnownQuery, duty: CopyDuty): boolean {
  const text = `${database ?? ''} ${sql}`.toLowerCase();
  if (namesIn(text, duty.database)) return true;
  const own = duty.sources.some((source) => namesIn(text, source.database) && namesIn(text, source.table));
  return own || !MESH_DATABASE.test(text);
}

function namesIn(text: string, name: string): boolean {
  return new RegExp(`(?<![a-z0-9_])${name.replaceAll(/[^a-z0-9_]/gi, '\\$&')}(?![a-z0-9_])`, 'i').test(text);
}
