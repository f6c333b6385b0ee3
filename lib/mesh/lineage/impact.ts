import type { SchemaChange } from '../contract/compatibility-rules.ts';
import { closure } from './closure.ts';
import type { Edge, Origin } from './edges.ts';
import { type Place, placeId, versionOfOwner } from './place.ts';
import type { Subtype } from './transformation.ts';

/** A product further down, or a table or column of it, that is made of something that changes. */
export interface Affected {
  /** `<domain>/<product>` */
  readonly product: string;
  readonly major: number;
  readonly table?: string;
  readonly column?: string;
  /** Codes of the changes that reach it, e.g. `WEFT-COMPAT-002`. */
  readonly changes: readonly string[];
  /** Who says that it is made of that, and in which ways, at the last step before it. */
  readonly origin: Origin;
  readonly how: readonly Subtype[];
}

/** Nobody reads more, and the answer has to stay small. */
const MOST = 500;
const FURTHEST = 50;

/** What other products make of what changes for its readers: of a column, a table, or the whole product. What only comes affects nobody. */
export function impactOf(owner: string, changes: readonly SchemaChange[], edges: readonly Edge[]): Affected[] {
  const found = new Map<string, Affected>();
  for (const { verdict, table, column, code } of changes) {
    if (verdict === 'compatible') continue;
    const start: Place = {
      owner,
      ...(table === undefined ? {} : { table }),
      ...(column === undefined ? {} : { column }),
    };
    for (const { to, origin, how } of closure(edges, start, 'down', { depth: FURTHEST, most: MOST }).edges) {
      const version = to.owner === owner ? undefined : versionOfOwner(to.owner);
      if (version === undefined) continue;
      const before = found.get(placeId(to));
      const { owner: _, ...place } = to;
      found.set(placeId(to), {
        product: `${version.domain}/${version.name}`,
        major: version.major,
        ...place,
        changes: [...new Set([...(before?.changes ?? []), code])],
        origin: before?.origin ?? origin,
        how: [...new Set([...(before?.how ?? []), ...how])],
      });
    }
  }
  return [...found].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, affected]) => affected);
}

/** The products among them with what of them is affected, as one line: `finance/revenue v1 (daily.total, daily.day)`. */
export function affectedLine(affected: readonly Affected[]): string {
  const byProduct = new Map<string, string[]>();
  for (const { product, major, table, column } of affected) {
    const key = `${product} v${major}`;
    const part = [table, column].filter((name) => name !== undefined).join('.');
    byProduct.set(key, [...(byProduct.get(key) ?? []), ...(part === '' ? [] : [part])]);
  }
  return [...byProduct]
    .map(([product, parts]) => {
      const shown = parts.slice(0, 5).join(', ');
      const more = parts.length > 5 ? `, and ${parts.length - 5} more` : '';
      return parts.length === 0 ? product : `${product} (${shown}${more})`;
    })
    .join(', ');
}
