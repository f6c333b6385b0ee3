import type { AlertRecord } from '../audit/alert.ts';
import type { EntitlementRecord } from '../entitlement/entitlement.ts';
import { isEqual } from '../equal.ts';
import { GLOBAL_SCOPE } from '../policy/policy-sets.ts';
import { type PolicySetRecord, type PolicySetState, policySetId } from '../policy-set/policy-set.ts';
import { type ProductRecord, productId } from '../product/product.ts';
import { published } from '../product/published.ts';
import { condition } from '../record.ts';
import { type RegistryRecord, recordKey } from '../registry.ts';
import type { ShareRecord, SubscriptionRecord, SubscriptionState } from '../subscription/subscription.ts';
import { isSuspended } from '../suspension.ts';
import { ofDeliveries } from './derive-data.ts';
import { ofDrift } from './derive-drift.ts';
import { type Derived, ofProductLife } from './derive-life.ts';
import { ofAge, ofDomain } from './derive-subscription.ts';
import { type MeshEvent, type MeshEventData, type MeshEventType, meshEvent } from './envelope.ts';

export { needsReconcile } from './needs-reconcile.ts';

/**
 * The mesh's events for one committed change; `subscriptions` and `shares` are those of the product, for the audience. The ids come from the registry
 * key and revision, so that a repeated delivery of the change gives the same events.
 */
export function deriveEvents(
  before: RegistryRecord | undefined,
  after: RegistryRecord | undefined,
  subscriptions: readonly SubscriptionRecord[],
  shares: readonly ShareRecord[] = [],
): MeshEvent[] {
  switch (after?.type) {
    case 'product':
      return emit(after, ofProduct(before?.type === 'product' ? before : undefined, after, subscriptions, shares), {
        domain: after.domain,
        product: after.name,
        major: after.major,
        version: after.version,
      });
    case 'subscription':
      return emit(after, ofSubscription(before?.type === 'subscription' ? before : undefined, after), {
        domain: after.domain,
        product: after.product,
        major: after.major,
        subscription: after.id,
        consumer: after.consumer,
        state: after.state,
      });
    case 'share':
      return emit(after, ofShare(before?.type === 'share' ? before : undefined, after), {
        domain: after.intent.domain,
        product: after.intent.product,
        major: after.intent.major,
        consumer: after.intent.consumer,
      });
    case 'feedback':
      return emit(after, [{ type: 'FeedbackGiven', audience: [after.domain] }], {
        domain: after.domain,
        product: after.product,
        major: after.major,
        consumer: after.consumer,
        rating: after.rating,
      });
    case 'alert':
      return emit(after, ofAlert(after), {
        ...subjectOfAlert(after),
        alert: after.id,
        rule: after.rule,
        severity: after.severity,
        state: after.state,
        ...(after.consumer === undefined ? {} : { consumer: after.consumer }),
      });
    case 'entitlement':
      return emit(after, ofEntitlement(before?.type === 'entitlement' ? before : undefined, after), {
        domain: after.selector.domain ?? EVERY,
        product: EVERY,
        major: 0,
        entitlement: after.id,
        state: after.state,
        ...(after.grantee.kind === 'account' ? { consumer: after.grantee.domain } : {}),
      });
    case 'domain':
      return emit(after, ofDomain(before?.type === 'domain' ? before : undefined, after), {
        domain: after.name,
        product: EVERY,
        major: 0,
        consumer: after.name,
      });
    case 'policy-set':
      return emit(after, ofPolicySet(before?.type === 'policy-set' ? before : undefined, after), {
        domain: after.scope === GLOBAL_SCOPE ? EVERY : after.scope,
        product: EVERY,
        major: 0,
        policySet: policySetId(after),
        state: after.state,
      });
    default:
      return [];
  }
}

/** An alert is told to the owners of what was read and to those who read. */
function ofAlert({ state, products, consumer, suspended }: AlertRecord): Derived[] {
  const owners = products.map((product) => product.split('/')[0] ?? '');
  const audience = [...owners, ...(consumer === undefined ? [] : [consumer])];
  if (state === 'acknowledged') return [{ type: 'AuditAlertAcknowledged', audience }];
  return [{ type: 'AuditAlertRaised', audience, data: suspended.length === 0 ? {} : { suspended } }];
}

function subjectOfAlert({ products }: AlertRecord): Pick<MeshEventData, 'domain' | 'product' | 'major'> {
  const [domain = EVERY, product = EVERY] = products.length === 1 ? (products[0]?.split('/') ?? []) : [];
  return { domain, product, major: 0 };
}

/** Stands for every domain or product in the events of entitlements and policies. */
const EVERY = '*';

function emit(
  record: Exclude<RegistryRecord, { type: 'attempt' }>,
  derived: readonly Derived[],
  common: Omit<MeshEventData, 'correlation'>,
): MeshEvent[] {
  const { at, correlation, reason } = record.change;
  return derived.map(({ type, audience, data }) =>
    meshEvent(type, {
      id: `${recordKey(record)}@${record.revision}.${type}`,
      time: at,
      audience: [...new Set(audience)].toSorted(),
      data: { ...common, correlation, ...(reason === undefined ? {} : { reason }), ...data },
    }),
  );
}

const REACHED: readonly SubscriptionState[] = ['approved', 'active', 'expiring', 'revoking'];

function ofProduct(
  before: ProductRecord | undefined,
  after: ProductRecord,
  subscriptions: readonly SubscriptionRecord[],
  shares: readonly ShareRecord[],
): Derived[] {
  const owner = [after.domain];
  const everyone = [...owner, ...consumersOf(after, subscriptions)];
  const derived: Derived[] = [];
  if (before === undefined || before.version !== after.version || isPublication(before, after)) {
    derived.push({ type: 'ProductPublished', audience: everyone, data: { state: after.state } });
  }
  const changed = before === undefined ? [] : changedTables(before, after);
  if (changed.length > 0) derived.push({ type: 'SchemaChanged', audience: everyone, data: { tables: changed } });
  if (after.quarantine !== undefined && !isEqual(before?.quarantine, after.quarantine)) {
    const { table, reasons } = after.quarantine;
    derived.push({ type: 'SchemaChangeQuarantined', audience: owner, data: { tables: [table], reasons } });
  }
  const was = before && condition(before, 'Registered');
  const is = condition(after, 'Registered');
  if (is?.status === 'true' && was?.status !== 'true') {
    derived.push({ type: 'ProductRegistered', audience: everyone });
  }
  if (after.state !== 'retired' && is?.status === 'false' && (was?.status !== 'false' || was.reason !== is.reason)) {
    derived.push({ type: 'ProductFailed', audience: owner, data: { reason: is.message ?? is.reason } });
  }
  if (before !== undefined && isSuspended(before) !== isSuspended(after)) {
    derived.push({ type: isSuspended(after) ? 'ProductSuspended' : 'ProductResumed', audience: everyone });
  }
  const drift = ofDrift(before?.status.drift, after.status.drift, owner);
  // Who has the product by a standing entitlement has no subscription, and works on its data all the same.
  const entitled = shares.filter(({ intent }) => (intent.entitlements ?? []).length > 0 && intent.link !== undefined);
  const readers = [...everyone, ...entitled.map(({ intent }) => intent.consumer)];
  const data = before === undefined ? [] : ofDeliveries(before, after, readers);
  return [...derived, ...drift, ...ofProductLife(before, after, everyone), ...data];
}

function isPublication(before: ProductRecord, after: ProductRecord): boolean {
  return after.change.action === 'ProductPublished' && before.generation !== after.generation;
}

function consumersOf(product: ProductRecord, subscriptions: readonly SubscriptionRecord[]): string[] {
  return subscriptions
    .filter(
      (subscription) =>
        `${subscription.domain}/${subscription.product}` === productId(product) &&
        subscription.major === product.major &&
        REACHED.includes(subscription.state),
    )
    .map((subscription) => subscription.consumer);
}

/** The tables that came, went, or whose columns or partition keys are others, as far as subscribers know of them. */
function changedTables(before: ProductRecord, after: ProductRecord): string[] {
  const names = new Set([before, after].flatMap((product) => published(product).tables.map((table) => table.name)));
  const shape = (product: ProductRecord, name: string) => {
    const table = published(product).tables.find((candidate) => candidate.name === name);
    return (
      table && [table.columns, table.partitionKeys].map((list) => list.map((column) => [column.name, column.type]))
    );
  };
  return [...names].filter((name) => !isEqual(shape(before, name), shape(after, name))).toSorted();
}

const BY_STATE: Readonly<Partial<Record<SubscriptionState, MeshEventType>>> = {
  approved: 'SubscriptionApproved',
  rejected: 'SubscriptionRejected',
  active: 'SubscriptionActivated',
  revoked: 'SubscriptionRevoked',
  expired: 'SubscriptionExpired',
};

function ofSubscription(before: SubscriptionRecord | undefined, after: SubscriptionRecord): Derived[] {
  const audience = [after.domain, after.consumer];
  const derived: Derived[] = before === undefined ? [{ type: 'SubscriptionRequested', audience }] : [];
  const type = BY_STATE[after.state];
  const arrived = before?.state !== after.state && !(after.state === 'active' && before?.state === 'expiring');
  if (type !== undefined && arrived) derived.push({ type, audience });
  derived.push(...ofAge(before, after, audience));
  if (before !== undefined && isSuspended(before) !== isSuspended(after)) {
    derived.push({ type: isSuspended(after) ? 'SubscriptionSuspended' : 'SubscriptionResumed', audience });
  }
  return derived;
}

/** The agent is asked when its intent is another, and again by each write that finds it behind, except by its own late report. */
function ofShare(before: ShareRecord | undefined, after: ShareRecord): Derived[] {
  const changed = before === undefined || !isEqual(before.intent, after.intent);
  const reported = !isEqual(before?.applied, after.applied);
  const behind = (after.applied?.generation ?? -1) < after.generation && !reported;
  const looking = after.look !== undefined && !isEqual(before?.look, after.look);
  const audience = [after.intent.consumer];
  const derived: Derived[] = ofDrift(before?.drift, after.drift, [after.intent.domain, after.intent.consumer]);
  const { entitlements = [] } = after.intent;
  if (reported && entitlements.length > 0 && isVisible(after) && !(before !== undefined && isVisible(before)))
    derived.push({ type: 'ProductShared', audience, data: { entitlement: entitlements.join(' ') } });
  if (!changed && !behind && !looking) return derived;
  const { intent, generation, look } = after;
  const data = { intent, generation, ...(looking && !changed && !behind ? { look } : {}) };
  return [...derived, { type: 'ShareRequested', audience, data }];
}

/** The agent has reported that the product is there for the consumer's people. */
function isVisible({ applied, intent }: ShareRecord): boolean {
  return applied?.ok === true && applied.linkExists && intent.link !== undefined;
}

function ofEntitlement(before: EntitlementRecord | undefined, after: EntitlementRecord): Derived[] {
  const { domain } = after.selector;
  const audience = [...(domain === undefined ? [] : [domain]), ...after.consumers];
  if (before === undefined) return [{ type: 'EntitlementGranted', audience }];
  if (before.state === after.state) return [];
  if (after.state === 'active') return [{ type: 'EntitlementActivated', audience }];
  if (after.state === 'revoked') return [{ type: 'EntitlementRevoked', audience }];
  return after.state === 'expired' ? [{ type: 'EntitlementExpired', audience }] : [];
}

const POLICY_STATES: Readonly<Partial<Record<PolicySetState, MeshEventType>>> = {
  proposed: 'PolicyProposed',
  'in-force': 'PolicyInForce',
  rejected: 'PolicyRejected',
};

/** Those who have a voice are told of each step; what gives way to another is told by the other. */
function ofPolicySet(before: PolicySetRecord | undefined, after: PolicySetRecord): Derived[] {
  const audience = after.council.representatives;
  const votes = after.votes.map(({ voice, choice }) => `${voice}: ${choice}`);
  const data = votes.length === 0 ? {} : { votes };
  const type = POLICY_STATES[after.state];
  if (type !== undefined && before?.state !== after.state) return [{ type, audience, data }];
  return after.change.action === 'PolicyApproved' ? [{ type: 'PolicyApproved', audience, data }] : [];
}
