import type { CellsFilter, Grant } from '../../access/grant.ts';
import type { DatabaseRef } from '../../access/resource.ts';
import type { EntitlementRecord } from '../../entitlement/entitlement.ts';
import type { ProductRecord, ProductTable } from '../../product/product.ts';
import { condition } from '../../record.ts';
import type { RegistryRecord } from '../../registry.ts';
import type { ShareRecord, ShareReport, SubscriptionRecord } from '../../subscription/subscription.ts';
import type { AuditEntry } from '../entry.ts';
import { type DriftSpan, driftSpans } from './drift-spans.ts';
import { type Seen, type Series, seriesOf } from './series.ts';

/** An entry of the trail with its long members in place and read. */
export type ToldEntry = Omit<AuditEntry, 'state' | 'details' | 'stateRef' | 'detailsRef'> & {
  /** The record as the change left it, without the change. */
  readonly state?: RegistryRecord;
  readonly details?: Readonly<Record<string, unknown>>;
};

/** What one look at the grants on one product found. */
export interface Look {
  readonly grants: readonly Grant[];
  readonly filters: readonly CellsFilter[];
}

/** Everything that the trail tells of one consumer's side of one product version. */
export interface ShareHistory {
  readonly consumer: string;
  readonly account: string;
  readonly target: DatabaseRef;
  readonly states: Series<ShareRecord>;
  /** What the account and its principals held in the governance account. */
  readonly central: Series<Look>;
  /** What its agent read back in the account. */
  readonly local: Series<Look>;
  readonly drift: readonly DriftSpan[];
}

export interface SubscriptionHistory {
  readonly states: Series<SubscriptionRecord>;
  readonly entries: readonly ToldEntry[];
}

/** A product version as of one change of its record. */
export interface VersionNow {
  readonly record: ProductRecord;
  /** The tables that its central catalog was last found to have. */
  readonly tables: readonly ProductTable[];
}

/** Everything that the trail tells of one product version. */
export interface VersionHistory {
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  readonly states: Series<VersionNow>;
  /** What others than its consumers held in the governance account. */
  readonly strangers: Series<Look>;
  readonly drift: readonly DriftSpan[];
  readonly shares: readonly ShareHistory[];
  readonly subscriptions: ReadonlyMap<string, SubscriptionHistory>;
}

/** What the trail tells of access, ready to be asked of any moment. */
export interface AccessHistory {
  readonly versions: readonly VersionHistory[];
  readonly entitlements: ReadonlyMap<string, Series<EntitlementRecord>>;
}

/** One record's entries in the order of its revisions. */
type Told<T> = readonly { readonly entry: ToldEntry; readonly recorded: number; readonly record: T }[];

/** Replays entries, in whatever order they come, into what they tell of access. Those of other records count for nothing. */
export function accessHistory(entries: readonly ToldEntry[]): AccessHistory {
  const products = byRecord<ProductRecord>(entries, 'product', ({ domain, name, major }) => key(domain, name, major));
  const shares = byRecord<ShareRecord>(entries, 'share', ({ intent: { domain, product, major, consumer } }) =>
    JSON.stringify([key(domain, product, major), consumer]),
  );
  const subscriptions = byRecord<SubscriptionRecord>(entries, 'subscription', ({ id }) => id);
  const entitlements = byRecord<EntitlementRecord>(entries, 'entitlement', ({ id }) => id);
  const sharesOf = Map.groupBy(shares.values(), ([first]) => {
    const { domain, product, major } = (first as Told<ShareRecord>[number]).record.intent;
    return key(domain, product, major);
  });
  const subscriptionsOf = Map.groupBy(subscriptions, ([, [first]]) => {
    const { domain, product, major } = (first as Told<SubscriptionRecord>[number]).record;
    return key(domain, product, major);
  });
  return {
    versions: [...products].map(([id, told]) => {
      const { domain, name, major } = (told[0] as Told<ProductRecord>[number]).record;
      return {
        domain,
        product: name,
        major,
        ...versionOf(told),
        shares: (sharesOf.get(id) ?? []).map(shareOf),
        subscriptions: new Map(
          (subscriptionsOf.get(id) ?? []).map(([subscription, own]) => [
            subscription,
            { states: statesOf(own), entries: own.map(({ entry }) => entry) },
          ]),
        ),
      };
    }),
    entitlements: new Map([...entitlements].map(([id, told]) => [id, statesOf(told)])),
  };
}

function key(domain: string, product: string, major: number): string {
  return `${domain}/${product}#${major}`;
}

function byRecord<T extends RegistryRecord>(
  entries: readonly ToldEntry[],
  type: T['type'],
  keyOf: (record: T) => string,
): Map<string, Told<T>> {
  const own = entries
    .filter(({ entity, state }) => entity === type && state?.type === type)
    .map((entry) => ({ entry, recorded: Date.parse(entry.at), record: entry.state as T }));
  const groups = Map.groupBy(own, ({ record }) => keyOf(record));
  const inOrder = (told: Told<T>) => told.toSorted((a, b) => (a.entry.revision ?? 0) - (b.entry.revision ?? 0));
  return new Map([...groups].map(([id, told]) => [id, inOrder(told)]));
}

function statesOf<T>(told: Told<T>): Series<T> {
  return seriesOf(told.map(({ recorded, record }) => ({ seen: recorded, recorded, value: record })));
}

function versionOf(told: Told<ProductRecord>): Pick<VersionHistory, 'states' | 'strangers' | 'drift'> {
  const wanted = new Map<number, readonly ProductTable[]>();
  let tables: readonly ProductTable[] = [];
  const states = told.map(({ recorded, record }): Seen<VersionNow> => {
    wanted.set(record.generation, record.tables);
    const registered = condition(record, 'Registered');
    if (record.status.removedAt !== undefined) tables = [];
    // The catalog was found to be what the record said at that generation, which may be an earlier one.
    else if (registered?.status === 'true') tables = wanted.get(registered.generation) ?? tables;
    return { seen: recorded, recorded, value: { record, tables } };
  });
  return {
    states: seriesOf(states),
    strangers: looks(told, ({ status }) => status.held),
    drift: driftSpans(
      told.map(({ entry, recorded, record: { status } }) => ({
        entry,
        recorded,
        drift: status.drift,
        audited: status.auditedAt,
      })),
    ),
  };
}

function shareOf(told: Told<ShareRecord>): ShareHistory {
  const { consumer, account, target } = (told[0] as Told<ShareRecord>[number]).record.intent;
  const reports = told.flatMap(({ entry, recorded, record }) => {
    const late = entry.details?.late as ShareReport | undefined;
    return [record.applied, late].map((report) => ({ report, recorded }));
  });
  const seen = new Set<string>();
  const local = reports.flatMap(({ report, recorded }): Seen<Look>[] => {
    // Each later state of the share repeats the report, and a report of a failure may tell of no look.
    if (report === undefined || !hasLooked(report)) return [];
    const said = JSON.stringify([report.at, report.generation, report.readBack]);
    if (seen.has(said)) return [];
    seen.add(said);
    const onTarget = report.readBack.filter(({ resource }) => isOn(resource, target));
    return [{ seen: Date.parse(report.at), recorded, value: { grants: onTarget, filters: [] } }];
  });
  return {
    consumer,
    account,
    target: { catalogId: target.catalogId, database: target.database },
    states: statesOf(told),
    central: looks(told, ({ held }) => held),
    local: seriesOf(local),
    drift: driftSpans(told.map(({ entry, recorded, record }) => ({ entry, recorded, drift: record.drift }))),
  };
}

/** A report that the agent could not even look says nothing of what stands. */
function hasLooked({ ok, looked, readBack }: ShareReport): boolean {
  return ok || looked === true || readBack.length > 0;
}

function isOn(resource: Grant['resource'], target: DatabaseRef): boolean {
  return 'database' in resource && resource.database === target.database && resource.catalogId === target.catalogId;
}

/** Each look once: the states after it repeat what it found. */
function looks<T>(told: Told<T>, heldOf: (record: T) => (Look & { readonly at: string }) | undefined): Series<Look> {
  let last: string | undefined;
  return seriesOf(
    told.flatMap(({ recorded, record }): Seen<Look>[] => {
      const held = heldOf(record);
      const said = JSON.stringify(held);
      if (held === undefined || said === last) return [];
      last = said;
      return [{ seen: Date.parse(held.at), recorded, value: held }];
    }),
  );
}
