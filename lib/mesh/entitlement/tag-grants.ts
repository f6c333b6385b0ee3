import { isOwnerStopped, isStopped } from '../subscription/stop.ts';
import type { Topology } from '../topology/topology.ts';
import type { EntitlementRecord, Selector } from './entitlement.ts';
import { membersOf, principalOf } from './members.ts';
import { tagKeys, WITHHELD } from './tags.ts';

/** One key of an LF-Tag expression with the values of which one has to be there; keys are joined by AND. */
export interface TagCondition {
  readonly key: string;
  readonly values: readonly string[];
}

/** A grant by LF-Tags in the governance account, with the grant option: databases can be seen, or tables read, that carry the expression. */
export interface TagGrant {
  /** An account id, or the ARN of an organization or a unit. */
  readonly principal: string;
  readonly on: 'DATABASE' | 'TABLE';
  /** Sorted by key; values sorted. */
  readonly expression: readonly TagCondition[];
}

export interface TagGrantChange {
  readonly kind: 'grant' | 'revoke';
  readonly grant: TagGrant;
}

/** Lake Formation's limit on an expression that is not saved under a name, in bytes ("LF-Tag expressions … up to 900 bytes"). */
const EXPRESSION_BYTES = 900;

/** What one grantee may read: the highest level in every domain, and higher ones in some. */
interface Reach {
  readonly everywhere: number;
  /** The domains that reach higher than that, by level. */
  readonly domains: ReadonlyMap<number, readonly string[]>;
}

/** An entitlement of one principal; `consumer` is the domain whose account it is, absent for an organization or a unit. */
interface Gift {
  readonly principal: string;
  readonly consumer?: string;
  readonly selector: Selector;
}

/**
 * The fewest grants by LF-Tags that give each grantee what its entitlements of the way `tags` say, and nothing else: one over tables for each level, and one over
 * databases. All domains of a level share an expression, as far as its 900 bytes take them. LF-Tags cannot leave anybody out: while a domain among an organization's is kept
 * from something, each of the accounts has grants of its own.
 */
export function compileTagGrants(entitlements: readonly EntitlementRecord[], topology: Topology): TagGrant[] {
  const byTags = entitlements.filter(({ way }) => way === 'tags');
  const gifts = byTags.flatMap(({ grantee, selector, expiresAt }): Gift[] => {
    const members = membersOf({ grantee, expiresAt }, topology);
    const apart = grantee.kind === 'account' || members.some(({ domain }) => shutTo(domain, topology).length > 0);
    if (!apart) return [{ principal: principalOf(grantee), selector }];
    return members.map(({ account, domain }) => ({ principal: account, consumer: domain, selector }));
  });
  return [...Map.groupBy(gifts, ({ principal }) => principal)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([principal, own]) => grantsOf(principal, reachOf(own, topology), topology));
}

/** The domains whose products a consumer is kept from while others have them. */
function shutTo(consumer: string | undefined, topology: Topology): string[] {
  if (consumer === undefined || topology.domains.every(({ stops = [] }) => stops.length === 0)) return [];
  const names = topology.domains.map(({ name }) => name);
  return names.filter((owner) => isStopped(owner, consumer, topology) && !isOwnerStopped(owner, topology));
}

function reachOf(gifts: readonly Gift[], topology: Topology): Reach {
  const shut = shutTo(gifts[0]?.consumer, topology);
  const levelOf = ({ selector }: Gift) => topology.classification.indexOf(selector.classification);
  const widest = Math.max(-1, ...gifts.filter(({ selector }) => selector.domain === undefined).map(levelOf));
  const everywhere = shut.length === 0 ? widest : -1;
  const highest = new Map<string, number>();
  for (const { name } of topology.domains.filter((domain) => !shut.includes(domain.name))) {
    const own = gifts.filter(({ selector }) => selector.domain === name).map(levelOf);
    const level = Math.max(widest, ...own);
    if (level > everywhere) highest.set(name, level);
  }
  const names = [...highest.keys()].toSorted();
  return { everywhere, domains: Map.groupBy(names, (domain) => highest.get(domain) as number) };
}

function grantsOf(principal: string, { everywhere, domains }: Reach, topology: Topology): TagGrant[] {
  const keys = tagKeys(topology.mesh);
  const upTo = (level: number): TagCondition => ({
    key: keys.classification,
    values: topology.classification.slice(0, level + 1).toSorted(),
  });
  const inDomains = (values: readonly string[]): TagCondition => ({ key: keys.domain, values });
  const grants: TagGrant[] = [];
  if (everywhere >= 0) grants.push({ principal, on: 'TABLE', expression: [upTo(everywhere)] });
  for (const [level, names] of [...domains].toSorted(([a], [b]) => a - b)) {
    for (const values of chunks(names, [upTo(level)], keys.domain)) {
      grants.push({ principal, on: 'TABLE', expression: [upTo(level), inDomains(values)] });
    }
  }
  // Every database of a product carries that value, and no domain needs to be named.
  const every: TagCondition = { key: keys.classification, values: [WITHHELD] };
  if (everywhere >= 0) return [...grants, { principal, on: 'DATABASE', expression: [every] }];
  const named = [...domains.values()].flat().toSorted();
  for (const values of chunks(named, [], keys.domain)) {
    grants.push({ principal, on: 'DATABASE', expression: [inDomains(values)] });
  }
  return grants;
}

/** The names in runs of which each fits into an expression beside the other conditions. */
function chunks(names: readonly string[], beside: readonly TagCondition[], key: string): string[][] {
  const runs: string[][] = [];
  for (const name of names) {
    const last = runs.at(-1);
    if (last !== undefined && sizeOf([...beside, { key, values: [...last, name] }]) <= EXPRESSION_BYTES)
      last.push(name);
    else runs.push([name]);
  }
  return runs;
}

/** The size of an expression as it goes over the wire. */
function sizeOf(expression: readonly TagCondition[]): number {
  return JSON.stringify(expression.map(({ key, values }) => ({ TagKey: key, TagValues: values }))).length;
}

/** The changes from the grants that there are to the desired ones; what is new comes first, so that nobody loses what stays. */
export function diffTagGrants(desired: readonly TagGrant[], actual: readonly TagGrant[]): TagGrantChange[] {
  const wanted = new Map(desired.map((grant) => [tagGrantKey(grant), grant]));
  const held = new Map(actual.map((grant) => [tagGrantKey(grant), grant]));
  const missing = [...wanted].filter(([key]) => !held.has(key));
  const surplus = [...held].filter(([key]) => !wanted.has(key));
  return [
    ...missing.map(([, grant]): TagGrantChange => ({ kind: 'grant', grant })),
    ...surplus.map(([, grant]): TagGrantChange => ({ kind: 'revoke', grant })),
  ];
}

/** One text for grants that are the same. */
function tagGrantKey({ principal, on, expression }: TagGrant): string {
  const conditions = expression
    .map(({ key, values }) => [key, ...values.toSorted()])
    .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return JSON.stringify([principal, on, conditions]);
}
