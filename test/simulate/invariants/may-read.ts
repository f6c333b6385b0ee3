import type { VersionState } from '#aws/registry.ts';
import type { Cell } from '#local/services/lake-formation/cells.ts';
import type { EntitlementRecord } from '#mesh/entitlement/entitlement.ts';
import { condition } from '#mesh/record.ts';
import type { AccessScope, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { isSuspended } from '#mesh/suspension.ts';
import { TOPOLOGY } from '../../control/world.ts';
import { INTERNAL_TABLE, LEVELS } from '../contract.ts';
import type { Registered } from '../mesh.ts';

/** What lets roles read: the scope of a subscription, or of a standing entitlement. */
export interface Source {
  readonly principals: readonly string[];
  readonly scope: AccessScope;
  /** Given by a standing entitlement. */
  readonly entitled: boolean;
}

const DONE: readonly string[] = ['revoked', 'rejected', 'pending'];

/** What may give access to a version at any step: what is live, and what has ended or was suspended and is not read back as gone. */
export function maySourcesOf(version: VersionState, { entitlements, topology }: Registered): Source[] {
  const subscribed = version.subscriptions.filter((entry) => mayStillHold(entry, version, topology));
  const entitled = isClosed(version, topology) ? [] : entitlements.filter(mayStillGive);
  return sources(version, subscribed, entitled);
}

/** What has to give access to a version once everything is settled. */
export function liveSourcesOf(version: VersionState, { entitlements, topology }: Registered, now: string): Source[] {
  const { product } = version;
  if (product.suspensions !== undefined || product.state === 'retired') return [];
  const stopped = (consumer: string) => stoppedBetween(product.domain, consumer, topology);
  const subscribed = version.subscriptions.filter((entry) => lives(entry, version, now) && !stopped(entry.consumer));
  const entitled = entitlements.filter(
    ({ state, suspensions, expiresAt, grantee }) =>
      ['approved', 'active'].includes(state) &&
      suspensions === undefined &&
      (expiresAt === undefined || expiresAt > now) &&
      grantee.kind === 'account' &&
      !stopped(grantee.domain),
  );
  return sources(version, subscribed, entitled);
}

/** Whether a subscription by itself gives access now: written a second time, apart from the compiler. */
export function lives(entry: SubscriptionRecord, { product }: VersionState, now: string): boolean {
  return (
    ['approved', 'active', 'expiring'].includes(entry.state) &&
    entry.suspensions === undefined &&
    product.suspensions === undefined &&
    product.state !== 'retired' &&
    (entry.expiresAt === undefined || entry.expiresAt > now)
  );
}

function sources(
  { product }: VersionState,
  subscribed: readonly SubscriptionRecord[],
  entitled: readonly EntitlementRecord[],
): Source[] {
  return [
    ...subscribed.flatMap(({ principals, approved }) =>
      approved === undefined ? [] : [{ principals, scope: approved, entitled: false }],
    ),
    ...entitled.flatMap(({ selector, grantee }) => {
      const covers = selector.domain === undefined || selector.domain === product.domain;
      if (!covers || grantee.kind !== 'account' || grantee.domain === product.domain) return [];
      return [{ principals: grantee.principals, scope: { clearance: selector.classification }, entitled: true }];
    }),
  ];
}

/** True while somebody may have access through the subscription: it is live, or what it gave has not been read back as gone. */
function mayStillHold(entry: SubscriptionRecord, { product }: VersionState, topology: Registered['topology']): boolean {
  if (entry.approved === undefined || DONE.includes(entry.state) || entry.status.endedAt !== undefined) return false;
  const stopped = stoppedBetween(product.domain, entry.consumer, topology);
  if (!isSuspended(entry) && !isSuspended(product) && !stopped) return true;
  return (['Shared', 'Linked'] as const).some((type) => condition(entry, type)?.reason !== 'Suspended');
}

function mayStillGive({ state, status }: EntitlementRecord): boolean {
  return state !== 'revoked' && status.endedAt === undefined;
}

/** Nothing is given away of it, and that was read back in the governance account. */
function isClosed({ product }: VersionState, topology: Registered['topology']): boolean {
  const shared = condition(product, 'Shared');
  const ends = product.suspensions !== undefined || product.state === 'retired';
  const read = shared?.status === 'true' && shared.generation >= product.generation;
  return read && ends && !stoppedBetween(product.domain, '', topology);
}

/** Whether somebody who may has stopped what the consumer has of the owner: written a second time. */
export function stoppedBetween(owner: string, consumer: string, { domains }: Registered['topology']): boolean {
  const stops = (name: string) => domains.find((domain) => domain.name === name)?.stops ?? [];
  const ofConsumer = stops(consumer).some(({ side }) => [consumer, owner, 'weft:governance'].includes(side));
  return (
    ofConsumer ||
    stops(owner).some(({ side, reach }) => reach === 'everything' && [owner, 'weft:governance'].includes(side))
  );
}

/** A column of a cell that none of the sources shows the role; undefined when all are shown. */
export function uncovered(cell: Cell, table: string, role: string, all: readonly Source[]): string | undefined {
  const scopes = all.filter(({ principals }) => principals.includes(role)).map(({ scope }) => scope);
  return cell.columns.find((column) => !scopes.some((scope) => shows(scope, table, column, cell.rows)));
}

/** Whether a scope shows a column of a table, in rows of that filter: written a second time, apart from the compiler. */
function shows(scope: AccessScope, table: string, column: string, rows: string | undefined): boolean {
  const ladder = TOPOLOGY.classification;
  const level = column.startsWith('extra_') ? 'internal' : (LEVELS[table]?.[column] ?? 'secret');
  if (table === INTERNAL_TABLE || ladder.indexOf(level) > ladder.indexOf(scope.clearance)) return false;
  if (scope.tables !== undefined && !scope.tables.includes(table)) return false;
  const asked = scope.columns?.[table];
  if (asked !== undefined && !asked.includes(column)) return false;
  const filter = scope.rows?.[table];
  // What an account has and what its role has are both asked of a row: fewer rows than the filter's own.
  return filter === undefined || plain(rows ?? '').includes(plain(filter));
}

/** The columns of a table that the scope shows, which no cell gives in the rows of the scope. */
export function missingOf(scope: AccessScope, table: string, cells: readonly Cell[]): string[] {
  const rows = scope.rows?.[table];
  const shown = Object.keys(LEVELS[table] ?? {}).filter((column) => shows(scope, table, column, rows));
  return shown.filter(
    (column) =>
      !cells.some(
        (cell) =>
          cell.columns.includes(column) &&
          (cell.rows === undefined || (rows !== undefined && plain(cell.rows).includes(plain(rows)))),
      ),
  );
}

/** A filter without what a printer may add. */
function plain(filter: string): string {
  return filter.replaceAll(/[\s()"]/g, '').toLowerCase();
}
