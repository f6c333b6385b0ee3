import type { Page } from '#aws/registry.ts';
import type { Range } from '#aws/registry-range.ts';
import { userError } from '#mesh/error.ts';
import { type ListPage, MOST_ENTRIES, type PageQuery, USUAL_ENTRIES } from '#mesh/page.ts';
import type { Cursors, ListName, Place } from './cursors.ts';

/** One entry at its place; what the caller may not see or did not ask for has none and still is a place. */
export interface Row<T> {
  readonly place: Place;
  readonly entry?: T;
}

/** The row of a record whose key is its place; `entry` undefined: its caller may not see it, or did not ask for it. */
export function rowAt<T>(place: string, entry: T | undefined): Row<T> {
  return { place: [place], ...(entry === undefined ? {} : { entry }) };
}

/** What one read gave. */
export interface Portion<T> {
  readonly rows: readonly Row<T>[];
  /** There may be more behind it. */
  readonly more: boolean;
}

/** A list in an order that stays: what is added or goes moves no other entry. */
export interface List<T> extends ListName {
  /** Reads on behind a place, portion by portion, about `size` entries each. */
  read(after: Place | undefined, size: number): AsyncIterable<Portion<T>>;
  /** Portions that one page reads at most. */
  readonly reads?: number;
  /** Entries of a page when nobody says how many, at most. Default: `USUAL_ENTRIES`. */
  readonly usual?: number;
}

/** Reads of one page: where little of what is read is shown, a page is short and has a next one. */
const MOST_READS = 10;

/** What a page's entries take as JSON. Even with each character escaped once more, as Lambda does with a body, they and what is beside them are below what an answer holds. */
const MOST_BYTES = 2_000_000;

/** Entries of one read, at least: a filter shows some of them. */
const LEAST_READ = 100;

/**
 * One page of a list. Pages put together are the list: each entry once, and what was there all along is in, whatever is added or goes meanwhile.
 * @throws WEFT-API-011 for a `next` that is none of this list, -012 for a limit that is none.
 */
export async function pageOf<T>(
  list: List<T>,
  query: PageQuery,
  { cursors }: { readonly cursors: Cursors },
): Promise<ListPage<T>> {
  const limit = limitOf(query.limit, list.usual);
  const after = query.next === undefined ? undefined : await cursors.open(list, query.next);
  const entries: T[] = [];
  let [bytes, reads, last] = [0, 0, after];
  const endHere = async () => ({ entries, ...(last === undefined ? {} : { next: await cursors.seal(list, last) }) });
  for await (const { rows, more } of list.read(after, Math.max(limit, LEAST_READ))) {
    reads += 1;
    for (const [index, { place, entry }] of rows.entries()) {
      if (entry !== undefined) {
        const size = Buffer.byteLength(JSON.stringify(entry)) + 1;
        if (entries.length > 0 && bytes + size > MOST_BYTES) return endHere();
        bytes += size;
        entries.push(entry);
      }
      last = place;
      if (entries.length === limit) return more || index < rows.length - 1 ? endHere() : { entries };
    }
    if (more && reads >= (list.reads ?? MOST_READS)) return endHere();
  }
  return { entries };
}

function limitOf(text: string | undefined, usual = USUAL_ENTRIES): number {
  if (text === undefined) return usual;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST_ENTRIES) return limit;
  throw userError('WEFT-API-012', `limit \`${text}\` is not a whole number from 1 to ${MOST_ENTRIES}`, {
    hint: `leave it out for ${usual}; \`next\` of an answer goes on behind it`,
  });
}

/** Reads records behind a place (`after`) or from one on, page by page, and makes of each what it stands for in a list: a row, several or none. */
export async function* portions<R, T>(
  start: Pick<Range, 'after' | 'from'>,
  size: number,
  read: (range: Range) => Promise<Page<R>>,
  rowsOf: (record: R) => readonly Row<T>[],
): AsyncGenerator<Portion<T>> {
  let range: Range = start;
  do {
    const { records, next }: Page<R> = await read({ ...range, limit: size });
    yield { rows: records.flatMap(rowsOf), more: next !== undefined };
    range = { ...range, after: next };
  } while (range.after !== undefined);
}

/** The rows behind a place, in the order of their places. */
export function rowsBehind<T>(rows: readonly Row<T>[], after: Place | undefined): Row<T>[] {
  const sorted = rows.toSorted((a, b) => comparePlaces(a.place, b.place));
  return after === undefined ? sorted : sorted.filter(({ place }) => comparePlaces(place, after) > 0);
}

/** Part by part, each as its characters are ordered. */
export function comparePlaces(a: Place, b: Place): number {
  const index = a.findIndex((part, at) => part !== b[at]);
  if (index < 0) return a.length - b.length;
  return (a[index] ?? '') < (b[index] ?? '') ? -1 : 1;
}
