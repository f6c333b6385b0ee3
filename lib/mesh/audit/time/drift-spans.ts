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
}

/**
 * What the states of one record tell of grants and filters that the mesh never gave, each once. AWS says since when a grant stands; of a filter it does not, so
 * that it counts from when it was found.
 */
export function driftSpans(told: readonly DriftTold[]): DriftSpan[] {
  const spans = new Map<string, DriftSpan>();
  for (const { entry, recorded, drift = [] } of told) {
    for (const finding of drift) note(spans, finding, recorded);
    // A record keeps some findings; the entry that tells of them has all.
    const kept = new Set(drift.map(driftKey));
    const found = Array.isArray(entry.details?.drift) ? (entry.details.drift as DriftFinding[]) : [];
    const at = new Date(recorded).toISOString();
    for (const finding of found) {
      if (!kept.has(driftKey(finding))) note(spans, { ...finding, at, repaired: at }, recorded);
    }
  }
  return [...spans.values()];
}

function note(spans: Map<string, DriftSpan>, entry: DriftEntry, recorded: number): void {
  if (entry.grant === undefined && entry.filter === undefined) return;
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
