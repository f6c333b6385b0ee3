import { compileAccess } from '../access/compile.ts';
import type { ProductRecord } from '../product/product.ts';
import type { Topology } from '../topology/topology.ts';
import { covers, type EntitlementRecord, type GrantWay } from './entitlement.ts';
import { membersOf } from './members.ts';
import { compileTagGrants } from './tag-grants.ts';

/** The soft limit on grants across accounts that an older quota page of Lake Formation names; version 5 shares lift it. */
export const CROSS_ACCOUNT_GRANTS = 1600;

/** A filtered subscription of an account that the entitlement reaches, to a product that it covers. */
export interface FilteredBeside {
  readonly subscription: string;
  readonly table: string;
}

/** Which way an entitlement goes, and what each would take. */
export interface Choice {
  readonly way: GrantWay;
  /** One sentence. */
  readonly because: string;
  /** Further grants across accounts that each way needs. */
  readonly grants: Readonly<Record<GrantWay, number>>;
}

/**
 * Chooses the way that needs fewer grants across accounts; LF-Tags when both need the same, because they go on needing it. Beside a row filter that shows more than the
 * entitlement does it is always names: a grant by LF-Tags would open every row to the account, and LF-Tags cannot leave a product out.
 * `others` are the standing entitlements that there are already; `products` may be more than it covers.
 */
export function chooseGrants(
  entitlement: EntitlementRecord,
  context: {
    readonly products: readonly ProductRecord[];
    readonly others: readonly EntitlementRecord[];
    readonly filtered: readonly FilteredBeside[];
    readonly topology: Topology;
  },
): Choice {
  const { products, others, filtered, topology } = context;
  const grants = {
    tags: tagGrantsFor(entitlement, others, topology),
    names: nameGrantsFor(entitlement, products, topology),
  };
  const [first] = filtered;
  if (first !== undefined) {
    const because = `the row filter of ${first.subscription} on ${first.table} shows columns that the entitlement does not: LF-Tags open every row and cannot leave a product out`;
    return { way: 'names', because, grants };
  }
  const way = grants.tags <= grants.names ? 'tags' : 'names';
  const counts = `${grants.tags} further grants by LF-Tags, ${grants.names} by names`;
  return { way, because: `${counts}${way === 'tags' ? ', and no more for products that come later' : ''}`, grants };
}

function tagGrantsFor(
  entitlement: EntitlementRecord,
  others: readonly EntitlementRecord[],
  topology: Topology,
): number {
  const rest = others.filter(({ id }) => id !== entitlement.id);
  const before = compileTagGrants(rest, topology).length;
  return Math.max(0, compileTagGrants([...rest, { ...entitlement, way: 'tags' }], topology).length - before);
}

/** What one account needs for each product, times the accounts: without subscriptions each needs the same. */
function nameGrantsFor(entitlement: EntitlementRecord, products: readonly ProductRecord[], topology: Topology): number {
  const { id, selector, expiresAt } = entitlement;
  const members = membersOf(entitlement, topology);
  const covered = products.filter(({ domain }) => covers(selector, domain));
  const counts = covered.map((product) => {
    const [first, ...more] = members.filter(({ domain }) => domain !== product.domain);
    if (first === undefined) return 0;
    const grantee = { kind: 'account' as const, ...first };
    const one = { id, selector, way: 'names' as const, grantee, expiresAt };
    const { accountGrants } = compileAccess({ ...product, entitlements: [one] }, [], [], topology, NO_TIME);
    return accountGrants.length * (1 + more.length);
  });
  // A domain without products yet gets some: count as if it had one of the usual shape.
  return covered.length === 0 ? USUAL_GRANTS * members.length : counts.reduce((sum, count) => sum + count, 0);
}

/** Without subscriptions nothing depends on the time. */
const NO_TIME = '';

/** DESCRIBE on the database, and SELECT on one table. */
const USUAL_GRANTS = 2;
