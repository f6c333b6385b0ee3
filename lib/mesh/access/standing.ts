import { covers, hasEnded, type Standing } from '../entitlement/entitlement.ts';
import { membersOf } from '../entitlement/members.ts';
import type { Problem } from '../error.ts';
import type { ProductRecord } from '../product/product.ts';
import { isStopped } from '../subscription/stop.ts';
import type { Topology } from '../topology/topology.ts';
import type { Viewer } from './share.ts';
import { type TableView, viewOf } from './view.ts';

/** A standing entitlement of one consuming domain, and what it shows of one product. */
export interface StandingViewer extends Viewer {
  readonly consumer: string;
  readonly account: string;
  readonly way: Standing['way'];
}

/**
 * The standing entitlements to a product at a moment (ISO 8601), one for each domain that they reach but its own. By LF-Tags an account holds columns and no wildcard,
 * so what its roles get is listed too: a column that comes later is seen once it is classified.
 */
export function standingViewers(product: ProductRecord, topology: Topology, now: string): StandingViewer[] {
  const standing = (product.entitlements ?? []).filter(
    ({ selector, expiresAt }) => covers(selector, product.domain) && !hasEnded(expiresAt, now),
  );
  return standing.flatMap(({ id, selector, way, ...given }) => {
    const members = membersOf(given, topology).filter(
      ({ domain }) => domain !== product.domain && !isStopped(product.domain, domain, topology),
    );
    const view = viewOf(product, { clearance: selector.classification }, topology.classification);
    if (members.length === 0 || view.tables.length === 0) return [];
    const listed = { ...view, whole: false, tables: view.tables.map((table) => withNames(table, product)) };
    return members.map(({ domain, account, principals }) => ({
      consumer: domain,
      account,
      way,
      subscription: { id, consumer: domain, principals },
      view: way === 'tags' ? listed : view,
    }));
  });
}

/** What the account and what its roles get by name. */
export interface Named {
  readonly account: readonly Viewer[];
  readonly roles: readonly Viewer[];
  /** True when grants by LF-Tags give the account something of the product. */
  readonly tagged: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Sets apart what the account has by LF-Tags already. A grant by LF-Tags opens every row of its columns to the account, and LF-Tags can leave no product out, so a
 * filter beside it that shows further columns would be a filter that filters nothing: it is not granted, and said so. One that shows no more than
 * the LF-Tags do needs nothing in the governance account, and narrows its roles all the same.
 */
export function besideTags(viewers: readonly Viewer[], standing: readonly StandingViewer[]): Named {
  const byTags = standing.filter(({ way }) => way === 'tags');
  const byName = standing.filter(({ way }) => way === 'names');
  if (byTags.length === 0) {
    const all = [...viewers, ...byName];
    return { account: all, roles: all, tagged: false, problems: [] };
  }
  const open = new Map<string, Set<string>>();
  for (const { table, columns } of byTags.flatMap(({ view }) => view.tables)) {
    open.set(table, new Set([...(open.get(table) ?? []), ...columns]));
  }
  const within = ({ table, columns }: TableView) =>
    columns !== '*' && columns.every((name) => open.get(table)?.has(name) === true);
  const problems: Problem[] = [];
  const kept = [...viewers, ...byName].map((viewer): Viewer => {
    const cancelled = viewer.view.tables.filter(
      (table) => table.rows !== undefined && open.has(table.table) && !within(table),
    );
    problems.push(...cancelled.map(({ table }) => cancelledFilter(viewer, table, byTags)));
    const tables = viewer.view.tables.filter((table) => !cancelled.includes(table));
    return cancelled.length === 0 ? viewer : { ...viewer, view: { ...viewer.view, tables } };
  });
  const account = kept.map(({ subscription, view }) => ({
    subscription,
    view: { ...view, tables: view.tables.filter((table) => !within(table)) },
  }));
  return { account, roles: [...kept, ...byTags], tagged: open.size > 0, problems };
}

function cancelledFilter({ subscription }: Viewer, table: string, standing: readonly StandingViewer[]): Problem {
  const ids = standing.map((entry) => `"${entry.subscription.id}"`).join(', ');
  return {
    code: 'WEFT-ACCESS-010',
    severity: 'warning',
    message: `the row filter of "${subscription.id}" on the table "${table}" is not granted: the standing entitlement ${ids} opens every row of the table to the account by LF-Tags, and the filter would narrow nothing`,
    fix: 'let the entitlement be granted again: beside filters it goes by names; or ask for no column above its clearance',
  };
}

function withNames(view: TableView, product: ProductRecord): TableView {
  const table = product.tables.find(({ name }) => name === view.table);
  if (view.columns !== '*' || table === undefined) return view;
  return { ...view, columns: [...table.columns, ...table.partitionKeys].map(({ name }) => name) };
}
