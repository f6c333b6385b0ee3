import type { ProductRecord } from '../product/product.ts';
import { condition } from '../record.ts';
import { SUSPENDED } from '../subscription/readiness.ts';
import type { SubscriptionRecord } from '../subscription/subscription.ts';
import type { Topology } from '../topology/topology.ts';
import { compileAccess, isLive } from './compile.ts';
import type { Grant } from './grant.ts';

/** An end that never comes. */
const NO_END = '9999-12-31T00:00:00.000Z';

/**
 * The grants to accounts that stood for subscriptions which have ended or are suspended and are not read back as gone. Lake Formation's lists lag behind: what a list does not show
 * may be there all the same, and only a revoke that it has taken says for sure that it is not.
 */
export function leavingGrants(
  product: ProductRecord,
  subscriptions: readonly SubscriptionRecord[],
  topology: Topology,
  now: string,
): Grant[] {
  const leaving = subscriptions.filter(
    (subscription) => !isLive(subscription, product, topology, now) && mayBeLeft(subscription),
  );
  if (leaving.length === 0) return [];
  const { suspensions: _, ...open } = product;
  const domains = topology.domains.map(({ stops: _stops, ...domain }) => domain);
  const asBefore = leaving.map(({ suspensions: _suspensions, ...subscription }) => ({
    ...subscription,
    state: 'active' as const,
    expiresAt: NO_END,
  }));
  return [...compileAccess({ ...open, state: 'active' }, asBefore, [], { ...topology, domains }, now).accountGrants];
}

function mayBeLeft(subscription: SubscriptionRecord): boolean {
  const { approved, state, status } = subscription;
  if (approved === undefined || status.endedAt !== undefined) return false;
  if (['pending', 'rejected', 'revoked'].includes(state)) return false;
  return (['Shared', 'Linked'] as const).some((type) => condition(subscription, type)?.reason !== SUSPENDED);
}
