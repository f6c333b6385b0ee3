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
  /** Overrides the general classification of an entry's error; `done` says that it is already so. */
  readonly classify?: (symptom: Symptom, entry: T) => Failure | 'done' | undefined;
}

/** Entries in groups that respect the size and the weight of one call; an entry that is too heavy alone stands alone. */
export function toGroups<T>(entries: readonly T[], options: Pick<BatchOptions<T>, 'size' | 'weight'>): T[][] {
  const groups: T[][] = [];
  let weight = 0;
  for (const entry of entries) {
    const own = options.weight?.of(entry) ?? 0;
    const last = groups.at(-1);
    const fits =
      last !== undefined && last.length < options.size && weight + own <= (options.weight?.limit ?? Number.MAX_VALUE);
    if (fits) last.push(entry);
    else groups.push([entry]);
    weight = fits ? weight + own : own;
  }
  return groups;
}

/**
 * Sends every entry, a group for each call, one call after the other, and looks at each entry of each answer: what may be tried again is
 * sent again with the pause of `patience`. `send` answers the entries that were refused by their index in the group; what it throws goes up.
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
  for (const whole of toGroups(entries, options)) {
    let group = whole;
    for (let attempt = 1; group.length > 0; attempt += 1) {
      const refusals = new Map((await send(group)).map(({ index, symptom }) => [index, symptom]));
      const again: T[] = [];
      for (const [index, entry] of group.entries()) {
        const symptom = refusals.get(index);
        if (symptom === undefined) {
          done.push(entry);
          continue;
        }
        const kind = options.classify?.(symptom, entry) ?? classify(symptom);
        if (kind === 'done') done.push(entry);
        else if (kind === 'unclear') unclear.push({ entry, symptom });
        else if (kind === 'retry' && attempt < attempts) again.push(entry);
        else failed.push({ entry, symptom });
      }
      if (again.length > 0) await options.patience.sleep(pause(attempt, options.patience));
      group = again;
    }
  }
  return { done, unclear, failed };
}
