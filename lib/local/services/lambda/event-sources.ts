import type { Cloud } from '../../core/cloud.ts';
import { SqsService } from '../sqs/service.ts';
import { tellAs } from './acts.ts';
import type { Runner } from './async-queue.ts';
import type { Flights } from './flights.ts';
import { findFunction } from './functions.ts';
import { isQueue, mappingsOf, type StoredMapping } from './mapping.ts';
import type { StoredFunction } from './model.ts';
import { receiveBatch, releaseInFlight, runMessages } from './queue-poller.ts';
import { nextBatch, runBatch } from './stream-poller.ts';
import { progressOf } from './stream-progress.ts';

/** What Lambda's poller of a queue needs of the function's role: Developer Guide, "Using Lambda with Amazon SQS". */
const QUEUE_READS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** The same for a stream, with `dynamodb:ListStreams`: "Using AWS Lambda with Amazon DynamoDB". */
const STREAM_READS = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];

/** Polls the sources of every enabled mapping and starts what fits into its function's threads. */
export class EventSources {
  readonly #cloud: Cloud;
  readonly #flights: Flights;
  readonly #run: Runner;
  #batches = 0;
  #started = false;

  constructor(cloud: Cloud, flights: Flights, run: Runner) {
    this.#cloud = cloud;
    this.#flights = flights;
    this.#run = run;
  }

  start(free: (stored: StoredFunction) => number): void {
    if (!this.#started) releaseInFlight(this.#cloud);
    this.#started = true;
    for (const mapping of mappingsOf(this.#cloud)) {
      if (!mapping.enabled) continue;
      const stored = findFunction(this.#cloud.store, mapping.account, mapping.region, mapping.function);
      if (stored === undefined || stored.reservedConcurrency === 0) continue;
      if (isQueue(mapping)) this.#startQueue(mapping, stored, free(stored));
      else if (free(stored) > 0 && !this.#flights.has(mapping.uuid)) this.#startStream(mapping, stored);
    }
  }

  nextDue(): number | undefined {
    const times = mappingsOf(this.#cloud)
      .filter((mapping) => mapping.enabled)
      .map((mapping) =>
        isQueue(mapping) ? this.#cloud.service(SqsService).nextVisible(mapping.eventSourceArn) : this.#retryOf(mapping),
      )
      .filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #retryOf(mapping: StoredMapping): number | undefined {
    const { dueAt } = progressOf(this.#cloud, mapping.uuid);
    return dueAt === 0 ? undefined : dueAt;
  }

  #startStream(mapping: StoredMapping, stored: StoredFunction): void {
    const records = nextBatch(this.#cloud, mapping);
    if (records.length === 0) return;
    tellAs(this.#cloud, stored, STREAM_READS, mapping.eventSourceArn);
    tellAs(this.#cloud, stored, ['dynamodb:ListStreams'], '*');
    this.#flights.start(mapping.uuid, () => runBatch(this.#cloud, mapping, stored, records, this.#run));
  }

  #startQueue(mapping: StoredMapping, stored: StoredFunction, free: number): void {
    const most = mapping.settings.ScalingConfig?.MaximumConcurrency ?? Number.POSITIVE_INFINITY;
    let room = Math.min(free, most - this.#flights.count(`${mapping.uuid} `));
    for (; room > 0; room -= 1) {
      const messages = receiveBatch(this.#cloud, mapping);
      if (messages.length === 0) return;
      tellAs(this.#cloud, stored, QUEUE_READS, mapping.eventSourceArn);
      this.#batches += 1;
      const key = `${mapping.uuid} ${this.#batches}`;
      this.#flights.start(key, () => runMessages(this.#cloud, mapping, stored, messages, this.#run));
    }
  }
}
