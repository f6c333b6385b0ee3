import type { Cloud } from '#local/core/cloud.ts';
import { AwsError } from '#local/core/error.ts';
import type { Call } from '#local/core/service.ts';
import { Broken } from './invariants/broken.ts';
import { Past } from './past.ts';
import type { Random } from './random.ts';

/** How often each fault strikes, from 0 to 1. */
export const FAULTS = {
  /** Refused before anything was done, for a few calls in a row, in both words that a throttle has. */
  throttle: 0.02,
  concurrent: 0.02,
  /** Done, and answered as if it were not. */
  lostAnswer: 0.015,
  /** Entries of a batch left out and named in `Failures`. */
  partial: 0.15,
  /** The same, for a reason that no repetition cures. */
  denied: 0.08,
  /** Entries of a batch that are named in `Failures` and were applied. */
  unclear: 0.04,
  /** A list of permissions as it was up to two minutes ago. */
  stale: 0.06,
  /** The process ends, before the call or after it. */
  crash: 0.012,
  /** Somebody else gives a command between two calls. */
  interleave: 0.04,
  /** An entry that a queue, a bus or a bucket of ours does not take. */
  refused: 0.08,
  duplicate: 0.1,
  /** Handed out before what was sent earlier. */
  late: 0.4,
  /** A message that nobody can read. */
  poison: 0.02,
};

export type Fault = keyof typeof FAULTS;
export type FaultRates = Readonly<Partial<Record<Fault, number>>>;

const GONE = new AwsError('InternalFailure', 'the process that called has ended', 500);
const DENIED = 'not today';
const WAS_APPLIED = 'Resource does not exist or requester is not authorized to access requested permissions.';

interface Batch {
  Entries?: { Id: string; Principal?: unknown; Resource?: unknown }[];
}
type Entry = NonNullable<Batch['Entries']>[number];

/** Strikes the calls of one process at a time; calls outside a process are left alone. */
export class Faults {
  /** None until they are set. */
  rates: FaultRates = {};
  /** Given between two calls of a process. */
  interrupt: (() => Promise<void>) | undefined;
  /** Looks at what has become of it between two calls of a process; undefined when nothing changed, so that calls side by side keep their order. @throws Broken */
  look: (() => Promise<void> | undefined) | undefined;
  readonly struck: Record<string, number> = {};
  readonly random: Random;
  readonly #past: Past;
  readonly #failures = new WeakMap<object, { entry: Entry; code: string; message: string }[]>();
  /** Entries that this process heard were refused for good, since it last looked. */
  readonly #denied = new Set<string>();
  #inside = false;
  #crashed = false;
  #mayEnd = true;
  #throttled = 0;
  /** What has to stop the run although a process would catch it. */
  broken: Broken | undefined;

  constructor(cloud: Cloud, random: Random) {
    this.random = random;
    this.#past = new Past(cloud.clock);
    cloud.observe({
      before: (call) => this.#before(call),
      after: (call, { output, error }) => this.#after(call, output, error),
    });
  }

  /** Runs a process under faults; `crashed` when it ended in the middle, whatever it made of that. */
  async process<T>(
    work: () => Promise<T>,
    { mayEnd = true } = {},
  ): Promise<{ crashed: boolean; value?: T; error?: unknown }> {
    const ended = await this.#run(work, mayEnd);
    if (this.broken !== undefined) throw this.broken;
    return ended;
  }

  async #run<T>(work: () => Promise<T>, mayEnd: boolean): Promise<{ crashed: boolean; value?: T; error?: unknown }> {
    this.#inside = true;
    this.#crashed = false;
    this.#mayEnd = mayEnd;
    this.#throttled = 0;
    this.#denied.clear();
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

  /** True now and then, as often as the rates say; counted. */
  strikes(fault: Fault, part = 1): boolean {
    const chance = (this.rates[fault] ?? 0) * part;
    if (chance === 0 || !this.random.chance(chance)) return false;
    this.count(fault);
    return true;
  }

  count(what: string): void {
    this.struck[what] = (this.struck[what] ?? 0) + 1;
  }

  async #before(call: Call): Promise<void> {
    if (!this.#inside) return;
    if (this.#crashed) throw GONE;
    const looking = this.look?.();
    if (looking !== undefined) await this.#lookAround(looking);
    if (this.#mayEnd && this.strikes('crash', 0.5)) this.#crash();
    if (this.interrupt !== undefined && this.strikes('interleave')) {
      this.#inside = false;
      await this.interrupt();
      this.#inside = true;
    }
    if (this.#throttled > 0 || this.strikes('throttle')) {
      this.#throttled = this.#throttled > 0 ? this.#throttled - 1 : this.random.pick([0, 0, 0, 1, 2, 4, 8]);
      throw this.#throttle(call);
    }
    if (!call.readOnly && this.strikes('concurrent')) throw concurrent(call);
    if (isBatch(call)) this.#partly(call);
  }

  async #lookAround(looking: Promise<void>): Promise<void> {
    this.#inside = false;
    try {
      await looking;
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      this.broken ??= error;
    } finally {
      this.#inside = true;
    }
  }

  /** Leaves entries of a batch out, or says of some that were applied that they were not. */
  #partly(call: Call): void {
    const batch = call.input as Batch;
    const entries = batch.Entries ?? [];
    for (const entry of entries) {
      if (!this.#denied.has(keyOf(call, entry))) continue;
      this.broken ??= new Broken('permanent-not-repeated', `${call.action} was refused for good and is sent again`);
    }
    const some = () => entries.filter(() => this.random.chance(0.5));
    const fail = (list: readonly Entry[], code: string, message: string) =>
      this.#failures.set(call, [
        ...(this.#failures.get(call) ?? []),
        ...list.map((entry) => ({ entry, code, message })),
      ]);
    if (this.strikes('partial')) {
      const left = some();
      // A batch without entries would be refused for what it is, and for good.
      if (left.length === entries.length) throw concurrent(call);
      batch.Entries = entries.filter((entry) => !left.includes(entry));
      fail(left, 'ConcurrentModificationException', 'another change is under way');
    } else if (this.strikes('denied')) {
      const left = some();
      batch.Entries = entries.filter((entry) => !left.includes(entry));
      fail(left, 'AccessDeniedException', DENIED);
    } else if (this.strikes('unclear')) fail(some(), 'InvalidInputException', WAS_APPLIED);
  }

  #after(call: Call, output: unknown, error: Error | undefined): void {
    if (call.action === 'lakeformation:ListPermissions' && output !== undefined) {
      this.#denied.clear();
      this.#past.keep(call, output, () => this.#inside && this.strikes('stale'), this.random);
    }
    if (!this.#inside || error !== undefined) return;
    const failures = this.#failures.get(call) ?? [];
    if (failures.length > 0) {
      const body = output as { Failures?: unknown[] };
      const told = failures.map(({ entry, code, message }) => ({
        RequestEntry: entry,
        Error: { ErrorCode: code, ErrorMessage: message },
      }));
      // One that is refused anyway is told once.
      const ids = new Set(told.map(({ RequestEntry }) => RequestEntry.Id));
      const real = (body.Failures ?? []) as { RequestEntry?: { Id?: string } }[];
      body.Failures = [...real.filter(({ RequestEntry }) => !ids.has(RequestEntry?.Id ?? '')), ...told];
    }
    if (this.#mayEnd && this.strikes('crash', 0.5)) this.#crash();
    if (!call.readOnly && this.strikes('lostAnswer'))
      throw new AwsError('InternalServiceException', 'the answer was lost on its way', 500);
    // Only who hears that he is refused can know it. What views read is granted to their definer without a look, again with each run.
    for (const { entry, message } of failures)
      if (message === DENIED && !JSON.stringify(entry.Principal).includes('view-definer'))
        this.#denied.add(keyOf(call, entry));
  }

  /** Lake Formation words a throttle as one, or as an invalid input. */
  #throttle({ service }: Call): AwsError {
    if (service !== 'lakeformation' || this.random.chance(0.5))
      return new AwsError('ThrottlingException', 'Rate exceeded', 400);
    this.count('throttle in disguise');
    return new AwsError('InvalidInputException', 'Rate exceeded', 400);
  }

  #crash(): never {
    this.#crashed = true;
    throw GONE;
  }
}

function isBatch({ action }: Call): boolean {
  return action === 'lakeformation:BatchGrantPermissions' || action === 'lakeformation:BatchRevokePermissions';
}

function keyOf({ action, account }: Call, { Principal, Resource }: Entry): string {
  return JSON.stringify([action, account, Principal, Resource]);
}

function concurrent({ service }: Call): AwsError {
  if (service === 'dynamodb') return new AwsError('TransactionInProgressException', 'a transaction is under way', 400);
  return new AwsError('ConcurrentModificationException', 'another change is under way', 400);
}
