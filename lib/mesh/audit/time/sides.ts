import type { CellsFilter } from '../../access/grant.ts';
import type { EntitlementRecord } from '../../entitlement/entitlement.ts';
import { tagsOf } from '../../entitlement/tags.ts';
import type { ProductRecord } from '../../product/product.ts';
import type { ClassificationLadder } from '../../topology/topology.ts';
import type { KnownFilter, Via } from './cells.ts';
import { type DriftSpan, isHeld } from './drift-spans.ts';
import type { AccessHistory, Look, ShareHistory } from './history.ts';
import { around, lastOf, type Series, type When } from './series.ts';

/** The grants that stand on one side at a moment, and the filters that they name. */
export interface Standing {
  readonly via: readonly Via[];
  readonly filters: readonly CellsFilter[];
}

/**
 * What stood at a moment, by the looks that are known: what the last look before it found, for a grant stands until a look finds it gone; and of what the next look found, what had been granted
 * by then, for AWS says since when a grant stands.
 */
export function standing(looks: Series<Look>, side: Via['side'], when: When): Standing {
  const { last, next } = around(looks, when);
  const since = (next?.value.grants ?? []).filter(
    ({ lastUpdated }) => lastUpdated !== undefined && Date.parse(lastUpdated) <= when.at,
  );
  const kept = last?.value.filters ?? [];
  const later = since.length === 0 ? [] : (next?.value.filters ?? []);
  return {
    via: [
      ...(last?.value.grants ?? []).map((grant): Via => ({ grant, side, recorded: last?.recorded ?? 0 })),
      ...since.map((grant): Via => ({ grant, side, recorded: next?.recorded ?? 0 })),
    ],
    // A filter that the last look found is what it was until the next one; one that is new has no former self.
    filters: [
      ...kept,
      ...later.filter(({ table, name }) => !kept.some((own) => own.table === table && own.name === name)),
    ],
  };
}

/** The grants among what was given past the mesh that stood at a moment. */
export function givenByHand(drift: readonly DriftSpan[], side: Via['side'], when: When): Via[] {
  return drift.flatMap((span): Via[] => {
    const { grant, by, since } = span.finding;
    if (grant === undefined || !isHeld(span, when)) return [];
    const origin = {
      ...(by === undefined ? {} : { lastUpdatedBy: by }),
      ...(since === undefined ? {} : { lastUpdated: since }),
    };
    return [{ grant: { ...grant, ...origin }, side, recorded: span.recorded, finding: span.finding }];
  });
}

/** The filters with what some were changed to past the mesh: both count, for nobody knows since when. */
export function withChanged(
  filters: readonly CellsFilter[],
  drift: readonly DriftSpan[],
  when: When,
): readonly KnownFilter[] {
  const changed = drift.flatMap((span): KnownFilter[] => {
    const { filter } = span.finding;
    return filter !== undefined && isHeld(span, when) ? [{ ...filter, changed: span }] : [];
  });
  return changed.length === 0 ? filters : [...filters, ...changed];
}

/**
 * What an account has by LF-Tags: one grant is over many products, so no look at this product shows it. It counts as long as the entitlement had not ended and some
 * intent for the account was made in its name; what the roles were given is what caps it.
 */
export function givenByTags(
  share: ShareHistory,
  product: ProductRecord,
  entitlements: AccessHistory['entitlements'],
  ladder: ClassificationLadder,
  when: When,
): Via[] {
  const named = new Set(
    share.states
      .filter(({ recorded }) => recorded <= Math.min(when.at, when.known))
      .flatMap(({ value }) => value.intent.entitlements ?? []),
  );
  return [...named].flatMap((id): Via[] => {
    const entitlement = lastOf(entitlements.get(id) ?? [], when);
    const ways = (entitlements.get(id) ?? []).filter(({ recorded }) => recorded <= when.known);
    if (entitlement === undefined || !ways.some(({ value }) => value.way === 'tags')) return [];
    if (entitlement.status.endedAt !== undefined && Date.parse(entitlement.status.endedAt) <= when.at) return [];
    return [tagVia(share, product, entitlement, ladder, ways[0]?.recorded ?? 0)];
  });
}

function tagVia(
  { account }: ShareHistory,
  product: ProductRecord,
  { selector, id }: EntitlementRecord,
  ladder: ClassificationLadder,
  recorded: number,
): Via {
  const { suspensions: _, ...open } = product;
  const top = ladder.indexOf(selector.classification);
  const shows = Object.entries(tagsOf({ ...open, state: 'active' }, ladder).columns).map(([table, levels]) => [
    table,
    Object.keys(levels).filter((column) => ladder.indexOf(levels[column] ?? '') <= top),
  ]);
  const resource = { kind: 'other' as const, id: `LF-Tags up to ${selector.classification} (${id})` };
  return {
    grant: { principal: account, resource, permissions: ['SELECT'] },
    side: 'governance',
    recorded,
    shows: Object.fromEntries(shows) as Record<string, string[]>,
  };
}
