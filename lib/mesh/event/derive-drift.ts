import { type DriftEntry, severityOf, whoOf } from '../drift/finding.ts';
import { driftNews } from '../drift/history.ts';
import type { Derived } from './derive-life.ts';
import type { DriftNotice } from './envelope.ts';

/** Findings that one event tells; the registry and the trail have all. */
const TOLD = 20;

/** What was changed past the mesh and has not been told yet, and what is mended now. Rights of others are no news. */
export function ofDrift(
  before: readonly DriftEntry[] | undefined,
  after: readonly DriftEntry[] | undefined,
  audience: readonly string[],
): Derived[] {
  if (after === undefined || after === before) return [];
  const { found, repaired } = driftNews(before, after);
  const told = (entries: readonly DriftEntry[]) =>
    entries
      .filter((entry) => severityOf(entry) !== 'note')
      .slice(0, TOLD)
      .map(noticeOf);
  const [news, mended] = [told(found), told(repaired)];
  return [
    ...(news.length === 0 ? [] : [{ type: 'DriftFound' as const, audience, data: { findings: news } }]),
    ...(mended.length === 0 ? [] : [{ type: 'DriftRepaired' as const, audience, data: { findings: mended } }]),
  ];
}

function noticeOf(entry: DriftEntry): DriftNotice {
  const { kind, account, what, at } = entry;
  return { kind, severity: severityOf(entry), account, what, by: whoOf(entry), at };
}
