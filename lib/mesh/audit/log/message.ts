import type { AuditEntry } from '../entry.ts';
import { canonicalText, leafBytes } from './canonical.ts';
import type { Sha256 } from './merkle.ts';
import { hexOf } from './note.ts';

/** An entry up to that many bytes is one message of a queue and one leaf; what is longer lets its long members go. */
const MAX_INLINE_BYTES = 24_000;

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
  for (const member of ['state', 'details'] as const) {
    const text = fits[member];
    if (text === undefined || leafBytes(canonicalText(fits)).length <= MAX_INLINE_BYTES) continue;
    const detail = { sha256: hexOf(sha256(leafBytes(text))), text };
    apart.push(detail);
    fits = { ...fits, [member]: undefined, [`${member}Ref`]: detail.sha256 };
  }
  return { entry: fits, apart };
}
