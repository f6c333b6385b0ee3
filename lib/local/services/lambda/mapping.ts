import type { Cloud } from '../../core/cloud.ts';
import { compilePattern } from '../eventbridge/pattern.ts';

/** An event source mapping as the store keeps it. */
export interface StoredMapping {
  readonly uuid: string;
  readonly account: string;
  readonly region: string;
  /** The function's name. */
  readonly function: string;
  readonly functionArn: string;
  readonly eventSourceArn: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly settings: MappingSettings;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

/** The members that Create- and UpdateEventSourceMapping share. */
export interface MappingSettings {
  readonly StartingPosition?: 'TRIM_HORIZON' | 'LATEST';
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly FilterCriteria?: { readonly Filters?: readonly { readonly Pattern?: string }[] };
  readonly FunctionResponseTypes?: readonly string[];
  readonly BisectBatchOnFunctionError?: boolean;
  /** -1 is for ever. */
  readonly MaximumRetryAttempts?: number;
  /** -1 is for ever. */
  readonly MaximumRecordAgeInSeconds?: number;
  readonly ParallelizationFactor?: number;
  readonly TumblingWindowInSeconds?: number;
  readonly DestinationConfig?: { readonly OnFailure?: { readonly Destination?: string } };
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number };
}

const MAPPINGS = 'lambda/mappings';

export function mappingsOf(cloud: Cloud): StoredMapping[] {
  return cloud.store.list<StoredMapping>(MAPPINGS).map(({ value }) => value);
}

export function findMapping(cloud: Cloud, uuid: string): StoredMapping | undefined {
  return cloud.store.get<StoredMapping>(MAPPINGS, uuid);
}

export function saveMapping(cloud: Cloud, mapping: StoredMapping): void {
  cloud.store.put(MAPPINGS, mapping.uuid, mapping);
}

export function removeMapping(cloud: Cloud, uuid: string): void {
  cloud.store.delete(MAPPINGS, uuid);
}

export function isQueue(mapping: StoredMapping): boolean {
  return mapping.eventSourceArn.startsWith('arn:aws:sqs:');
}

/** Whether a record passes the mapping's filters; one that passes any of them is kept. */
export function passesFilters(mapping: StoredMapping, record: unknown): boolean {
  const patterns = (mapping.settings.FilterCriteria?.Filters ?? []).flatMap(({ Pattern }) => Pattern ?? []);
  return patterns.length === 0 || patterns.some((pattern) => compilePattern(pattern).matches(record));
}

/**
 * The identifiers that a function reports as failed: none, some, or `all` when its answer is not of the agreed form or names an unknown record.
 */
export function failedItems(
  mapping: StoredMapping,
  payload: string,
  known: readonly string[],
): readonly string[] | 'all' {
  if (mapping.settings.FunctionResponseTypes?.includes('ReportBatchItemFailures') !== true) return [];
  const answer = JSON.parse(payload) as { batchItemFailures?: readonly { itemIdentifier?: unknown }[] | null } | null;
  const failures = answer?.batchItemFailures;
  if (answer === null || failures === undefined || failures === null) return [];
  if (!Array.isArray(failures)) return 'all';
  const ids = (failures as readonly { itemIdentifier?: unknown }[]).map((failure) => failure?.itemIdentifier);
  return ids.every((id) => typeof id === 'string' && known.includes(id)) ? (ids as string[]) : 'all';
}
