import type { SchemaChange } from './compatibility-rules.ts';

/** The part of the version that has to be raised. */
export type NeededVersion = 'nothing' | 'patch' | 'minor' | 'major';

/** What the changes of a product ask of its next version: major when something cannot live under the same one, patch for words only. */
export function neededVersion(changes: readonly SchemaChange[]): NeededVersion {
  if (changes.length === 0) return 'nothing';
  if (changes.some((change) => change.breaking)) return 'major';
  const words = changes.every(({ rule }) => rule === 'text-changed' || rule === 'owner-changed');
  return words ? 'patch' : 'minor';
}
