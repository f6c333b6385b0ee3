import type { ProductRecord } from '../product/product.ts';
import { holdsAccess, type SubscriptionRecord } from '../subscription/subscription.ts';
import { domainNamed, type Topology } from './topology.ts';

/** A domain that a version lives on or is used by, and that the mesh no longer has under that account. */
export interface LostDomain {
  readonly name: string;
  readonly account: string;
  readonly as: 'owner' | 'consumer';
}

/**
 * The domains that left the mesh while a version still needed them. Whoever ends what they own and use first leaves nothing behind; a
 * domain that is missing here was taken out of `mesh.yaml` past that, or by mistake.
 */
export function lostDomains(
  product: ProductRecord,
  subscriptions: readonly SubscriptionRecord[],
  topology: Topology,
): LostDomain[] {
  if (product.state === 'retired') return [];
  const account = accountOfData(product, topology);
  const own: LostDomain[] = account === undefined ? [] : [{ name: product.domain, account, as: 'owner' }];
  const standing = (product.entitlements ?? []).flatMap(({ grantee }) =>
    grantee.kind === 'account' ? [{ consumer: grantee.domain, account: grantee.account }] : [],
  );
  const holding = [...subscriptions.filter(holdsAccess), ...standing];
  const used = new Map(
    holding.map(({ consumer, account: of }): [string, LostDomain] => [
      `${consumer} ${of}`,
      { name: consumer, account: of, as: 'consumer' },
    ]),
  );
  const fits = ({ name, account: of }: { name: string; account: string }) =>
    domainNamed(topology, name)?.account === of;
  return [...own, ...used.values()].filter(
    (domain) =>
      !fits(domain) &&
      // A domain that moved to another account and subscribed again from there has left its old account for good.
      !(
        domain.as === 'consumer' &&
        holding.some((held) => held.consumer === domain.name && fits({ name: held.consumer, account: held.account }))
      ),
  );
}

/** The topology as it would be with those domains: nothing that they have is taken away because a file no longer names them. */
export function withLost(topology: Topology, lost: readonly LostDomain[]): Topology {
  if (lost.length === 0) return topology;
  const names = new Set(lost.map(({ name }) => name));
  const back = [...new Map(lost.map(({ name, account }) => [name, account]))].map(([name, account]) => {
    const known = domainNamed(topology, name);
    return { owners: [], contact: '', ...known, name, account };
  });
  return { ...topology, domains: [...topology.domains.filter(({ name }) => !names.has(name)), ...back] };
}

/** The account of the bucket that a version's data lies in. */
function accountOfData({ domain, tables }: ProductRecord, { mesh }: Topology): string | undefined {
  const prefix = `s3://${mesh}-${domain}-`;
  const location = tables.find((table) => table.location.startsWith(prefix))?.location;
  return location === undefined ? undefined : /^(\d{12})-/.exec(location.slice(prefix.length))?.[1];
}
