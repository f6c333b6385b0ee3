import type { AuditEntry } from '../entry.ts';
import { canonicalText, leafBytes } from './canonical.ts';
import type { Sha256 } from './merkle.ts';
import { hexOf } from './note.ts';

/**
 * An entry up to that many bytes is one message of a queue and one leaf, with room to spare below 65,535; what is longer lets its long members go.
 * The state stays where that is enough: what the audit tables know of products and subscriptions they read from states.
 */
const MAX_INLINE_BYTES = 60_000;
/** What is told in one line for people, in characters, where the entry is still too long. */
const MAX_SUMMARY = 2_000;

const DETAILS = ['details'] as const;
const EITHER = ['state', 'details'] as const;

/** A member that is kept apart, by its SHA-256 in hex. */
export interface Detail {
  readonly sha256: string;
  readonly text: string;
}

/** An entry that fits a leaf, and the long members that it only refers to. */
export function fitted(
  entry: AuditEntry,
  sha256: Sha256,
): { readonly entry: AuditEntry; readonly apart: readonly Detail[] } {
  const apart: Detail[] = [];
  let fits = entry;
  const isShort = (one: AuditEntry) => leafBytes(canonicalText(one)).length <= MAX_INLINE_BYTES;
  for (const member of isShort({ ...entry, details: undefined }) ? DETAILS : EITHER) {
    const text = fits[member];
    if (text === undefined || isShort(fits)) continue;
    const detail = { sha256: hexOf(sha256(leafBytes(text))), text };
    apart.push(detail);
    fits = { ...fits, [member]: undefined, [`${member}Ref`]: detail.sha256 };
  }
  if (!isShort(fits) && fits.summary.length > MAX_SUMMARY)
    fits = { ...fits, summary: `${fits.summary.slice(0, MAX_SUMMARY - 1)}…` };
  return { entry: fits, apart };
}
