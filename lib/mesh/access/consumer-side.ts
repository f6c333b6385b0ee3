import type { Problem } from '../error.ts';
import { normalizeGrants } from '../plan/grants.ts';
import type { ProductRecord } from '../product/product.ts';
import { endOf } from '../subscription/end.ts';
import type { AccessScope, SubscriptionRecord } from '../subscription/subscription.ts';
import type { Topology } from '../topology/topology.ts';
import { type LocalAccess, placesOf } from './ends.ts';
import { tooManyFilters } from './filter-limit.ts';
import type { CellsFilter, Grant } from './grant.ts';
import { type DatabaseRef, describeDatabase } from './resource.ts';
import { grantAccount, grantRoles, usedFilters, type Viewer } from './share.ts';
import { besideTags, type StandingViewer } from './standing.ts';
import { viewOf } from './view.ts';

/** One consumer of one product. */
export interface Party {
  readonly product: ProductRecord;
  readonly topology: Topology;
  /** The product's database in the governance account. */
  readonly target: DatabaseRef;
  readonly consumer: string;
  readonly account: string;
}

/** What one consumer has of a product by some subscriptions and entitlements, in the governance account and in its own. */
export interface ConsumerSide extends LocalAccess {
  readonly accountSide: readonly Grant[];
  readonly filters: readonly CellsFilter[];
  readonly problems: readonly Problem[];
}

/** Compiles the live subscriptions and the standing entitlements of one consumer. */
export function consumerSide(
  { product, topology, target, consumer, account }: Party,
  own: readonly SubscriptionRecord[],
  entitled: readonly StandingViewer[],
): ConsumerSide {
  const views = own.map((subscription) => ({
    subscription,
    view: viewOf(product, subscription.approved as AccessScope, topology.classification),
  }));
  const viewers: readonly Viewer[] = views;
  const named = besideTags(viewers, entitled);
  // What the account has by LF-Tags, the database included, is granted once for many products.
  const nothing = named.tagged && named.account.every(({ view }) => !view.whole && view.tables.length === 0);
  const accountSide = nothing ? [] : grantAccount(account, target, named.account);
  const roleSide = grantRoles(target, named.roles);
  const link = { catalogId: account, database: target.database };
  const describeLink = roleSide.principals.map((principal) => describeDatabase(principal, link, false));
  const both = [...accountSide, ...roleSide.grants];
  const found = [...views.flatMap(({ view }) => view.problems), ...named.problems];
  return {
    accountSide,
    filters: usedFilters(target, named.roles, both),
    grants: normalizeGrants([...describeLink, ...roleSide.grants]),
    ...(own.some(({ wholeAccount }) => wholeAccount === true) ? { passesOn: placesOf(accountSide) } : {}),
    problems: [
      ...found.map((problem) => ({ ...problem, message: `${consumer}: ${problem.message}` })),
      ...tooManyFilters(both),
    ],
  };
}

/** When something of a consumer ends by itself. */
export function endings(
  product: ProductRecord,
  own: readonly SubscriptionRecord[],
  entitled: readonly StandingViewer[],
): string[] {
  return [
    ...own.map((subscription) => endOf(subscription)?.at),
    ...entitled.map((viewer) => endOfStanding(product, viewer)),
  ].filter((at) => at !== undefined);
}

/** What of it is left at a moment (ISO 8601); undefined: what has no end. */
export function remaining(
  product: ProductRecord,
  own: readonly SubscriptionRecord[],
  entitled: readonly StandingViewer[],
  moment: string | undefined,
): [SubscriptionRecord[], StandingViewer[]] {
  const isLeft = (at: string | undefined) =>
    at === undefined || (moment !== undefined && Date.parse(at) > Date.parse(moment));
  return [
    own.filter((subscription) => isLeft(endOf(subscription)?.at)),
    entitled.filter((viewer) => isLeft(endOfStanding(product, viewer))),
  ];
}

function endOfStanding({ entitlements = [] }: ProductRecord, { subscription }: StandingViewer): string | undefined {
  return entitlements.find(({ id }) => id === subscription.id)?.expiresAt;
}
