import { compileAccess, isLive } from '#mesh/access/compile.ts';
import type { Grant } from '#mesh/access/grant.ts';
import { diffGrants } from '#mesh/plan/grants.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { condition } from '#mesh/record.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { isSuspended } from '#mesh/suspension.ts';
import { TOPOLOGY } from '../../mesh/fixtures.ts';
import { Broken } from '../invariants/broken.ts';
import type { Core } from './simulate.ts';

const LEVELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  entries: { id: 'public', state: 'internal', email: 'confidential' },
  states: { state: 'public', tax: 'secret' },
};
const COLUMNS = Object.entries(LEVELS).flatMap(([table, columns]) =>
  Object.keys(columns).map((column) => ({ table, column })),
);

/** Whether a subscription's scope shows a column: written a second time, apart from the compiler. */
function shows({ approved }: SubscriptionRecord, table: string, column: string): boolean {
  if (approved === undefined) return false;
  const rank = (level: string) => TOPOLOGY.classification.indexOf(level);
  if (rank(LEVELS[table]?.[column] ?? 'secret') > rank(approved.clearance)) return false;
  if (approved.tables !== undefined && !approved.tables.includes(table)) return false;
  return approved.columns?.[table]?.includes(column) ?? true;
}

/** True while somebody may have access through it: it is live, or what it gave has not been read back as gone. */
function mayStillHold(entry: SubscriptionRecord, product: ProductRecord): boolean {
  if (entry.approved === undefined || ['revoked', 'rejected', 'pending'].includes(entry.state)) return false;
  if (entry.status.endedAt !== undefined) return false;
  if (!isSuspended(entry) && !isSuspended(product)) return true;
  // Suspended again before anybody looked: what was read back is of the time before.
  if (isSuspended(product) && (condition(product, 'Shared')?.generation ?? 0) < product.generation) return true;
  return (['Shared', 'Linked'] as const).some((type) => {
    const found = condition(entry, type);
    return found?.reason !== 'Suspended' || found.generation < entry.generation;
  });
}

function gives(grants: readonly Grant[], principal: string, table: string, column: string): boolean {
  return grants.some(
    ({ principal: who, resource }) =>
      who === principal &&
      resource.kind === 'columns' &&
      (resource.table === '*' || resource.table === table) &&
      (resource.columns === '*' || resource.columns.includes(column)),
  );
}

/** A column that a role reads and none of those subscriptions shows it. */
function uncovered(core: Core, counts: (entry: SubscriptionRecord) => boolean): string | undefined {
  const central = core.central.grants();
  if (central.length === 0) return undefined;
  for (const { name, account } of TOPOLOGY.domains) {
    const held = core.accounts.get(name)?.lake.grants() ?? [];
    if (held.length === 0) continue;
    const own = [...core.store.subscriptions.values()].filter((entry) => entry.consumer === name && counts(entry));
    for (const role of new Set(held.map(({ principal }) => principal))) {
      const mine = own.filter(({ principals }) => principals.includes(role));
      for (const { table, column } of COLUMNS) {
        if (!gives(held, role, table, column) || !gives(central, account, table, column)) continue;
        if (!mine.some((entry) => shows(entry, table, column))) return `${role} reads ${table}.${column}`;
      }
    }
  }
  return undefined;
}

/** What holds at every step. @throws Broken */
export function checkStep(core: Core): void {
  const read = uncovered(core, (entry) => mayStillHold(entry, core.store.product));
  if (read !== undefined) throw new Broken('no-access-without-subscription', read);
  if (core.store.attempts > 0) throw new Broken('no-report-refused', 'what an agent reported was refused');
}

/** What holds once faults have stopped and everything is worked off. @throws Broken */
export function checkSettled(core: Core): void {
  const { product, subscriptions, shares } = core.store.now();
  const desired = compileAccess(product, subscriptions, shares, TOPOLOGY, core.now());
  const open = diffGrants(desired.accountGrants, core.central.grants());
  if (open.length > 0) throw new Broken('converged', `${open.length} changes of the central grants are open`);
  for (const { consumer, grants, link } of desired.shares) {
    const account = core.accounts.get(consumer);
    const left = diffGrants(grants, account?.lake.grants() ?? []);
    if (left.length > 0) throw new Broken('converged', `${left.length} changes of ${consumer}'s grants are open`);
    if (account?.linked !== (link !== undefined))
      throw new Broken('converged', `the link of ${consumer} is not as wanted`);
  }
  const now = core.now();
  const lives = ({ state, suspensions, expiresAt }: SubscriptionRecord) =>
    ['approved', 'active', 'expiring'].includes(state) &&
    suspensions === undefined &&
    product.suspensions === undefined &&
    (expiresAt === undefined || expiresAt > now);
  const read = uncovered(core, lives);
  if (read !== undefined) throw new Broken('converged', `${read} still`);
  for (const entry of subscriptions) {
    if (entry.state === 'revoking') throw new Broken('ends', `${entry.id} does not end`);
    if (entry.state === 'expired' && entry.approved !== undefined && entry.status.endedAt === undefined)
      throw new Broken('ends', `${entry.id} expired and does not end`);
    if (entry.state === 'approved' && isLive(entry, product, TOPOLOGY, core.now()))
      throw new Broken('converged', `${entry.id} is not active`);
  }
}
