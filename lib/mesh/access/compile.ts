import { type ProductTags, tagsOf } from '../entitlement/tags.ts';
import type { Problem } from '../error.ts';
import { normalizeGrants } from '../plan/grants.ts';
import { type ProductRecord, productId } from '../product/product.ts';
import { hasEnded } from '../subscription/end.ts';
import { isOwnerStopped, isStopped } from '../subscription/stop.ts';
import {
  holdsAccess,
  type ShareIntent,
  type ShareRecord,
  type SubscriptionRecord,
} from '../subscription/subscription.ts';
import { isSuspended } from '../suspension.ts';
import { databaseName } from '../topology/names.ts';
import { admittedRoles, isPartner } from '../topology/rules.ts';
import { domainNamed, type Topology } from '../topology/topology.ts';
import { consumerSide, endings, remaining } from './consumer-side.ts';
import { grantDefiner } from './definer.ts';
import { endsOf } from './ends.ts';
import type { CellsFilter, Grant } from './grant.ts';
import type { DatabaseRef } from './resource.ts';
import { standingViewers } from './standing.ts';

export { visibleColumns } from './clearance.ts';

/** All access to one product's major version that the mesh wants to exist. */
export interface DesiredAccess {
  /** In the governance account, to consumer accounts, with the grant option: without it an account cannot pass a grant to its roles. */
  readonly accountGrants: readonly Grant[];
  /** In the governance account, to the definer of views: SELECT with the grant option on what they read, as AWS asks of a definer. */
  readonly definerGrants: readonly Grant[];
  readonly filters: readonly CellsFilter[];
  readonly shares: readonly ShareIntent[];
  /** The LF-Tags of the product; absent while no entitlement goes by them and none ever did. */
  readonly tags?: ProductTags;
  /** What could not be granted, e.g. a table whose partition key is above the clearance. */
  readonly problems: readonly Problem[];
}

/**
 * Compiles a product and its subscriptions into what access there is at a moment (ISO 8601). Only subscriptions count that were approved and whose end has not
 * come, of a domain that is still in the mesh; none that is suspended, by itself or with its domain, and none of a retired or suspended product. A consumer with a former share and no such subscription gets an empty intent: nothing must be left.
 */
export function compileAccess(
  product: ProductRecord,
  subscriptions: readonly SubscriptionRecord[],
  formerShares: readonly ShareRecord[],
  topology: Topology,
  now: string,
): DesiredAccess {
  const target = {
    catalogId: topology.governanceAccount,
    database: databaseName(product.domain, product.name, product.major),
  };
  const problems: Problem[] = [];
  const live = subscriptions
    .filter((subscription) => isLive(subscription, product, topology, now))
    .map((subscription) => ({ ...subscription, principals: admittedRoles(subscription.principals, topology) }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const subscribed = Map.groupBy(live, (subscription) => subscription.consumer);
  const isOpen = product.state !== 'retired' && !isSuspended(product);
  const standing = Map.groupBy(isOpen ? standingViewers(product, topology, now) : [], ({ consumer }) => consumer);
  const byTags = product.entitlements?.some(({ way }) => way === 'tags') === true;
  const accountGrants: Grant[] = [];
  const filters: CellsFilter[] = [];
  const shares: ShareIntent[] = [];
  for (const consumer of [...new Set([...subscribed.keys(), ...standing.keys()])].toSorted()) {
    const own = subscribed.get(consumer) ?? [];
    const entitled = standing.get(consumer) ?? [];
    const account = (own[0] ?? (entitled[0] as { account: string })).account;
    const party = { product, topology, target, consumer, account };
    const side = consumerSide(party, own, entitled);
    const { accountSide } = side;
    problems.push(...side.problems);
    // Nobody gets anything anew by an end, so that the problems of then are those of now.
    const ends = endsOf(endings(product, own, entitled), side, (moment) =>
      consumerSide(party, ...remaining(product, own, entitled, moment)),
    );
    accountGrants.push(...accountSide);
    filters.push(...side.filters);
    shares.push({
      ...emptyIntent(product, consumer, account, target),
      link: { name: target.database, targetCatalogId: target.catalogId, targetDatabase: target.database },
      ...(entitled.length === 0 ? {} : { entitlements: entitled.map(({ subscription }) => subscription.id) }),
      ...(side.passesOn === undefined ? {} : { passesOn: side.passesOn }),
      grants: side.grants,
      ...(ends.length === 0 ? {} : { ends }),
    });
  }
  for (const { intent } of formerShares) {
    const same = intent.domain === product.domain && intent.product === product.name && intent.major === product.major;
    if (same && !shares.some((share) => share.consumer === intent.consumer)) {
      shares.push(emptyIntent(product, intent.consumer, intent.account, target));
    }
  }
  const tags =
    byTags || product.status.tagged !== undefined
      ? tagsOf(product, topology.classification, isOwnerStopped(product.domain, topology))
      : undefined;
  return {
    accountGrants: normalizeGrants(accountGrants),
    definerGrants: grantDefiner(product, target, topology),
    filters,
    shares,
    ...(tags === undefined ? {} : { tags }),
    problems,
  };
}

/** True when a subscription gives access to this version of a product now: approved, not over, not suspended, of a domain that is still there. */
export function isLive(
  subscription: SubscriptionRecord,
  product: ProductRecord,
  topology: Topology,
  now: string,
): boolean {
  return (
    holdsAccess(subscription) &&
    (subscription.wholeAccount === true || admittedRoles(subscription.principals, topology).length > 0) &&
    !hasEnded(subscription, now) &&
    !isStopped(product.domain, subscription.consumer, topology) &&
    subscription.approved !== undefined &&
    product.state !== 'retired' &&
    !isSuspended(product) &&
    !isSuspended(subscription) &&
    `${subscription.domain}/${subscription.product}` === productId(product) &&
    subscription.major === product.major &&
    domainNamed(topology, subscription.consumer)?.account === subscription.account &&
    !isEndlessPartner(subscription, topology)
  );
}

/** A partner gets nothing without an end, however the subscription came to have none. */
function isEndlessPartner({ consumer, expiresAt }: SubscriptionRecord, topology: Topology): boolean {
  const domain = domainNamed(topology, consumer);
  return domain !== undefined && isPartner(domain) && expiresAt === undefined;
}

function emptyIntent(product: ProductRecord, consumer: string, account: string, target: DatabaseRef): ShareIntent {
  return {
    domain: product.domain,
    product: product.name,
    major: product.major,
    consumer,
    account,
    linkName: target.database,
    target: { ...target, tables: product.tables.map((table) => table.name) },
    grants: [],
  };
}
