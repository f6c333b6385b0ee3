import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { BatchOutcome } from '#aws/batch.ts';
import type { Bus, BusEvent } from '#aws/eventbridge.ts';
import { type Registry, recordOfImage } from '#aws/registry.ts';
import { ENTITLEMENTS, groupOf, laneOf, type ProductKey, productKeyOf } from '#aws/registry-keys.ts';
import type { WriteOnce } from '#aws/s3.ts';
import type { FifoMessage, FifoQueue } from '#aws/sqs.ts';
import { type AuditEntry, auditEntries, eventEntry } from '#mesh/audit/entry.ts';
import type { Sha256 } from '#mesh/audit/log/merkle.ts';
import { fitted } from '#mesh/audit/log/message.ts';
import { detailsKey } from '#mesh/audit/log/tile.ts';
import { deriveEvents, needsReconcile } from '#mesh/event/derive.ts';
import type { MeshEvent } from '#mesh/event/envelope.ts';
import { lookAskedFor } from '#mesh/event/needs-reconcile.ts';
import type { RegistryRecord } from '#mesh/registry.ts';
import { MESH_SOURCE } from '#mesh/topology/names.ts';
import type { EntitlementsRequest } from './entitlement/reconcile.ts';
import type { ReconcileRequest } from './reconcile-request.ts';

export interface RelayDeps {
  readonly queue: FifoQueue;
  readonly bus: Bus;
  /** To the appender of the trail. */
  readonly trail: FifoQueue;
  /** Where long members of entries go. */
  readonly details: WriteOnce;
  readonly sha256: Sha256;
  readonly registry: Pick<Registry, 'version'>;
}

/** One committed change, as the registry's stream tells it. */
export interface StreamRecord {
  /** Where the batch goes on from when this record fails. */
  readonly sequence: string;
  readonly before?: Readonly<Record<string, AttributeValue>>;
  readonly after?: Readonly<Record<string, AttributeValue>>;
}

interface Committed {
  readonly sequence: string;
  readonly key: { readonly pk: string; readonly sk: string };
  readonly before: RegistryRecord | undefined;
  readonly after: RegistryRecord | undefined;
}

type Tagged<T> = T & { readonly sequences: readonly string[] };

/** Events whose audience includes a product's subscribers. */
const TOLD_TO_SUBSCRIBERS = new Set([
  'ProductPublished',
  'SchemaChanged',
  'SchemaChangeQuarantined',
  'ProductRegistered',
  'ProductFailed',
  'ProductDeprecated',
  'ProductReactivated',
  'SunsetApproaching',
  'ProductRetired',
  'RolloutChanged',
  'RolloutTakenBack',
  'DataUpdated',
  'QualityFailed',
  'QualityRestored',
  'SlaBreached',
  'SlaRestored',
  'DomainLeft',
  'DomainReturned',
  'DisposalAnnounced',
  'DataDisposed',
  'LegalHoldPlaced',
  'LegalHoldReleased',
]);

/**
 * Turns committed changes into reconcile requests, mesh events and audit entries, each with an identity derived from the registry key and
 * revision, so that a repeated batch repeats nothing downstream. Answers the sequence numbers that have to come again.
 */
export async function relay(records: readonly StreamRecord[], deps: RelayDeps): Promise<string[]> {
  const committed = records.map(read).filter((entry) => entry !== undefined);
  const failed = new Set<string>();
  collect(failed, await deps.queue.send(reconcileRequests(committed)));
  const events = await meshEvents(committed, deps);
  collect(failed, await deps.bus.put(events));
  await keepTrail(committed, events, deps, failed);
  return [...failed];
}

function read({ sequence, before, after }: StreamRecord): Committed | undefined {
  const image = after ?? before;
  const pk = image?.pk?.S;
  const sk = image?.sk?.S;
  const records = { before: recordOfImage(before), after: recordOfImage(after) };
  if (pk === undefined || sk === undefined || (records.before ?? records.after) === undefined) return undefined;
  return { sequence, key: { pk, sk }, ...records };
}

/** One request for each product version that needs one, however many of its records changed. */
function reconcileRequests(committed: readonly Committed[]): Tagged<FifoMessage>[] {
  const wanted = committed.filter(({ before, after }) => needsReconcile(before, after));
  const byGroup = Map.groupBy(wanted, ({ key }) => {
    const product = productKeyOf(key);
    return product === undefined ? '' : groupOf(product);
  });
  return [
    ...entitlementRequests(committed),
    ...[...byGroup].filter(([group]) => group !== '').map(([, entries]) => productRequest(entries)),
  ];
}

/** One request for all standing entitlements together. */
function entitlementRequests(committed: readonly Committed[]): Tagged<FifoMessage>[] {
  const wanted = committed.filter(
    ({ before, after }) =>
      after?.type === 'domain' ||
      (after?.type === 'entitlement' && (before?.type !== 'entitlement' || before.generation !== after.generation)),
  );
  const last = wanted.at(-1);
  if (last === undefined) return [];
  const body: EntitlementsRequest = { entitlements: true, cause: 'change', correlation: correlationOf(last) };
  const sequences = wanted.map(({ sequence }) => sequence);
  return [{ group: ENTITLEMENTS, deduplication: identityOf(last), body, sequences }];
}

function productRequest(entries: readonly Committed[]): Tagged<FifoMessage> {
  const last = entries.at(-1) as Committed;
  const product = productKeyOf(last.key) as ProductKey;
  const asked = entries.map(({ before, after }) => lookAskedFor(before, after)).filter((look) => look !== undefined);
  const cause = asked.length === 0 ? 'change' : asked.some(({ mend }) => mend) ? 'repair' : 'audit';
  const body: ReconcileRequest = { ...product, cause, correlation: correlationOf(last) };
  const group = laneOf(product);
  return { group, deduplication: identityOf(last), body, sequences: entries.map(({ sequence }) => sequence) };
}

async function meshEvents(committed: readonly Committed[], deps: RelayDeps): Promise<Tagged<BusEvent>[]> {
  const events: Tagged<BusEvent>[] = [];
  for (const { sequence, key, before, after } of committed) {
    let derived: readonly MeshEvent[] = deriveEvents(before, after, []);
    const product = productKeyOf(key);
    const told = derived.some(({ type }) => TOLD_TO_SUBSCRIBERS.has(type));
    // Before a product is registered nobody has access who would have to be told.
    if (told && before?.type === 'product' && before.status.registeredAt !== undefined && product !== undefined) {
      const version = await deps.registry.version(product);
      derived = deriveEvents(before, after, version?.subscriptions ?? [], version?.shares ?? []);
    }
    events.push(
      ...derived.map((detail) => ({ source: MESH_SOURCE, type: detail.type, detail, sequences: [sequence] })),
    );
  }
  return events;
}

/** The group of the trail's queue: one order for all of it. */
const TRAIL = 'trail';

/** Every change and every event that was told is an entry; a batch that comes again brings the same ids, which the appender knows. */
async function keepTrail(
  committed: readonly Committed[],
  events: readonly Tagged<BusEvent>[],
  deps: RelayDeps,
  failed: Set<string>,
): Promise<void> {
  const told = Map.groupBy(events, ({ sequences: [sequence = ''] }) => sequence);
  const entries = committed
    .filter(({ sequence }) => !failed.has(sequence))
    .flatMap(({ before, after, sequence }) => {
      const own = auditEntries(before, after);
      const [about] = own;
      const of = (about === undefined ? [] : (told.get(sequence) ?? [])).map(({ detail }) =>
        eventEntry(detail as MeshEvent, about as AuditEntry),
      );
      return [...own, ...of].map((entry) => ({ sequence, ...fitted(entry, deps.sha256) }));
    });
  await Promise.all(
    entries.flatMap(({ apart, sequence }) =>
      apart.map(({ sha256, body }) => deps.details.put(detailsKey(sha256), body).catch(() => failed.add(sequence))),
    ),
  );
  const messages = entries
    .filter(({ sequence }) => !failed.has(sequence))
    .map(({ entry, sequence }) => ({ group: TRAIL, deduplication: entry.id, body: entry, sequences: [sequence] }));
  collect(failed, await deps.trail.send(messages));
}

function collect(failed: Set<string>, outcome: BatchOutcome<{ readonly sequences: readonly string[] }>): void {
  for (const { entry } of [...outcome.failed, ...outcome.unclear])
    for (const sequence of entry.sequences) failed.add(sequence);
}

function identityOf({ key, after, before }: Committed): string {
  const record = after ?? before;
  const revision = record !== undefined && 'revision' in record ? record.revision : 0;
  return `${key.pk} ${key.sk} ${revision}`;
}

function correlationOf({ after, before }: Committed): string {
  return (after ?? before)?.change.correlation ?? '';
}
