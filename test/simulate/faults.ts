import type { Clock } from '#local/core/clock.ts';
import type { Cloud } from '#local/core/cloud.ts';
import { AwsError } from '#local/core/error.ts';
import type { Call } from '#local/core/service.ts';
import type { Random } from './random.ts';

/** How often each fault strikes a call, from 0 to 1. */
export interface FaultRates {
  /** Refused before anything was done, in both words that a throttle has. */
  readonly throttle: number;
  readonly concurrent: number;
  /** Done, and answered as if it were not. */
  readonly lostAnswer: number;
  /** Entries of a batch left out and named in `Failures`. */
  readonly partial: number;
  /** A list of permissions as it was up to two minutes ago. */
  readonly stale: number;
  /** The process ends, before the call or after it. */
  readonly crash: number;
  /** Somebody else gives a command between two calls. */
  readonly interleave: number;
}

export const NO_FAULTS: FaultRates = {
  throttle: 0,
  concurrent: 0,
  lostAnswer: 0,
  partial: 0,
  stale: 0,
  crash: 0,
  interleave: 0,
};

export const FAULTS: FaultRates = {
  throttle: 0.02,
  concurrent: 0.02,
  lostAnswer: 0.01,
  partial: 0.05,
  stale: 0.02,
  crash: 0.01,
  interleave: 0.02,
};

const STALE_MILLISECONDS = 120_000;
const PASSED_WAIT = new AwsError('InternalFailure', 'the process that called has ended', 500);

interface Batch {
  Entries?: { Id: string }[];
}

/** Strikes the calls of one process at a time; calls outside a process are left alone. */
export class Faults {
  rates: FaultRates = NO_FAULTS;
  /** Given between two calls of a process. */
  interrupt: (() => Promise<void>) | undefined;
  readonly struck: Record<string, number> = {};
  readonly #random: Random;
  readonly #clock: Clock;
  readonly #seen = new Map<string, { at: number; output: unknown }[]>();
  readonly #left = new WeakMap<object, { Id: string }[]>();
  #inside = false;
  #crashed = false;

  constructor(cloud: Cloud, random: Random) {
    this.#random = random;
    this.#clock = cloud.clock;
    cloud.observe({
      before: (call) => this.#before(call),
      after: (call, { output, error }) => this.#after(call, output, error),
    });
  }

  /** Runs a process under faults; `crashed` when it ended in the middle, whatever it made of that. */
  async process<T>(work: () => Promise<T>): Promise<{ crashed: boolean; value?: T; error?: unknown }> {
    this.#inside = true;
    this.#crashed = false;
    try {
      const value = await work();
      return this.#crashed ? { crashed: true } : { crashed: false, value };
    } catch (error) {
      return { crashed: this.#crashed, error };
    } finally {
      this.#inside = false;
      this.#crashed = false;
    }
  }

  async #before(call: Call): Promise<void> {
    if (!this.#inside) return;
    if (this.#crashed) throw PASSED_WAIT;
    const { rates } = this;
    if (this.#strikes('crash', rates.crash / 2)) this.#crash();
    if (this.interrupt !== undefined && this.#strikes('interleave', rates.interleave)) {
      this.#inside = false;
      await this.interrupt();
      this.#inside = true;
    }
    if (this.#strikes('throttle', rates.throttle)) throw throttle(call, this.#random);
    if (!call.readOnly && this.#strikes('concurrent', rates.concurrent)) throw concurrent(call);
    const { Entries } = call.input as Batch;
    if (isBatch(call) && Entries !== undefined && this.#strikes('partial', rates.partial)) {
      const left = Entries.filter(() => this.#random.chance(0.5));
      (call.input as Batch).Entries = Entries.filter((entry) => !left.includes(entry));
      this.#left.set(call, left);
    }
  }

  #after(call: Call, output: unknown, error: Error | undefined): void {
    if (call.action === 'lakeformation:ListPermissions' && output !== undefined) this.#age(call, output);
    if (!this.#inside || error !== undefined) return;
    const left = this.#left.get(call) ?? [];
    if (left.length > 0) {
      const body = output as { Failures?: unknown[] };
      const cause = { ErrorCode: 'ConcurrentModificationException', ErrorMessage: 'another change is under way' };
      body.Failures = [...(body.Failures ?? []), ...left.map((RequestEntry) => ({ RequestEntry, Error: cause }))];
    }
    if (this.#strikes('crash', this.rates.crash / 2)) this.#crash();
    if (!call.readOnly && this.#strikes('lostAnswer', this.rates.lostAnswer)) {
      throw new AwsError('InternalServiceException', 'the answer was lost on its way', 500);
    }
  }

  /** Remembers an answer, and gives an older one in its place now and then. */
  #age(call: Call, output: unknown): void {
    const key = `${call.account} ${call.caller.arn} ${JSON.stringify(call.input)}`;
    const now = this.#clock.now();
    const history = (this.#seen.get(key) ?? []).filter(({ at }) => now - at <= STALE_MILLISECONDS);
    const old = this.#inside && history.length > 0 && this.#strikes('stale', this.rates.stale);
    const kept = structuredClone(output);
    if (old) Object.assign(output as object, structuredClone(this.#random.pick(history).output));
    this.#seen.set(key, [...history, { at: now, output: kept }]);
  }

  #crash(): never {
    this.#crashed = true;
    throw PASSED_WAIT;
  }

  #strikes(what: string, chance: number): boolean {
    if (chance === 0 || !this.#random.chance(chance)) return false;
    this.struck[what] = (this.struck[what] ?? 0) + 1;
    return true;
  }
}

function isBatch({ action }: Call): boolean {
  return action === 'lakeformation:BatchGrantPermissions' || action === 'lakeformation:BatchRevokePermissions';
}

/** Lake Formation words a throttle as one, or as an invalid input. */
function throttle({ service }: Call, random: Random): AwsError {
  if (service === 'lakeformation' && random.chance(0.5))
    return new AwsError('InvalidInputException', 'Rate exceeded', 400);
  return new AwsError('ThrottlingException', 'Rate exceeded', 400);
}

function concurrent({ service }: Call): AwsError {
  if (service === 'dynamodb') return new AwsError('TransactionInProgressException', 'a transaction is under way', 400);
  return new AwsError('ConcurrentModificationException', 'another change is under way', 400);
}
