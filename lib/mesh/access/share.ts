import type { SubscriptionRecord } from '../subscription/subscription.ts';
import type { CellsFilter, Grant } from './grant.ts';
import { type DatabaseRef, describeDatabase, readAllTables, readColumns, readFiltered, readTable } from './resource.ts';
import type { ProductView, TableView } from './view.ts';

/** A live subscription, or a standing entitlement of one consumer, and what it shows. */
export interface Viewer {
  readonly subscription: Subscriber;
  readonly view: ProductView;
}

type Subscriber = Pick<SubscriptionRecord, 'id' | 'consumer' | 'principals'>;

/** One subscription's view of one table. */
interface Sight {
  readonly subscription: Subscriber;
  readonly view: TableView;
}

/**
 * What the consumer's account must hold, with the grant option: the least that covers each of its subscriptions. One that is whole covers
 * all others with a database DESCRIBE and one table wildcard.
 */
export function grantAccount(account: string, target: DatabaseRef, viewers: readonly Viewer[]): Grant[] {
  return [describeDatabase(account, target, true), ...grantViews(account, target, viewers, true)];
}

/** What the roles must hold on the target: each only what its own subscriptions show. */
export function grantRoles(target: DatabaseRef, viewers: readonly Viewer[]): { principals: string[]; grants: Grant[] } {
  const principals = [...new Set(viewers.flatMap((viewer) => viewer.subscription.principals))].toSorted();
  const grants = principals.flatMap((principal) => {
    const own = viewers.filter((viewer) => viewer.subscription.principals.includes(principal));
    return grantViews(principal, target, own, false);
  });
  return { principals, grants };
}

/** The filters that some of the grants name. */
export function usedFilters(target: DatabaseRef, viewers: readonly Viewer[], grants: readonly Grant[]): CellsFilter[] {
  const used = new Set(
    grants.flatMap(({ resource }) => (resource.kind === 'filter' ? [`${resource.table}/${resource.name}`] : [])),
  );
  return viewers
    .flatMap(({ subscription, view }) => view.tables.map((table) => cellsFilter(target, { subscription, view: table })))
    .filter((filter) => used.has(`${filter.table}/${filter.name}`));
}

function grantViews(principal: string, target: DatabaseRef, viewers: readonly Viewer[], pass: boolean): Grant[] {
  if (viewers.some((viewer) => viewer.view.whole)) return readAllTables(principal, target, pass);
  const sights = viewers.flatMap(({ subscription, view }) =>
    view.tables.map((table) => ({ subscription, view: table })),
  );
  return [...Map.groupBy(sights, (sight) => sight.view.table)].flatMap(([table, own]) =>
    grantTable(principal, target, table, own, pass),
  );
}

/**
 * The views of one table as grants to one principal. A plain grant beside a filter would open all that the filter withholds, so it is one
 * or the other: a view that contains all others as a plain grant, all of them as plain columns, or all of them as filters.
 */
function grantTable(
  principal: string,
  target: DatabaseRef,
  table: string,
  sights: readonly Sight[],
  pass: boolean,
): Grant[] {
  const plain = sights.filter((sight) => sight.view.rows === undefined);
  if (plain.some((sight) => sight.view.columns === '*')) return readTable(principal, target, table, pass);
  const columns = new Set(plain.flatMap((sight) => sight.view.columns as readonly string[]));
  const covered = sights.every(
    ({ view }) => view.rows === undefined || (view.columns !== '*' && view.columns.every((name) => columns.has(name))),
  );
  if (covered) return [readColumns(principal, target, table, [...columns], pass)];
  return sights.map((sight) => readFiltered(principal, cellsFilter(target, sight), pass));
}

function cellsFilter(target: DatabaseRef, { subscription, view }: Sight): CellsFilter {
  return {
    ...target,
    table: view.table,
    name: filterName(subscription),
    columns: view.columns === '*' ? '*' : view.columns.toSorted(),
    ...(view.rows === undefined ? {} : { rows: view.rows }),
  };
}

/** `weft_<consumer>_<last part of the subscription's id>`: filters are named within one table of one product. */
export function filterName(subscription: Pick<SubscriptionRecord, 'id' | 'consumer'>): string {
  return `weft_${subscription.consumer}_${subscription.id.split('.').at(-1)}`.replaceAll('-', '_').toLowerCase();
}
