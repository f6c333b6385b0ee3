import type { MeshEvent } from '../event/envelope.ts';
import { GLOBAL_SCOPE } from '../policy/policy-sets.ts';
import { type RegistryRecord, recordKey } from '../registry.ts';
import { type EntryKind, kindOf } from './kind.ts';
import { summarize } from './summary.ts';

/** One line of the trail: flat, so that Athena reads it as a table. */
export interface AuditEntry {
  /** Derived from the registry key and revision: a repeated delivery has the same id. */
  readonly id: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly kind: EntryKind;
  readonly actor: string;
  readonly action: string;
  readonly correlation: string;
  readonly reason?: string;
  /** The ids of the policies that decided. */
  readonly policies: readonly string[];
  /** What the entry is about. */
  readonly entity: RegistryRecord['type'];
  readonly domain?: string;
  readonly product?: string;
  readonly major?: number;
  readonly version?: string;
  readonly subscription?: string;
  readonly consumer?: string;
  readonly stateBefore?: string;
  readonly stateAfter?: string;
  readonly generation?: number;
  readonly revision?: number;
  /** What changed, in one line for people. */
  readonly summary: string;
  /** JSON of the change's details, when it has some. */
  readonly details?: string;
  /** JSON of the record as the change left it, without the change itself: what the trail can be replayed from. */
  readonly state?: string;
  /** SHA-256 (hex) of `details`, which is an object of its own because it is long: `details/<sha256>.json`. */
  readonly detailsRef?: string;
  /** The same of `state`. */
  readonly stateRef?: string;
}

/** The trail's entries for one committed change; none when nothing was written. A deletion is told with the change of what was there. */
export function auditEntries(before: RegistryRecord | undefined, after: RegistryRecord | undefined): AuditEntry[] {
  const record = after ?? before;
  if (record === undefined) return [];
  const { actor, action, at, correlation, reason, policies = [], details } = record.change;
  const deleted = after === undefined;
  const key = record.type === 'attempt' ? `attempt/${correlation}` : `${recordKey(record)}@${record.revision}`;
  const stateBefore = before && stateOf(before);
  const stateAfter = deleted ? undefined : stateOf(record);
  return [
    {
      id: deleted ? `${key}.deleted` : key,
      at,
      kind: kindOf(record),
      actor,
      action: deleted ? 'RecordDeleted' : action,
      correlation,
      ...(reason === undefined ? {} : { reason }),
      policies,
      entity: record.type,
      ...subjectOf(record),
      ...(stateBefore === undefined ? {} : { stateBefore }),
      ...(stateAfter === undefined ? {} : { stateAfter }),
      summary: summarize(before, after),
      ...(details === undefined ? {} : { details: JSON.stringify(details) }),
      ...(deleted || record.type === 'attempt' ? {} : { state: JSON.stringify({ ...record, change: undefined }) }),
    },
  ];
}

/** The entry for one event that the change of another entry has brought about. */
export function eventEntry(event: MeshEvent, of: AuditEntry): AuditEntry {
  const { entity, domain, product, major, version, subscription, consumer, correlation } = of;
  const { audience } = event.data;
  return {
    ...JSON.parse(JSON.stringify({ domain, product, major, version, subscription, consumer })),
    id: `event/${event.id}`,
    at: event.time,
    kind: 'event',
    actor: 'weft:relay',
    action: event.type,
    correlation,
    policies: [],
    entity,
    summary: audience.length === 0 ? 'nobody in particular was told' : `told ${audience.join(', ')}`,
    details: JSON.stringify(event.data),
  };
}

/** The state of a record's life. */
function stateOf(record: RegistryRecord): string | undefined {
  return 'state' in record ? record.state : undefined;
}

function subjectOf(record: RegistryRecord): Partial<AuditEntry> {
  switch (record.type) {
    case 'product': {
      const { domain, name, major, version, generation, revision } = record;
      return { domain, product: name, major, version, generation, revision };
    }
    case 'subscription': {
      const { domain, product, major, id, consumer, generation, revision } = record;
      return { domain, product, major, subscription: id, consumer, generation, revision };
    }
    case 'share': {
      const { domain, product, major, consumer } = record.intent;
      return { domain, product, major, consumer, generation: record.generation, revision: record.revision };
    }
    case 'lineage': {
      const { domain, product, major, revision } = record;
      return { domain, product, major, revision };
    }
    case 'feedback': {
      const { domain, product, major, consumer, revision } = record;
      return { domain, product, major, consumer, revision };
    }
    case 'alert': {
      const [product, ...others] = record.products;
      const [domain, name] = others.length > 0 ? [] : (product?.split('/') ?? []);
      const [subscription, ...more] = record.suspended;
      return {
        ...(domain === undefined || name === undefined ? {} : { domain, product: name }),
        ...(subscription === undefined || more.length > 0 ? {} : { subscription }),
        ...(record.consumer === undefined ? {} : { consumer: record.consumer }),
        revision: record.revision,
      };
    }
    case 'domain':
      return { domain: record.name, consumer: record.name, revision: record.revision };
    case 'entitlement': {
      const { selector, generation, revision } = record;
      return { ...(selector.domain === undefined ? {} : { domain: selector.domain }), generation, revision };
    }
    case 'policy-set': {
      const { scope, digest, revision } = record;
      return { ...(scope === GLOBAL_SCOPE ? {} : { domain: scope }), version: digest, revision };
    }
    default:
      return {};
  }
}
