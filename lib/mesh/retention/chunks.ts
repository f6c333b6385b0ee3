import type { Slice, StoredVersion } from './plan.ts';

/** Objects and partitions in one record at most: what is written down before must be read again after a crash. */
const MOST_IN_RECORD = 5000;

/** Slices in the order of their age, as many as one record holds; one that is bigger is taken apart, its partition first. */
export function chunks(slices: readonly Slice[]): Slice[][] {
  const groups: Slice[][] = [];
  let size = 0;
  for (const slice of slices.flatMap(apart)) {
    const own = slice.versions.length + 1;
    const last = groups.at(-1);
    if (last !== undefined && size + own <= MOST_IN_RECORD) last.push(slice);
    else groups.push([slice]);
    size = last !== undefined && size + own <= MOST_IN_RECORD ? size + own : own;
  }
  return groups;
}

function apart(slice: Slice): Slice[] {
  if (slice.versions.length < MOST_IN_RECORD) return [slice];
  const { partition, ...rest } = slice;
  return inOrder(slice.versions).map((versions, index) => ({
    ...rest,
    ...(index === 0 && partition !== undefined ? { partition } : {}),
    versions,
  }));
}

/** Old versions before the newest, marks of deletion last, however many records it takes. */
function inOrder(versions: readonly StoredVersion[]): StoredVersion[][] {
  const rank = ({ marker, latest }: StoredVersion) => (marker ? 2 : latest ? 1 : 0);
  return pieces(versions.toSorted((a, b) => rank(a) - rank(b)));
}

/** As many as one record holds beside a partition. */
export function pieces<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / (MOST_IN_RECORD - 1)) }, (_, index) =>
    items.slice(index * (MOST_IN_RECORD - 1), (index + 1) * (MOST_IN_RECORD - 1)),
  );
}
