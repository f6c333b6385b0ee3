import type { RegistryRecord } from '../registry.ts';

/**
 * What an entry of the trail is: somebody's command, a decision of policy or of an approver, what the mesh did to AWS, what was read back, what was
 * told to the bus, what failed, what somebody changed past the mesh, and what was denied. `change`: none of these, e.g. a subscription that came to its end.
 */
export const ENTRY_KINDS = [
  'command',
  'decision',
  'applied',
  'read-back',
  'event',
  'failure',
  'drift',
  'denied',
  'change',
] as const;

export type EntryKind = (typeof ENTRY_KINDS)[number];

const DECISIONS =
  /^(?:Subscription(?:Approved|Rejected|Renewed|Certified)|Policy(?:InForce|Approved|Rejected|Replaced)|ExportAllowed)$/;

/** The kind of the entry for one committed change. */
export function kindOf(record: RegistryRecord): EntryKind {
  const { actor, action, details } = record.change;
  if (record.type === 'attempt') return action === 'ExportAllowed' ? 'decision' : 'denied';
  if (DECISIONS.test(action)) return 'decision';
  if (actor.startsWith('arn:')) return 'command';
  if (/Failed$/.test(action)) return 'failure';
  if (action === 'ShareApplied') return 'read-back';
  if (action === 'DataDisposed') return 'applied';
  if (details?.drift !== undefined) return 'drift';
  if (actor === 'weft:reconcile') return hasApplied(details) ? 'applied' : 'read-back';
  return 'change';
}

function hasApplied(details: Readonly<Record<string, unknown>> | undefined): boolean {
  return [details?.catalog, details?.grants].some((list) => Array.isArray(list) && list.length > 0);
}
