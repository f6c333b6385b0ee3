import type { ShareIntent, ShareRecord } from '../subscription/subscription.ts';
import { domainSource, MESH_SOURCE } from '../topology/names.ts';
import type { DomainReport } from './report.ts';

export { parseReport } from './parse-report.ts';

/** CloudEvents 1.0, as it stands in the `Detail` of an EventBridge entry. */
export interface Envelope<Type extends string, Data> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: Type;
  /** `<domain>/<product>`; of a `CatalogChanged`, `<database>/<table>`. */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Data & { readonly audience: readonly string[] };
}

export type MeshEventType =
  | 'ProductPublished'
  | 'ProductRegistered'
  | 'ProductFailed'
  | 'ProductSuspended'
  | 'ProductResumed'
  | 'ProductDeprecated'
  | 'ProductReactivated'
  | 'SunsetApproaching'
  | 'ProductRetired'
  | 'RolloutChanged'
  | 'RolloutTakenBack'
  | 'DataUpdated'
  | 'DataHeldBack'
  | 'QualityRequested'
  | 'QualityFailed'
  | 'QualityRestored'
  | 'SlaBreached'
  | 'SlaRestored'
  | 'FeedbackGiven'
  | 'DomainLeft'
  | 'DomainReturned'
  | 'SchemaChanged'
  | 'SchemaChangeQuarantined'
  | 'SubscriptionRequested'
  | 'SubscriptionApproved'
  | 'SubscriptionRejected'
  | 'SubscriptionActivated'
  | 'SubscriptionRevoked'
  | 'SubscriptionExpired'
  | 'SubscriptionApprovalGiven'
  | 'SubscriptionExpiring'
  | 'SubscriptionRenewalRequested'
  | 'SubscriptionRenewed'
  | 'SubscriptionRenewalRejected'
  | 'DomainSuspended'
  | 'DomainResumed'
  | 'SubscriptionSuspended'
  | 'SubscriptionResumed'
  | 'ShareRequested'
  | 'DriftFound'
  | 'DriftRepaired'
  | 'EntitlementGranted'
  | 'EntitlementActivated'
  | 'EntitlementRevoked'
  | 'EntitlementExpired'
  | 'ProductShared'
  | 'PolicyProposed'
  | 'PolicyApproved'
  | 'PolicyInForce'
  | 'PolicyRejected'
  | 'AuditAlertRaised'
  | 'AuditAlertAcknowledged'
  | 'DisposalAnnounced'
  | 'DataDisposed'
  | 'DisposalBlocked'
  | 'LegalHoldPlaced'
  | 'LegalHoldReleased'
  | 'OwnerMissing'
  | 'OwnerFound';

/** `DriftFound`, `DriftRepaired`: one thing that somebody changed past the mesh. */
export interface DriftNotice {
  readonly kind: string;
  readonly severity: string;
  /** The account where it was found. */
  readonly account: string;
  readonly what: string;
  /** ARN of who did it, or where to look. */
  readonly by: string;
  /** ISO 8601: when it was found. */
  readonly at: string;
}

/** What will go of a product's data, or went, or cannot go. */
export interface DisposalNotice {
  readonly table: string;
  /** ISO 8601: everything up to then. */
  readonly upTo?: string;
  /** ISO 8601: when it goes, copies in other accounts included. */
  readonly goesAt?: string;
  readonly objects?: number;
  readonly bytes?: number;
  /** The id of the signed record, and its SHA-256. */
  readonly record?: string;
  readonly digest?: string;
  /** The domain in whose account it is. */
  readonly by?: string;
  readonly kind?: string;
}

/** What every event of the mesh says; the optional members depend on the type. */
export interface MeshEventData {
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  readonly correlation: string;
  readonly version?: string;
  readonly subscription?: string;
  readonly consumer?: string;
  /** The standing entitlement that it is about; of several, their ids with blanks between. */
  readonly entitlement?: string;
  /** `<scope>@<version>` of a set of policies. */
  readonly policySet?: string;
  /** What each domain said of a proposed set so far, e.g. `sales: approve`. */
  readonly votes?: readonly string[];
  readonly state?: string;
  readonly reason?: string;
  readonly reasons?: readonly string[];
  readonly tables?: readonly string[];
  /** `ProductDeprecated`, `SunsetApproaching`: ISO 8601. */
  readonly sunset?: string;
  /** When a subscription ends, unless it goes on: ISO 8601. */
  readonly ends?: string;
  /** Classes of approvers that have not said yes yet. */
  readonly waitsFor?: readonly string[];
  /** `DomainSuspended`, `DomainResumed`: who said so, each as `<side>: <reach>`, as it stands now. */
  readonly stops?: readonly string[];
  /** The major version that subscribers should move to. */
  readonly successor?: number;
  /** `FeedbackGiven`: 1 to 5. */
  readonly rating?: number;
  /** `RolloutChanged`: percent of the subscriptions that follow the successor. */
  readonly share?: number;
  /** `DataUpdated`, `DataHeldBack`: the newest run of the pipeline whose data it is about. */
  readonly run?: string;
  /** `DataUpdated`: how many rows came, as far as the domain says. */
  readonly rows?: number;
  /** `DataUpdated`, `DataHeldBack`: when the newest of the data was there to be queried, ISO 8601. */
  readonly at?: string;
  /** `DataUpdated`: `passed`, `failed`, `not-measured` or `no-rules`. */
  readonly quality?: string;
  readonly findings?: readonly DriftNotice[];
  /** `AuditAlert…`: its id. */
  readonly alert?: string;
  /** The audit rule that was raised. */
  readonly rule?: string;
  readonly severity?: string;
  /** `AuditAlertRaised`: the subscriptions that the rule suspended. */
  readonly suspended?: readonly string[];
  /** `DisposalAnnounced`, `DataDisposed`, `DisposalBlocked`: which data it is about. */
  readonly disposal?: DisposalNotice;
  /** `LegalHoldPlaced`, `LegalHoldReleased`: the ids. */
  readonly holds?: readonly string[];
  /** `ShareRequested` only. */
  readonly intent?: ShareIntent;
  readonly generation?: number;
  /** `ShareRequested`: the agent is asked to look whether somebody changed what it left; `mend` false leaves what is only missing. */
  readonly look?: ShareRecord['look'];
  /** `ShareRequested`, from an agent's own timer: an end of the intent that has come, ISO 8601. */
  readonly due?: string;
}

export type MeshEvent = Envelope<MeshEventType, MeshEventData>;
export type DomainEvent = Envelope<DomainReport['type'], Readonly<Record<string, unknown>>>;

/** The mesh's own event, from `weft.mesh`. */
export function meshEvent(
  type: MeshEventType,
  event: { id: string; time: string; data: MeshEventData; audience: readonly string[] },
): MeshEvent {
  return {
    specversion: '1.0',
    id: event.id,
    source: MESH_SOURCE,
    type,
    subject: `${event.data.domain}/${event.data.product}`,
    time: event.time,
    datacontenttype: 'application/json',
    data: { ...event.data, audience: event.audience },
  };
}

/** A domain's report, from `weft.domain.<from>`, for the mesh only: its audience is empty. */
export function domainEvent(report: DomainReport): DomainEvent {
  const { type, id, time, from, ...data } = report;
  const subject = 'database' in data ? `${data.database}/${data.table}` : `${data.domain}/${data.product}`;
  return {
    specversion: '1.0',
    id,
    source: domainSource(from),
    type,
    subject,
    time,
    datacontenttype: 'application/json',
    data: { ...data, audience: [] },
  };
}
