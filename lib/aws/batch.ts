import { classify, type Failure, type Patience, pause, type Symptom } from './retry.ts';

/** One entry of a batch that did not go through. */
export interface Refused<T> {
  readonly entry: T;
  readonly symptom: Symptom;
}

/** How a batch ended: every entry is in exactly one of the lists. */
export interface BatchOutcome<T> {
  readonly done: readonly T[];
  /** Said to have failed, yet perhaps applied: read back. */
  readonly unclear: readonly Refused<T>[];
  readonly failed: readonly Refused<T>[];
}

export interface BatchOptions<T> {
  /** Entries in one call. */
  readonly size: number;
  /** The weight of an entry and the most that one call may weigh, e.g. bytes; no limit when absent. */
  readonly weight?: { readonly of: (entry: T) => number; readonly limit: number };
  readonly patience: Patience;
  /** Sends what was refused in one call with entries that were not sent yet: each call is full, and the order changes. Default false. */
  readonly refill?: boolean;
  /** Overrides the general classification of an entry's error; `done` says that it is already so. */
  readonly classify?: (symptom: Symptom, entry: T) => Failure | 'done' | undefined;
}

/** How many of the entries from `first` on go into one call with those that are in it already; at least one into an empty call. */
function roomFor<T>(
  entries: readonly T[],
  first: number,
  already: readonly T[],
  { size, weight }: Pick<BatchOptions<T>, 'size' | 'weight'>,
): number {
  const weigh = (entry: T) => weight?.of(entry) ?? 0;
  let room = (weight?.limit ?? Number.MAX_VALUE) - already.reduce((sum, entry) => sum + weigh(entry), 0);
  let count = 0;
  for (; first + count < entries.length && already.length + count < size; count += 1) {
    room -= weigh(entries[first + count] as T);
    if (room < 0 && already.length + count > 0) break;
  }
  return count;
}

/**
 * Sends every entry, a group for each call, one call after the other, and looks at each entry of each answer: what may be tried again is
 * sent again with the pause of `patience`, or without one in a call that `refill` has filled up with others. `send` answers the entries
 * that were refused by their index in the group; what it throws goes up.
 */
export async function sendAll<T>(
  entries: readonly T[],
  send: (group: readonly T[]) => Promise<readonly { index: number; symptom: Symptom }[]>,
  options: BatchOptions<T>,
): Promise<BatchOutcome<T>> {
  const done: T[] = [];
  const unclear: Refused<T>[] = [];
  const failed: Refused<T>[] = [];
  const attempts = options.patience.attempts ?? 6;
  let again: { readonly entry: T; readonly attempt: number }[] = [];
  let taken = 0;
  while (again.length > 0 || taken < entries.length) {
    const repeated = again.map(({ entry }) => entry);
    const count = again.length === 0 || options.refill === true ? roomFor(entries, taken, repeated, options) : 0;
    if (count === 0) await options.patience.sleep(pause(mostTries(again), options.patience));
    const group = [...again, ...entries.slice(taken, taken + count).map((entry) => ({ entry, attempt: 0 }))];
    taken += count;
    again = [];
    const answer = await send(group.map(({ entry }) => entry));
    const refusals = new Map(answer.map(({ index, symptom }) => [index, symptom]));
    for (const [index, { entry, attempt }] of group.entries()) {
      const symptom = refusals.get(index);
      const kind = symptom && (options.classify?.(symptom, entry) ?? classify(symptom));
      if (symptom === undefined || kind === 'done') done.push(entry);
      else if (kind === 'unclear') unclear.push({ entry, symptom });
      else if (kind === 'retry' && attempt + 1 < attempts) again.push({ entry, attempt: attempt + 1 });
      else failed.push({ entry, symptom });
    }
  }
  return { done, unclear, failed };
}

function mostTries(again: readonly { readonly attempt: number }[]): number {
  return Math.max(...again.map(({ attempt }) => attempt));
}
