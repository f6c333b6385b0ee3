/** Something that was seen at one moment and recorded at another, both in milliseconds. */
export interface Seen<T> {
  readonly seen: number;
  readonly recorded: number;
  readonly value: T;
}

/** In the order in which they were seen; what was seen at the same moment, in the order in which it was recorded. */
export type Series<T> = readonly Seen<T>[];

/** A moment in the world, and how much of the trail is taken to be known, both in milliseconds. */
export interface When {
  readonly at: number;
  readonly known: number;
}

export function seriesOf<T>(seen: readonly Seen<T>[]): Series<T> {
  return seen.toSorted((a, b) => a.seen - b.seen || a.recorded - b.recorded);
}

/** The last of what was seen up to a moment, and the first of what was seen after it, of what is known. */
export function around<T>(
  series: Series<T>,
  { at, known }: When,
): { readonly last?: Seen<T>; readonly next?: Seen<T> } {
  const split = countUpTo(series, at);
  let last = split - 1;
  while (last >= 0 && (series[last]?.recorded ?? 0) > known) last -= 1;
  let next = split;
  while (next < series.length && (series[next]?.recorded ?? 0) > known) next += 1;
  return {
    ...(last < 0 ? {} : { last: series[last] as Seen<T> }),
    ...(next >= series.length ? {} : { next: series[next] as Seen<T> }),
  };
}

/** The last of what was seen up to a moment, of what is known. */
export function lastOf<T>(series: Series<T>, { at, known }: When): T | undefined {
  let last = countUpTo(series, at) - 1;
  while (last >= 0 && (series[last]?.recorded ?? 0) > known) last -= 1;
  return series[last]?.value;
}

function countUpTo<T>(series: Series<T>, at: number): number {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((series[middle] as Seen<T>).seen <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
