import { canonicalText } from '../../canonical.ts';
import type { AuditEntry } from '../entry.ts';
import { leafBytes } from './leaf.ts';
import type { Sha256 } from './merkle.ts';
import { hexOf } from './note.ts';

/**
 * An entry up to that many bytes is one message of a queue and one leaf; what is longer lets its long members go. The state stays where it can: what was
 * there is read from states.
 */
const MAX_INLINE_BYTES = 60_000;
/** What is told in one line for people, in characters, where the entry is still too long. */
const MAX_SUMMARY = 2_000;

const DETAILS = ['details'] as const;
const EITHER = ['state', 'details'] as const;

/** A member that is kept apart: the SHA-256 of its text in hex, and the object that holds both, a line of the table `details`. */
export interface Detail {
  readonly sha256: string;
  readonly body: string;
}

/** The object of a member that is kept apart. */
export function detailBody(text: string, sha256: string): string {
  return `${canonicalText({ sha256, text })}\n`;
}

/** The text in such an object, or undefined when it is not what its name says. */
export function detailText(body: string, name: string, sha256: Sha256): string | undefined {
  try {
    const { text } = JSON.parse(body) as { text?: unknown };
    if (typeof text !== 'string' || hexOf(sha256(leafBytes(text))) !== name) return undefined;
    return detailBody(text, name) === body ? text : undefined;
  } catch {
    return undefined;
  }
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
    const name = hexOf(sha256(leafBytes(text)));
    apart.push({ sha256: name, body: detailBody(text, name) });
    fits = { ...fits, [member]: undefined, [`${member}Ref`]: name };
  }
  if (!isShort(fits) && fits.summary.length > MAX_SUMMARY)
    fits = { ...fits, summary: `${fits.summary.slice(0, MAX_SUMMARY - 1)}…` };
  return { entry: fits, apart };
}
