import { type Cloud, callerFor } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { DynamoDbService } from '../dynamodb/service.ts';
import type { StreamRecord } from '../dynamodb/stream.ts';
import type { Runner } from './async-queue.ts';
import { failedItems, findMapping, passesFilters, type StoredMapping } from './mapping.ts';
import type { StoredFunction } from './model.ts';
import { sendToQueue } from './send-to-queue.ts';
import { progressOf, type StreamProgress, saveProgress } from './stream-progress.ts';

const MOST_BYTES = 6 * 1024 * 1024;

/** The next batch of a stream when one is due: its records, in order. */
export function nextBatch(cloud: Cloud, mapping: StoredMapping): StreamRecord[] {
  const progress = progressOf(cloud, mapping.uuid);
  if (progress.dueAt > cloud.clock.now()) return [];
  const limit = progress.limit ?? mapping.batchSize;
  const records = cloud.service(DynamoDbService).streamRecords(mapping.eventSourceArn, progress.after, limit);
  while (records.length > 1 && JSON.stringify(records).length > MOST_BYTES)
    records.splice(Math.ceil(records.length / 2));
  return records;
}

/** Gives one batch to the function and moves the checkpoint as far as it got. */
export async function runBatch(
  cloud: Cloud,
  mapping: StoredMapping,
  stored: StoredFunction,
  records: readonly StreamRecord[],
  run: Runner,
): Promise<void> {
  const progress = progressOf(cloud, mapping.uuid);
  const save = (next: StreamProgress) => {
    if (findMapping(cloud, mapping.uuid) !== undefined) saveProgress(cloud, mapping.uuid, next);
  };
  const fresh = records.filter((record) => !tooOld(cloud, mapping, record));
  const wanted = fresh.filter((record) => passesFilters(mapping, record));
  const last = sequenceOf(records.at(-1));
  if (fresh.length < records.length)
    giveUp(
      cloud,
      mapping,
      stored,
      records.filter((record) => !fresh.includes(record)),
      'RecordAgeExceeded',
      0,
    );
  if (wanted.length === 0) return save({ after: last, attempts: 0, dueAt: 0 });
  const requestId = cloud.contextFor({ kind: 'service', account: stored.account, arn: '', principalId: '' }).requestId;
  let failed: readonly string[] | 'all';
  try {
    const outcome = await run(stored, JSON.stringify({ Records: wanted }), requestId);
    failed =
      outcome.functionError === undefined ? failedItems(mapping, outcome.payload, wanted.map(sequenceOf)) : 'all';
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return save({ ...progress, limit: records.length, dueAt: cloud.clock.now() + backoff(progress.attempts) });
  }
  if (failed.length === 0) return save({ after: last, attempts: 0, dueAt: 0 });
  const lowest = failed === 'all' ? sequenceOf(wanted[0]) : [...failed].sort()[0];
  const from = records.findIndex((record) => sequenceOf(record) === lowest);
  const rest = records.slice(from);
  const moved = from > 0 && failed !== 'all';
  const tries = (moved ? 0 : progress.attempts) + 1;
  const after = from > 0 ? sequenceOf(records[from - 1]) : progress.after;
  if (mapping.settings.BisectBatchOnFunctionError === true && rest.length > 1) {
    return save({ after, attempts: moved ? 0 : progress.attempts, limit: Math.ceil(rest.length / 2), dueAt: 0 });
  }
  const allowed = mapping.settings.MaximumRetryAttempts ?? -1;
  if (allowed >= 0 && tries > allowed) {
    giveUp(cloud, mapping, stored, rest, 'RetryAttemptsExhausted', tries);
    return save({ after: last, attempts: 0, dueAt: 0 });
  }
  save({ after, attempts: tries, limit: rest.length, dueAt: cloud.clock.now() + backoff(tries) });
}

function backoff(tries: number): number {
  return Math.min(60_000, 500 * 2 ** Math.min(tries, 10));
}

function tooOld(cloud: Cloud, mapping: StoredMapping, record: StreamRecord): boolean {
  const seconds = mapping.settings.MaximumRecordAgeInSeconds ?? -1;
  return seconds >= 0 && cloud.clock.now() - record.dynamodb.ApproximateCreationDateTime * 1000 > seconds * 1000;
}

/** Tells the destination where the records of a batch that was given up stand in the stream. */
function giveUp(
  cloud: Cloud,
  mapping: StoredMapping,
  stored: StoredFunction,
  records: readonly StreamRecord[],
  condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded',
  tries: number,
): void {
  const destination = mapping.settings.DestinationConfig?.OnFailure?.Destination;
  if (destination === undefined || records.length === 0) return;
  const arrival = (record: StreamRecord | undefined) =>
    new Date((record?.dynamodb.ApproximateCreationDateTime ?? 0) * 1000).toISOString();
  const message = {
    requestContext: {
      functionArn: mapping.functionArn,
      condition,
      approximateInvokeCount: tries,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: cloud.clock.date().toISOString(),
    DDBStreamBatchInfo: {
      shardId: 'shardId-00000000000000000000-00000001',
      startSequenceNumber: sequenceOf(records[0]),
      endSequenceNumber: sequenceOf(records.at(-1)),
      approximateArrivalOfFirstRecord: arrival(records[0]),
      approximateArrivalOfLastRecord: arrival(records.at(-1)),
      batchSize: records.length,
      streamArn: mapping.eventSourceArn,
    },
  };
  sendToQueue(cloud, destination, JSON.stringify(message), {
    caller: callerFor(stored.configuration.Role, stored.name),
  });
}

function sequenceOf(record: StreamRecord | undefined): string {
  return record?.dynamodb.SequenceNumber ?? '';
}
