import type { Checked } from '../error.ts';
import type { ShareIntent } from '../subscription/subscription.ts';
import type { DomainReport } from './report.ts';

/** CloudEvents 1.0, as it stands in the `Detail` of an EventBridge entry. */
export interface Envelope<Type extends string, Data> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: Type;
  /** `<domain>/<product>`. */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Data & { readonly audience: readonly string[] };
}

export type MeshEventType =
  | 'ProductPublished'
  | 'ProductRegistered'
  | 'ProductFailed'
  | 'SchemaChanged'
  | 'SchemaChangeQuarantined'
  | 'SubscriptionRequested'
  | 'SubscriptionApproved'
  | 'SubscriptionRejected'
  | 'SubscriptionActivated'
  | 'SubscriptionRevoked'
  | 'SubscriptionExpired'
  | 'ShareRequested';

/** What every event of the mesh says; the optional members depend on the type. */
export interface MeshEventData {
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  readonly correlation: string;
  readonly version?: string;
  readonly subscription?: string;
  readonly consumer?: string;
  readonly state?: string;
  readonly reason?: string;
  readonly reasons?: readonly string[];
  readonly tables?: readonly string[];
  /** `ShareRequested` only. */
  readonly intent?: ShareIntent;
  readonly generation?: number;
}

export type MeshEvent = Envelope<MeshEventType, MeshEventData>;
export type DomainEvent = Envelope<DomainReport['type'], Readonly<Record<string, unknown>>>;

/** The mesh's own event, from `weft.mesh`. */
export declare function meshEvent(
  type: MeshEventType,
  event: { id: string; time: string; data: MeshEventData; audience: readonly string[] },
): MeshEvent;

/** A domain's report, from `weft.domain.<from>`; `data` is as ADR 0001 has it. */
export declare function domainEvent(report: DomainReport): DomainEvent;

/** Reads the `detail` of an EventBridge event of a domain; every problem at once. */
export declare function parseReport(detail: unknown): Checked<DomainReport>;
