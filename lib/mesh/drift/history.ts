import { byWeight, type DriftEntry, type DriftFinding, driftKey, severityOf } from './finding.ts';

/** Repaired findings that are kept beside the open ones; the trail has all. */
const REMEMBERED = 20;

/** Open findings that are kept; a change that makes more than that says enough with these. */
const OPEN = 60;

/** Of a record that knows of no drift. */
export const NO_DRIFT: readonly DriftEntry[] = [];

/** What a look found, and what of it is still there. */
export interface DriftLook {
  readonly found: readonly DriftFinding[];
  /** Those of `found` that were left as they are. */
  readonly open: readonly DriftFinding[];
  /** False: the look covered only part of what can drift, so that what it did not see is not thereby mended. */
  readonly covers: (entry: DriftEntry) => boolean;
}

/** What is known of a product's drift after a look at it; the same list when nothing is new. */
export function driftAfter(known: readonly DriftEntry[], look: DriftLook, at: string): readonly DriftEntry[] {
  const openNow = new Set(look.open.map(driftKey));
  const former = new Map(
    known.filter(({ repaired }) => repaired === undefined).map((entry) => [driftKey(entry), entry]),
  );
  const found = new Map(look.found.map((finding) => [driftKey(finding), finding]));
  const seen = [...found].map(([key, finding]): DriftEntry => {
    const before = former.get(key);
    const entry = { ...finding, at: before?.at ?? at };
    if (!openNow.has(key)) return { ...entry, repaired: at };
    return before ?? entry;
  });
  const unseen = [...former]
    .filter(([key]) => !found.has(key))
    .map(([, entry]): DriftEntry => (look.covers(entry) ? { ...entry, repaired: at } : entry));
  const moved = seen.some((entry) => !known.includes(entry)) || unseen.some((entry) => !known.includes(entry));
  if (!moved) return known;
  const all = [...seen, ...unseen];
  const past = [...all, ...known.filter((entry) => entry.repaired !== undefined)].filter(isRepaired);
  return [
    ...all.filter(isOpen).toSorted(byWeight).slice(0, OPEN),
    ...past.toSorted((a, b) => ((a.repaired ?? '') < (b.repaired ?? '') ? 1 : -1)).slice(0, REMEMBERED),
  ];
}

export function isOpen({ repaired }: DriftEntry): boolean {
  return repaired === undefined;
}

function isRepaired({ repaired }: DriftEntry): boolean {
  return repaired !== undefined;
}

/** The open findings that somebody has to do something about. */
export function openDrift(entries: readonly DriftEntry[] | undefined): readonly DriftEntry[] {
  return (entries ?? []).filter((entry) => isOpen(entry) && severityOf(entry) !== 'note');
}

/** What `after` says that `before` did not: findings that are new, and those that are mended now. */
export function driftNews(
  before: readonly DriftEntry[] | undefined,
  after: readonly DriftEntry[] | undefined,
): { readonly found: readonly DriftEntry[]; readonly repaired: readonly DriftEntry[] } {
  const known = new Set((before ?? []).map((entry) => `${driftKey(entry)} ${entry.at}`));
  const mended = new Set((before ?? []).filter(isRepaired).map((entry) => `${driftKey(entry)} ${entry.at}`));
  const entries = after ?? [];
  return {
    found: entries.filter((entry) => !known.has(`${driftKey(entry)} ${entry.at}`)),
    repaired: entries.filter((entry) => isRepaired(entry) && !mended.has(`${driftKey(entry)} ${entry.at}`)),
  };
}
