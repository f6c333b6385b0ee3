import type { RegistryRecord } from '#mesh/registry.ts';

/** One major version of a product. */
export interface ProductKey {
  readonly domain: string;
  readonly name: string;
  readonly major: number;
}

/** Where a record stands in the registry's table (ADR 0001). */
export interface RegistryKey {
  readonly pk: string;
  readonly sk: string;
}

/** The partition of every version of a product. */
export function productPartition(product: { readonly domain: string; readonly name: string }): string {
  return `PRODUCT#${product.domain}/${product.name}`;
}

/** One text for each product version. */
export function groupOf(key: ProductKey): string {
  return `${productPartition(key)}#V#${key.major}`;
}

/** How many product versions of one domain are reconciled at once at most. */
export const LANES = 4;

/**
 * The message group in which a product version is reconciled: one of the lanes of its domain. Of a group one batch is worked at a time, so that requests for one
 * version stay in order and a domain that changes a thousand products takes no more than its lanes: the others go on beside it.
 */
export function laneOf(key: ProductKey): string {
  let hash = 0;
  for (const sign of groupOf(key)) hash = (hash * 31 + (sign.codePointAt(0) ?? 0)) % 65_521;
  return `LANE#${key.domain}#${hash % LANES}`;
}

/** The product version that a registry key belongs to, or undefined for attempts and source pointers. */
export function productKeyOf(key: RegistryKey): ProductKey | undefined {
  const partition = /^PRODUCT#([^/]+)\/(.+)$/.exec(key.pk);
  const version = /^V#(\d+)(?:#|$)/.exec(key.sk);
  const [, domain, name] = partition ?? [];
  const major = version?.[1];
  return domain === undefined || name === undefined || major === undefined
    ? undefined
    : { domain, name, major: Number(major) };
}

export function sourceKey(account: string, database: string, table: string): RegistryKey {
  return { pk: `SOURCE#${account}/${database}`, sk: table };
}

/** The partition of the standing entitlements, and the message group in which they are reconciled. */
export const ENTITLEMENTS = 'ENTITLEMENT';

/** The partition of the domains that were ever suspended as a whole. */
export const DOMAINS = 'DOMAIN';

/** The partition of what each scope of policies has in force. */
export const POLICY_HEADS = 'POLICY-HEAD';

/** The partition of every version of a scope's policies. */
export function policyPartition(scope: string): string {
  return `POLICY#${scope}`;
}

/** The partition of what the tables of a product were made of. */
export function lineagePartition(product: { readonly domain: string; readonly name: string }): string {
  return `LINEAGE#${product.domain}/${product.name}`;
}

/** The key of an alert: those of one rule are together. */
export function alertKey({ rule, id }: { readonly rule: string; readonly id: string }): RegistryKey {
  return { pk: `ALERT#${rule}`, sk: id };
}

/** The key of a record. */
export function keyOf(record: RegistryRecord): RegistryKey {
  switch (record.type) {
    case 'product':
      return { pk: productPartition(record), sk: `V#${record.major}` };
    case 'subscription':
      return {
        pk: productPartition({ domain: record.domain, name: record.product }),
        sk: `V#${record.major}#SUB#${record.id}`,
      };
    case 'share': {
      const { domain, product, major, consumer } = record.intent;
      return { pk: productPartition({ domain, name: product }), sk: `V#${major}#SHARE#${consumer}` };
    }
    case 'entitlement':
      return { pk: ENTITLEMENTS, sk: record.id };
    case 'domain':
      return { pk: DOMAINS, sk: record.name };
    case 'policy-set':
      return { pk: policyPartition(record.scope), sk: `V#${record.digest}` };
    case 'feedback':
      return { pk: `FEEDBACK#${record.domain}/${record.product}`, sk: `V#${record.major}#${record.id}` };
    case 'lineage':
      return {
        pk: lineagePartition({ domain: record.domain, name: record.product }),
        sk: `V#${record.major}#${record.table}#${record.job}`,
      };
    case 'alert':
      return alertKey(record);
    case 'attempt':
      return { pk: `ATTEMPT#${record.change.at.slice(0, 10)}`, sk: record.change.correlation };
  }
}

/** The range key of the index `by-type`. */
export function sortOf(record: RegistryRecord): string {
  switch (record.type) {
    case 'product':
      return `${record.domain}/${record.name}#${record.major}`;
    case 'subscription':
      return `${record.consumer}#${record.id}`;
    case 'share':
      return `${record.intent.consumer}#${record.intent.domain}/${record.intent.product}#${record.intent.major}`;
    case 'entitlement':
      return record.id;
    case 'domain':
      return record.name;
    case 'policy-set':
      return `${record.scope}@${record.digest}`;
    case 'feedback':
      return `${record.domain}/${record.product}#${record.major}#${record.id}`;
    case 'lineage':
      return `${record.domain}/${record.product}#${record.major}#${record.table}#${record.job}`;
    case 'alert':
      return `${record.at}#${record.id}`;
    case 'attempt':
      return `${record.change.at}#${record.change.correlation}`;
  }
}

/** The product version that a subscription id carries, or undefined when it is no such id. */
export function productOfSubscription(id: string): ProductKey | undefined {
  const match = /^([a-z0-9-]+)\.([a-z0-9-]+)\.v(\d+)\.([a-z0-9-]+)\.[a-z0-9]+$/.exec(id);
  const [, domain, name, major] = match ?? [];
  return domain === undefined || name === undefined || major === undefined
    ? undefined
    : { domain, name, major: Number(major) };
}
