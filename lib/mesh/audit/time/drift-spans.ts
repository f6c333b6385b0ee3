import { type DriftEntry, type DriftFinding, driftKey } from '../../drift/finding.ts';
import type { ToldEntry } from './history.ts';
import type { When } from './series.ts';

/** Something that somebody gave past the mesh, from when it held to when it was mended, and when each was recorded; in milliseconds. */
export interface DriftSpan {
  readonly finding: DriftFinding;
  readonly from: number;
  readonly recorded: number;
  readonly end?: { readonly at: number; readonly recorded: number };
}

interface DriftTold {
  readonly entry: Pick<ToldEntry, 'details'>;
  readonly recorded: number;
  readonly drift: readonly DriftEntry[] | undefined;
  /** ISO 8601: when every table was last looked at. */
  readonly audited?: string | undefined;
}

/**
 * What the states of one record tell of grants, filters and columns that the mesh never gave, each once. AWS says since when a grant stands and a table is as it is;
 * of a filter it does not, so that a changed one counts from the last look before at everything: somebody may have seen through it since.
 */
export function driftSpans(told: readonly DriftTold[]): DriftSpan[] {
  const spans = new Map<string, DriftSpan>();
  let looked: string | undefined;
  for (const { entry, recorded, drift = [], audited } of told) {
    const noteOne = (finding: DriftEntry) =>
      note(spans, finding.filter === undefined ? finding : { since: looked, ...finding }, recorded);
    for (const finding of drift) noteOne(finding);
    // A record keeps some findings; the entry that tells of them has all.
    const kept = new Set(drift.map(driftKey));
    const found = Array.isArray(entry.details?.drift) ? (entry.details.drift as DriftFinding[]) : [];
    const at = new Date(recorded).toISOString();
    for (const finding of found) {
      if (!kept.has(driftKey(finding))) noteOne({ ...finding, at, repaired: at });
    }
    looked = audited;
  }
  return [...spans.values()];
}

function note(spans: Map<string, DriftSpan>, entry: DriftEntry, recorded: number): void {
  if (entry.grant === undefined && entry.filter === undefined && entry.added === undefined) return;
  const id = `${driftKey(entry)} ${entry.at}`;
  const known = spans.get(id);
  const { at, repaired, ...finding } = entry;
  const start = Math.min(Date.parse(entry.since ?? at), Date.parse(at));
  const span = known ?? { finding, from: start, recorded };
  const ends = repaired !== undefined && span.end === undefined;
  spans.set(id, ends ? { ...span, end: { at: Date.parse(repaired), recorded } } : span);
}

/** True when it held at that moment, by what is known. */
export function isHeld({ from, recorded, end }: DriftSpan, { at, known }: When): boolean {
  if (recorded > known || from > at) return false;
  return end === undefined || end.recorded > known || end.at > at;
}
