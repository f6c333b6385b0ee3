import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { deliverFailure, deliverOutcome } from './destination.ts';
import type { Flights } from './flights.ts';
import { namespace, type StoredFunction } from './model.ts';
import type { Outcome } from './sandbox.ts';

/** An asynchronous invocation that has been accepted and not ended. */
export interface AsyncInvocation {
  readonly requestId: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly payload: string;
  /** Epoch milliseconds. */
  readonly acceptedAt: number;
  readonly dueAt: number;
  /** Invocations that ended with an error of the function. */
  readonly failures: number;
  readonly throttles: number;
}

/** Runs a function once. */
export type Runner = (stored: StoredFunction, payload: string, requestId: string) => Promise<Outcome>;

const QUEUE = 'lambda/async';
/** Lambda waits one minute before the first retry and two before the second. */
const RETRY_DELAYS = [60_000, 120_000];
const SIX_HOURS = 6 * 3600;

/** Lambda's queue of asynchronous invocations, kept in the store until each has ended. */
export class AsyncQueue {
  readonly #cloud: Cloud;
  readonly #flights: Flights;
  readonly #run: Runner;

  constructor(cloud: Cloud, flights: Flights, run: Runner) {
    this.#cloud = cloud;
    this.#flights = flights;
    this.#run = run;
  }

  accept(stored: StoredFunction, payload: string, requestId: string): void {
    const now = this.#cloud.clock.now();
    const { account, region, name } = stored;
    const entry = { requestId, account, region, name, payload, acceptedAt: now, dueAt: now, failures: 0, throttles: 0 };
    this.#cloud.store.put(QUEUE, keyOf(entry), entry);
    this.#cloud.wake();
  }

  /** Starts what is due and fits into `free` threads of its function. */
  start(free: (stored: StoredFunction) => number): void {
    const now = this.#cloud.clock.now();
    const started = new Map<string, number>();
    for (const { key, value } of this.#cloud.store.list<AsyncInvocation>(QUEUE)) {
      if (value.dueAt > now || this.#flights.has(key)) continue;
      const stored = this.#cloud.store.get<StoredFunction>(
        namespace(value.account, value.region, 'functions'),
        value.name,
      );
      if (stored === undefined) {
        this.#cloud.store.delete(QUEUE, key);
        continue;
      }
      const id = stored.configuration.FunctionArn;
      const taken = started.get(id) ?? 0;
      if (stored.reservedConcurrency !== 0 && taken >= free(stored)) continue;
      started.set(id, taken + 1);
      this.#flights.start(key, () => this.#attempt(key, value, stored));
    }
  }

  nextDue(): number | undefined {
    const due = this.#cloud.store.list<AsyncInvocation>(QUEUE).map(({ value }) => value.dueAt);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  async #attempt(key: string, entry: AsyncInvocation, stored: StoredFunction): Promise<void> {
    let outcome: Outcome;
    try {
      outcome = await this.#run(stored, entry.payload, entry.requestId);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#postpone(key, entry, stored, error);
      return;
    }
    if (outcome.functionError === undefined) {
      this.#cloud.store.delete(QUEUE, key);
      deliverOutcome(this.#cloud, stored, entry, outcome, 'Success');
      return;
    }
    const failures = entry.failures + 1;
    const allowed = stored.invokeConfig?.MaximumRetryAttempts ?? 2;
    const dueAt = this.#cloud.clock.now() + (RETRY_DELAYS[failures - 1] ?? 120_000);
    if (failures <= allowed && !tooOld(entry, stored, dueAt)) {
      this.#cloud.store.put(QUEUE, key, { ...entry, failures, dueAt });
      return;
    }
    this.#cloud.store.delete(QUEUE, key);
    const condition = failures > allowed ? 'RetriesExhausted' : 'EventAgeExceeded';
    deliverFailure(this.#cloud, stored, { ...entry, failures }, outcome, condition);
  }

  /** A throttle is no attempt: the event goes back to the queue until it is too old. */
  #postpone(key: string, entry: AsyncInvocation, stored: StoredFunction, error: AwsError): void {
    const throttles = entry.throttles + 1;
    const dueAt = this.#cloud.clock.now() + Math.min(300_000, 1000 * 2 ** (throttles - 1));
    if (!tooOld(entry, stored, dueAt)) {
      this.#cloud.store.put(QUEUE, key, { ...entry, throttles, dueAt });
      return;
    }
    this.#cloud.store.delete(QUEUE, key);
    const payload = JSON.stringify({ errorMessage: error.message });
    deliverFailure(
      this.#cloud,
      stored,
      entry,
      { payload, functionError: 'Unhandled', duration: 0 },
      'EventAgeExceeded',
    );
  }
}

function tooOld(entry: AsyncInvocation, stored: StoredFunction, at: number): boolean {
  return at - entry.acceptedAt > (stored.invokeConfig?.MaximumEventAgeInSeconds ?? SIX_HOURS) * 1000;
}

function keyOf(entry: AsyncInvocation): string {
  return `${String(entry.acceptedAt).padStart(15, '0')} ${entry.requestId}`;
}
