import type { MeshEventData, MeshEventType } from '../event/envelope.ts';
import { COUNT, type JsonSchema, listOf, NAME, objectOf, TEXT, TEXTS, TIME } from './json-schema.ts';

/** What a type of the mesh's events says, to whom, and which of the members of its data it always has. */
interface MeshEventSpec {
  readonly summary: string;
  readonly has?: readonly (keyof MeshEventData)[];
}

const OF_SUBSCRIPTION = ['subscription', 'consumer', 'state'] as const;
const OF_ENTITLEMENT = ['entitlement', 'state'] as const;
const OF_ALERT = ['alert', 'rule', 'severity', 'state'] as const;
const OF_POLICIES = ['policySet', 'state'] as const;

/** Every type of the mesh's events. A type without its line does not compile. */
export const MESH_EVENTS: Readonly<Record<MeshEventType, MeshEventSpec>> = {
  ProductPublished: { summary: 'A version of a product was accepted.', has: ['version', 'state'] },
  ProductRegistered: { summary: 'A product is in the central catalog.', has: ['version'] },
  ProductFailed: { summary: 'A product could not be registered.', has: ['version', 'reason'] },
  ProductSuspended: { summary: 'Every access to a product was taken away for a while.', has: ['version'] },
  ProductResumed: { summary: 'A suspended product is there again.', has: ['version'] },
  ProductDeprecated: { summary: 'A version of a product has an end.', has: ['version', 'sunset'] },
  ProductReactivated: { summary: 'A version of a product has no end any more.', has: ['version'] },
  SunsetApproaching: { summary: 'The end of a version of a product is near.', has: ['version', 'sunset'] },
  ProductRetired: { summary: 'A version of a product has ended.', has: ['version'] },
  RolloutChanged: {
    summary: 'A share of the subscriptions follows a new version.',
    has: ['version', 'successor', 'share'],
  },
  RolloutTakenBack: {
    summary: 'The subscriptions went back to the last good version.',
    has: ['version', 'successor', 'reason'],
  },
  DataUpdated: {
    summary: 'New data is in tables of a product.',
    has: ['version', 'tables', 'run', 'at', 'quality'],
  },
  DataHeldBack: {
    summary: 'New data breaks a rule of its contract, and its consumers are not told of it.',
    has: ['version', 'tables', 'run', 'at', 'reason'],
  },
  QualityRequested: { summary: 'Somebody asks the owning domain to measure its data now.', has: ['version'] },
  QualityFailed: { summary: 'The data of a product is not as its contract promises.', has: ['version', 'reason'] },
  QualityRestored: { summary: 'The data of a product is again as its contract promises.', has: ['version'] },
  OwnerMissing: {
    summary: 'Who answers for a product is no longer an owner of its domain.',
    has: ['version', 'reason'],
  },
  OwnerFound: { summary: 'A product has an owner of its domain again.', has: ['version'] },
  SlaBreached: { summary: 'A product is not as fresh as its contract promises.', has: ['version', 'reason'] },
  SlaRestored: { summary: 'A product is again as fresh as its contract promises.', has: ['version'] },
  FeedbackGiven: { summary: 'A consumer said how good a product is.', has: ['consumer', 'rating'] },
  DomainLeft: {
    summary: 'A domain that a product needs is no longer in the mesh; what it has stays until it is ended.',
    has: ['version', 'reason'],
  },
  DomainReturned: { summary: 'Every domain that a product needs is in the mesh again.', has: ['version'] },
  SchemaChanged: { summary: 'Tables of a product have other columns.', has: ['version', 'tables'] },
  SchemaChangeQuarantined: {
    summary: "A change of the domain's catalog breaks the contract and is held back.",
    has: ['version', 'tables', 'reasons'],
  },
  DisposalAnnounced: {
    summary: 'Data of a product goes at a time that is told; copies of it go with it.',
    has: ['version', 'disposal'],
  },
  DataDisposed: {
    summary: 'Data of a product, or copies of it, were removed; a signed record says which.',
    has: ['version', 'disposal'],
  },
  DisposalBlocked: {
    summary: 'Data of a product stays although its time is over, and why.',
    has: ['version', 'disposal', 'reasons'],
  },
  LegalHoldPlaced: { summary: 'Nothing of a product may be removed.', has: ['version', 'holds'] },
  LegalHoldReleased: { summary: 'A hold on a product is no more.', has: ['version', 'holds'] },
  SubscriptionRequested: { summary: 'A domain asks for a product.', has: OF_SUBSCRIPTION },
  SubscriptionApproved: { summary: 'A subscription was approved.', has: OF_SUBSCRIPTION },
  SubscriptionRejected: { summary: 'A subscription was rejected.', has: OF_SUBSCRIPTION },
  SubscriptionActivated: { summary: 'Everything that a subscription gives is there.', has: OF_SUBSCRIPTION },
  SubscriptionRevoked: { summary: 'Nothing of a subscription is left.', has: OF_SUBSCRIPTION },
  SubscriptionExpired: { summary: 'A subscription has come to its end.', has: OF_SUBSCRIPTION },
  SubscriptionApprovalGiven: {
    summary: 'A class of approvers said yes; others are still asked.',
    has: [...OF_SUBSCRIPTION, 'waitsFor'],
  },
  SubscriptionExpiring: { summary: 'The end of a subscription is near.', has: [...OF_SUBSCRIPTION, 'ends'] },
  SubscriptionRenewalRequested: {
    summary: 'Somebody asks that a subscription goes on.',
    has: [...OF_SUBSCRIPTION, 'waitsFor'],
  },
  SubscriptionRenewed: { summary: 'A subscription goes on.', has: OF_SUBSCRIPTION },
  SubscriptionRenewalRejected: { summary: 'A subscription ends when it would have ended.', has: OF_SUBSCRIPTION },
  DomainSuspended: { summary: 'The access of a whole domain was taken away for a while.', has: ['consumer', 'stops'] },
  DomainResumed: { summary: 'Somebody gives back what a whole domain had.', has: ['consumer', 'stops'] },
  SubscriptionSuspended: { summary: 'The access of a subscription was taken away for a while.', has: OF_SUBSCRIPTION },
  SubscriptionResumed: { summary: 'A suspended subscription is there again.', has: OF_SUBSCRIPTION },
  ShareRequested: {
    summary: "What a consumer's agent shall make of its account; never kept in an archive.",
    has: ['consumer', 'intent', 'generation'],
  },
  DriftFound: { summary: 'Somebody changed what the mesh looks after.', has: ['findings'] },
  DriftRepaired: { summary: 'What somebody had changed is as it was.', has: ['findings'] },
  EntitlementGranted: { summary: 'A standing entitlement was granted.', has: OF_ENTITLEMENT },
  EntitlementActivated: { summary: 'A standing entitlement holds.', has: OF_ENTITLEMENT },
  EntitlementRevoked: { summary: 'Nothing of a standing entitlement is left.', has: OF_ENTITLEMENT },
  EntitlementExpired: { summary: 'A standing entitlement has come to its end.', has: OF_ENTITLEMENT },
  ProductShared: { summary: 'A standing entitlement has brought a product.', has: ['consumer', 'entitlement'] },
  AuditAlertRaised: { summary: 'An audit rule was raised.', has: OF_ALERT },
  AuditAlertAcknowledged: { summary: 'Somebody has taken note of an alert.', has: OF_ALERT },
  PolicyProposed: { summary: 'A set of policies waits for its council.', has: OF_POLICIES },
  PolicyApproved: { summary: 'A member of the council approved a set of policies.', has: OF_POLICIES },
  PolicyInForce: { summary: 'A set of policies counts.', has: OF_POLICIES },
  PolicyRejected: { summary: 'The council rejected a set of policies.', has: OF_POLICIES },
};

export const GRANT = objectOf({
  principal: NAME,
  resource: objectOf({ kind: NAME }),
  permissions: listOf(NAME),
  grantable: listOf(NAME),
});

const INTENT = objectOf({
  domain: NAME,
  product: NAME,
  major: COUNT,
  consumer: NAME,
  account: { type: 'string', pattern: '^\\d{12}$' },
  linkName: NAME,
  target: objectOf({ catalogId: NAME, database: NAME, tables: TEXTS }),
  grants: listOf(GRANT),
});

const FINDING = objectOf({ kind: TEXT, severity: TEXT, account: TEXT, what: TEXT, by: TEXT, at: TEXT });

/** Every member that the data of an event of the mesh can have. */
const MESH_DATA: Readonly<Record<keyof MeshEventData, JsonSchema>> = {
  domain: { ...NAME, description: 'The owning domain; `*` for all.' },
  product: { ...NAME, description: "The product's name without its domain; `*` for all." },
  major: COUNT,
  correlation: { ...TEXT, description: 'The id of the request that caused it.' },
  version: TEXT,
  subscription: NAME,
  consumer: NAME,
  entitlement: NAME,
  policySet: NAME,
  votes: TEXTS,
  state: TEXT,
  reason: TEXT,
  reasons: TEXTS,
  tables: TEXTS,
  sunset: TIME,
  ends: { ...TIME, description: 'when the subscription ends, unless it goes on' },
  waitsFor: { ...TEXTS, description: 'classes of approvers that have not said yes yet' },
  stops: { ...TEXTS, description: 'who has stopped the domain, each as `<side>: <reach>`' },
  successor: COUNT,
  rating: { type: 'integer', minimum: 1, maximum: 5 },
  share: { type: 'number', minimum: 0, maximum: 100 },
  run: { ...NAME, description: 'the run of the pipeline that brought the data' },
  rows: { ...COUNT, description: 'how many rows came, as far as the domain says' },
  at: { ...TIME, description: 'when the newest of the data was there to be queried' },
  quality: { enum: ['passed', 'failed', 'not-measured', 'no-rules'] },
  findings: listOf(FINDING),
  alert: NAME,
  rule: NAME,
  severity: TEXT,
  suspended: TEXTS,
  disposal: objectOf(
    { table: TEXT },
    {
      upTo: TIME,
      goesAt: TIME,
      objects: COUNT,
      bytes: COUNT,
      record: TEXT,
      digest: TEXT,
      by: TEXT,
      kind: TEXT,
    },
  ),
  holds: TEXTS,
  intent: INTENT,
  generation: COUNT,
  look: { type: 'object' },
  due: TEXT,
};

/** The schema of the `data` of one type. */
export function meshData(type: MeshEventType): JsonSchema {
  const required = ['domain', 'product', 'major', 'correlation', ...(MESH_EVENTS[type].has ?? [])] as const;
  const { intent, look, generation, due: _ofTimersOnly, ...common } = MESH_DATA;
  const properties = type === 'ShareRequested' ? { ...common, intent, look, generation } : common;
  return { type: 'object', required, properties };
}
