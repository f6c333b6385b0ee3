import type { Problem } from '../error.ts';
import { normalizeGrants } from '../plan/grants.ts';
import { type ProductRecord, productId } from '../product/product.ts';
import type { AccessScope, ShareIntent, ShareRecord, SubscriptionRecord } from '../subscription/subscription.ts';
import { isSuspended } from '../suspension.ts';
import { databaseName } from '../topology/names.ts';
import { domainNamed, type Topology } from '../topology/topology.ts';
import type { CellsFilter, Grant } from './grant.ts';
import { type DatabaseRef, describeDatabase } from './resource.ts';
import { grantAccount, grantRoles, usedFilters, type Viewer } from './share.ts';
import { viewOf } from './view.ts';

export { visibleColumns } from './clearance.ts';

/** All access to one product's major version that the mesh wants to exist. */
export interface DesiredAccess {
  /** In the governance account, to consumer accounts, with the grant option: without it an account cannot pass a grant to its roles. */
  readonly accountGrants: readonly Grant[];
  readonly filters: readonly CellsFilter[];
  readonly shares: readonly ShareIntent[];
  /** What could not be granted, e.g. a table whose partition key is above the clearance. */
  readonly problems: readonly Problem[];
}

/**
 * Compiles a product and its subscriptions into grants. Only subscriptions `approved` or `active` of a domain that is still in the mesh
 * count, none that is
 * suspended, and none of a retired or suspended product. A consumer with a former share and no such subscription gets an empty intent: nothing must be left.
 */
export function compileAccess(
  product: ProductRecord,
  subscriptions: readonly SubscriptionRecord[],
  formerShares: readonly ShareRecord[],
  topology: Topology,
): DesiredAccess {
  const target = {
    catalogId: topology.governanceAccount,
    database: databaseName(product.domain, product.name, product.major),
  };
  const problems: Problem[] = [];
  const live = subscriptions
    .filter((subscription) => isLive(subscription, product, topology))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const byConsumer = Map.groupBy(live, (subscription) => subscription.consumer);
  const accountGrants: Grant[] = [];
  const filters: CellsFilter[] = [];
  const shares: ShareIntent[] = [];
  for (const [consumer, own] of [...byConsumer].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const viewers = own.map((subscription): Viewer => {
      const view = viewOf(product, subscription.approved as AccessScope, topology.classification);
      problems.push(...view.problems.map((problem) => ({ ...problem, message: `${consumer}: ${problem.message}` })));
      return { subscription, view };
    });
    const account = (own[0] as SubscriptionRecord).account;
    const accountSide = grantAccount(account, target, viewers);
    const roleSide = grantRoles(target, viewers);
    const link = { catalogId: account, database: target.database };
    const describeLink = roleSide.principals.map((principal) => describeDatabase(principal, link, false));
    accountGrants.push(...accountSide);
    filters.push(...usedFilters(target, viewers, [...accountSide, ...roleSide.grants]));
    shares.push({
      ...emptyIntent(product, consumer, account, target),
      link: { name: target.database, targetCatalogId: target.catalogId, targetDatabase: target.database },
      grants: normalizeGrants([...describeLink, ...roleSide.grants]),
    });
  }
  for (const { intent } of formerShares) {
    const same = intent.domain === product.domain && intent.product === product.name && intent.major === product.major;
    if (same && !shares.some((share) => share.consumer === intent.consumer)) {
      shares.push(emptyIntent(product, intent.consumer, intent.account, target));
    }
  }
  return { accountGrants: normalizeGrants(accountGrants), filters, shares, problems };
}

/** True when a subscription gives access to this version of a product: approved, not suspended, of a domain that is still there. */
export function isLive(subscription: SubscriptionRecord, product: ProductRecord, topology: Topology): boolean {
  return (
    (subscription.state === 'approved' || subscription.state === 'active') &&
    subscription.approved !== undefined &&
    product.state !== 'retired' &&
    !isSuspended(product) &&
    !isSuspended(subscription) &&
    `${subscription.domain}/${subscription.product}` === productId(product) &&
    subscription.major === product.major &&
    domainNamed(topology, subscription.consumer)?.account === subscription.account
  );
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
