import type { VersionState } from '#aws/registry.ts';
import { compileAccess } from '#mesh/access/compile.ts';
import { isStanding } from '#mesh/entitlement/entitlement.ts';
import { compileTagGrants, diffTagGrants } from '#mesh/entitlement/tag-grants.ts';
import { diffGrants } from '#mesh/plan/grants.ts';
import { followsFirst } from '#mesh/product/rollout.ts';
import { changeOf, type Mesh, type Registered } from '../mesh.ts';
import { Broken } from './broken.ts';
import { liveSourcesOf, lives, missingOf, stoppedBetween, uncovered } from './may-read.ts';
import { tell, versionOf, type Watch } from './watch.ts';

/** What holds once faults have stopped and nothing is on its way; what the clock ends, only after a sweep. @throws Broken */
export async function checkSettled(mesh: Mesh, watch: Watch, swept: boolean): Promise<void> {
  const registered = await mesh.registered();
  const now = mesh.world.clock.date().toISOString();
  joiners(mesh);
  for (const version of registered.versions) {
    const open = version.subscriptions.filter(({ state }) => OPEN.includes(state));
    const ends = [...open, ...(version.product.entitlements ?? [])].map(({ expiresAt }) => expiresAt);
    const over = ends.some((end) => end !== undefined && end <= now);
    // An agent that was refused is asked again by the sweep.
    const refused = version.shares.some(
      ({ applied, generation }) => applied?.ok === false && applied.generation >= generation,
    );
    if (!swept) answered(version);
    if ((over || refused) && !swept) continue;
    await converged(version, registered, watch, { mesh, now, swept });
    followers(version, registered, swept);
  }
  if (swept) for (const entitlement of registered.entitlements) endsInTime(entitlement, now);
  await entitled(registered, { mesh, now, swept });
  if (!swept) return;
  for (const { name, spreading } of await mesh.world.registry.domains())
    if (spreading === true)
      throw new Broken('converged', `not every product is told that ${name} is stopped or goes on`);
}

/** What was granted by LF-Tags is what stands now, and what could be given is given, without a sweep. */
async function entitled({ entitlements, topology }: Registered, { mesh, now, swept }: At): Promise<void> {
  const open = entitlements.filter(({ status }) => status.endedAt === undefined);
  const waits = open.some(({ status, expiresAt }) => status.problem !== undefined || (expiresAt ?? '9') <= now);
  if (waits && !swept) return;
  const fresh = open.find(({ state }) => state === 'approved');
  if (fresh !== undefined) throw new Broken('converged', `the entitlement ${fresh.id} is not active`);
  const desired = compileTagGrants(
    open.filter((entitlement) => isStanding(entitlement, now)),
    topology,
  );
  const [left] = diffTagGrants(desired, await mesh.world.governance.tags.grants());
  if (left !== undefined) throw new Broken('converged', `${left.kind} by LF-Tags to ${left.grant.principal} is open`);
}

/** Every agent was asked what is wanted now, and the registry knows what it said of that. */
function answered({ product, shares }: VersionState): void {
  const open = shares.find(({ applied, generation }) => applied === undefined || applied.generation < generation);
  if (open === undefined) return;
  const { intent, generation, applied } = open;
  const known = `${applied?.generation ?? 'nothing'} of ${generation}`;
  throw new Broken('converged', `${product.name} v${product.major}: the agent of ${intent.consumer} said ${known}`);
}

/** What the clock ends. */
const OPEN = ['pending', 'approved', 'active', 'expiring'];

interface At {
  readonly mesh: Mesh;
  readonly now: string;
  readonly swept: boolean;
}

/** `converged`: grants, links and states are what the registry wants, in every account. */
async function converged(version: VersionState, registered: Registered, watch: Watch, at: At): Promise<void> {
  const { product, subscriptions, shares } = version;
  const name = `${product.domain}/${product.name} v${product.major}`;
  const desired = compileAccess(product, subscriptions, shares, registered.topology, at.now);
  const open = diffGrants(desired.accountGrants, await watch.central(at.mesh.databaseOf(product)));
  if (open.length > 0) throw new Broken('converged', `${name}: ${open.map(tell).join('; ')}`);
  for (const { state, status, id, expiresAt, approved, consumer, ...rest } of subscriptions) {
    const subscription = { state, status, id, expiresAt, approved, consumer, ...rest };
    const stopped = stoppedBetween(product.domain, consumer, registered.topology);
    if (expiresAt !== undefined && expiresAt <= at.now && OPEN.includes(state))
      throw new Broken('ends-in-time', `${id} is ${state} after its end ${expiresAt}`);
    if (state === 'approved' && lives(subscription, version, at.now) && !stopped)
      throw new Broken('converged', `${id} is still ${state}: ${JSON.stringify(status)}`);
    const ending = state === 'revoking' || (state === 'expired' && approved !== undefined);
    if (ending && status.endedAt === undefined) throw new Broken('converged', `${id} is ${state} and does not end`);
  }
  readable(version, registered, watch, at);
}

/** Everybody reads what is live for him, and nothing else. */
function readable(version: VersionState, registered: Registered, watch: Watch, { now, swept }: At): void {
  const live = liveSourcesOf(version, registered, now);
  for (const { role, version: of, table, cells } of watch.sights.now()) {
    if (versionOf(registered, of) !== version) continue;
    for (const cell of cells) {
      const column = uncovered(cell, table, role.arn, live);
      if (column !== undefined) throw new Broken('converged', `${role.arn} still reads ${of.name}.${table}.${column}`);
    }
    // Which products an entitlement covers is read from the index, which lags: the sweep looks again. Beside one by LF-Tags a filter gives nothing, and says so.
    const byTags = version.product.entitlements?.some(({ way }) => way === 'tags') === true;
    for (const { principals, scope, entitled } of live) {
      if (!principals.includes(role.arn) || (byTags && scope.rows !== undefined) || (entitled && !swept)) continue;
      const [missing] = missingOf(scope, table, cells);
      const there = version.product.tables.find((entry) => entry.name === table);
      if (missing !== undefined && there !== undefined)
        throw new Broken('converged', `${role.arn} does not read ${of.name}.${table}.${missing}`);
    }
  }
}

/** `rollout-share`: nobody ever followed into a newer version whom no share up to then had taken. */
function joiners(mesh: Mesh): void {
  const widest = new Map<string, number>();
  for (const { before, after } of mesh.relayed.map(changeOf)) {
    if (after?.type === 'product' && after.rollout !== undefined) {
      const name = `${after.domain}/${after.name}`;
      widest.set(name, Math.max(widest.get(name) ?? 0, after.rollout.share));
    }
    if (after?.type !== 'subscription' || before !== undefined || after.follows === undefined) continue;
    const share = widest.get(`${after.domain}/${after.product}`) ?? 0;
    if (!followsFirst(after.follows.subscription, share))
      throw new Broken('rollout-share', `${after.id} followed beyond the share of ${share} %`);
  }
}

/** `rollout-share`: whoever follows into a newer version is among the share, and his leader is live. */
function followers({ product, subscriptions }: VersionState, registered: Registered, swept: boolean): void {
  const older = versionOf(registered, { ...product, major: product.major - 1 });
  const rollout = older?.product.rollout;
  if (older === undefined || rollout === undefined || !swept) return;
  for (const { id, state, follows } of subscriptions) {
    if (follows === undefined || follows.released === true || !['approved', 'active', 'expiring'].includes(state))
      continue;
    const leader = older.subscriptions.find((entry) => entry.id === follows.subscription);
    const leads = leader !== undefined && ['approved', 'active', 'expiring'].includes(leader.state);
    if (!leads || !followsFirst(leader.id, rollout.share))
      throw new Broken('rollout-share', `${id} follows beyond the share of ${rollout.share} %`);
  }
}

/** `ends-in-time`: an entitlement is over after its end, and what was revoked has ended. */
function endsInTime({ id, state, status, expiresAt }: Registered['entitlements'][number], now: string): void {
  if (expiresAt !== undefined && expiresAt <= now && (state === 'approved' || state === 'active'))
    throw new Broken('ends-in-time', `the entitlement ${id} is ${state} after its end ${expiresAt}`);
  if ((state === 'revoking' || state === 'expired') && status.endedAt === undefined)
    throw new Broken('converged', `the entitlement ${id} is ${state} and does not end: ${JSON.stringify(status)}`);
  if (state === 'approved')
    throw new Broken('converged', `the entitlement ${id} is not active: ${status.problem ?? ''}`);
}
