import type { Problems } from './problem.ts';
import { entriesOf, type Tree } from './tree.ts';

/** Trees that were looked at and have no gap. */
const WITHOUT = new WeakSet<Tree>();

/** Tells revisions of a record that no entry speaks of, between two that have one: an act that did not come to the trail. */
export function checkGaps(tree: Tree, problems: Problems): void {
  if (WITHOUT.has(tree)) return;
  const known = problems.all.length;
  const seen = new Map<string, { min: number; max: number; revisions: Set<number> }>();
  for (const [, { id, kind }] of entriesOf(tree)) {
    const [, record = '', digits = ''] = /^(.+)@(\d+)(?:\.deleted)?$/.exec(id) ?? [];
    if (record === '' || kind === 'event') continue;
    const revision = Number(digits);
    const found = seen.get(record) ?? { min: revision, max: revision, revisions: new Set() };
    found.revisions.add(revision);
    seen.set(record, { ...found, min: Math.min(found.min, revision), max: Math.max(found.max, revision) });
  }
  for (const [record, { min, max, revisions }] of seen) {
    if (revisions.size === max - min + 1) continue;
    const missing: number[] = [];
    for (let revision = min; revision <= max && missing.length < 10; revision += 1)
      if (!revisions.has(revision)) missing.push(revision);
    problems.error(10, `record ${record}`, `no entry tells of its revision ${missing.join(', ')}: the trail has a gap`);
  }
  if (problems.all.length === known) WITHOUT.add(tree);
}
