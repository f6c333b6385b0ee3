/** What a query says of pages: how many entries at most, and the `next` of the answer before. */
export interface PageQuery {
  readonly limit?: string;
  readonly next?: string;
}

/** The entries of one page, and where the next one begins; no `next` is the end. A page may be short, or empty, and have one all the same. */
export interface ListPage<T> {
  readonly entries: readonly T[];
  readonly next?: string;
}

/** How many entries one answer has at most, and how many when nobody says. */
export const MOST_ENTRIES = 1_000;
export const USUAL_ENTRIES = 200;

/**
 * One answer of the pages of a list: their arrays one behind the other, and all else as the first page has it.
 * @param ask gets the page that begins at `next`, the first one for undefined.
 * @param told hears after each page but the last how many entries there are by now.
 */
export async function wholeList<T extends object>(
  ask: (next: string | undefined) => Promise<T & Pick<ListPage<unknown>, 'next'>>,
  told: (entries: number) => void = () => undefined,
): Promise<T> {
  let whole: Record<string, unknown> | undefined;
  let place: string | undefined;
  do {
    const { next, ...page } = await ask(place);
    whole = behind(whole ?? {}, page);
    place = next;
    if (place !== undefined) told(Object.values(whole).reduce<number>((sum, one) => sum + lengthOf(one), 0));
  } while (place !== undefined);
  return whole as T;
}

function behind(whole: Record<string, unknown>, page: Record<string, unknown>): Record<string, unknown> {
  for (const [name, more] of Object.entries(page)) {
    const known = whole[name];
    if (!Array.isArray(more)) whole[name] ??= more;
    else if (Array.isArray(known)) for (const entry of more) known.push(entry);
    else whole[name] = [...more];
  }
  return whole;
}

function lengthOf(member: unknown): number {
  return Array.isArray(member) ? member.length : 0;
}
