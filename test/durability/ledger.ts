import { createHash } from 'node:crypto';

/** What clients were told, and what they only tried: everything that is there afterwards has to follow from it. */
export class Ledger {
  /** By key: the digest of the last body that was acknowledged, and of those tried since. */
  readonly objects = new Map<string, { acknowledged?: string; tried: Set<string> }>();
  readonly items = new Map<string, { acknowledged: number; tried: number }>();
  /** Pairs of items that are written together. */
  readonly pairs = new Map<string, boolean>();
  /** Messages and events that were taken, and those that a consumer got. */
  readonly sent = new Set<string>();
  readonly received = new Set<string>();
  /** Additions to one counter. */
  readonly counter = { acknowledged: 0, tried: 0 };
  /** Entries of the trail. */
  readonly entries = new Set<string>();
  acknowledged = 0;
}

export function digestOf(body: Uint8Array | string): string {
  return createHash('sha256').update(body).digest('hex');
}
