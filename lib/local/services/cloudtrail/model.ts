import { AwsError } from '../../core/error.ts';

/** A trail as the store keeps it. */
export interface StoredTrail {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  readonly prefix?: string;
  readonly organization: boolean;
  readonly multiRegion: boolean;
  readonly globalEvents: boolean;
  readonly validation: boolean;
  readonly logging: boolean;
  readonly selectors?: readonly EventSelector[];
  readonly advancedSelectors?: readonly AdvancedSelector[];
  /** Epoch milliseconds. */
  readonly startedAt?: number;
  readonly stoppedAt?: number;
  readonly deliveredAt?: number;
  readonly deliveryError?: string;
  /** When a delivery that failed is tried again. */
  readonly retryAt?: number;
}

export interface EventSelector {
  readonly ReadWriteType?: 'All' | 'ReadOnly' | 'WriteOnly';
  readonly IncludeManagementEvents?: boolean;
  readonly DataResources?: readonly { readonly Type?: string; readonly Values?: readonly string[] }[];
  readonly ExcludeManagementEventSources?: readonly string[];
}

export interface AdvancedSelector {
  readonly Name?: string;
  readonly FieldSelectors: readonly FieldSelector[];
}

export interface FieldSelector {
  readonly Field: string;
  readonly Equals?: readonly string[];
  readonly NotEquals?: readonly string[];
  readonly StartsWith?: readonly string[];
  readonly NotStartsWith?: readonly string[];
  readonly EndsWith?: readonly string[];
  readonly NotEndsWith?: readonly string[];
}

/** One event in CloudTrail's own form. */
export interface TrailRecord {
  readonly eventVersion: string;
  readonly userIdentity: Readonly<Record<string, unknown>>;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: unknown;
  readonly responseElements: unknown;
  readonly additionalEventData?: Readonly<Record<string, unknown>>;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly Readonly<Record<string, unknown>>[];
  readonly eventType: string;
  readonly managementEvent: boolean;
  readonly recipientAccountId: string;
  readonly sharedEventID?: string;
  readonly eventCategory: 'Management' | 'Data';
}

export const TRAILS = 'cloudtrail/trails';
export const PENDING = 'cloudtrail/pending';

export function trailArn(trail: Pick<StoredTrail, 'account' | 'region' | 'name'>): string {
  return `arn:aws:cloudtrail:${trail.region}:${trail.account}:trail/${trail.name}`;
}

export function trailNotFound(name: string, account: string): AwsError {
  return new AwsError('TrailNotFoundException', `Unknown trail: ${name} for the user: ${account}`);
}
