import { type DriftEntry, whoOf } from '../drift/finding.ts';
import { driftNews } from '../drift/history.ts';
import type { EntitlementRecord } from '../entitlement/entitlement.ts';
import { isEqual } from '../equal.ts';
import type { LineageRecord } from '../lineage/record.ts';
import { tally } from '../policy-set/council.ts';
import { type PolicySetRecord, policySetId } from '../policy-set/policy-set.ts';
import type { ProductRecord } from '../product/product.ts';
import { type Change, condition } from '../record.ts';
import type { RegistryRecord } from '../registry.ts';
import { missingApprovals } from '../subscription/approval.ts';
import { endOf } from '../subscription/end.ts';
import type { DomainRecord } from '../subscription/stop.ts';
import type { AccessScope, ShareRecord, SubscriptionRecord } from '../subscription/subscription.ts';
import type { Suspendable } from '../suspension.ts';
import type { AlertRecord } from './alert.ts';
import { describeRetention } from './retention-summary.ts';

/** What a change did, in one line for people. */
export function summarize(before: RegistryRecord | undefined, after: RegistryRecord | undefined): string {
  switch (after?.type) {
    case undefined:
      return 'the record was deleted';
    case 'attempt':
      return ofAttempt(after.change);
    case 'product':
      return ofProduct(before?.type === 'product' ? before : undefined, after);
    case 'subscription':
      return ofSubscription(before?.type === 'subscription' ? before : undefined, after);
    case 'domain':
      return ofDomain(before?.type === 'domain' ? before : undefined, after);
    case 'entitlement':
      return ofEntitlement(before?.type === 'entitlement' ? before : undefined, after);
    case 'policy-set':
      return ofPolicySet(before?.type === 'policy-set' ? before : undefined, after);
    case 'feedback':
      return `${after.consumer} gives ${after.rating} of 5${after.text === undefined ? '' : `: ${after.text}`}`;
    case 'lineage':
      return ofLineage(after);
    case 'alert':
      return ofAlert(after);
    case 'share':
      return ofShare(before?.type === 'share' ? before : undefined, after);
  }
}

/** What was asked and is no record: refused commands, and exports that policy let pass. */
function ofAttempt({ action, reason, details }: Change): string {
  const what = typeof details?.route === 'string' ? details.route : action;
  const outcome = action === 'ExportAllowed' ? 'may leave as files' : `${what} was refused`;
  return reason === undefined ? outcome : `${outcome}: ${reason}`;
}

function ofLineage({ table, sources, columns, unknown }: LineageRecord): string {
  const from = sources.length === 0 ? 'nothing' : sources.map((source) => source.table).join(', ');
  const rest = unknown.length === 0 ? '' : `; ${unknown.length} things cannot be told`;
  return `${table} is made of ${from}, column by column for ${Object.keys(columns).length}${rest}`;
}

function ofAlert({ rule, severity, message, principal, products, measured, suspended, state }: AlertRecord): string {
  if (state === 'acknowledged') return `somebody has taken note of ${rule}`;
  const counted = Object.entries(measured).map(([measure, number]) => `${number} ${measure}`);
  const parts = [
    `${severity}: ${message} (${rule})`,
    `${principal}${products.length === 0 ? '' : ` on ${products.slice(0, 5).join(', ')}`}`,
    ...counted,
    ...(suspended.length === 0 ? [] : [`suspended: ${suspended.join(', ')}`]),
  ];
  return parts.join('; ');
}

function ofProduct(before: ProductRecord | undefined, after: ProductRecord): string {
  if (before === undefined) return `version ${after.version} with ${after.tables.length} tables`;
  const said: string[] = [];
  if (before.version !== after.version) said.push(`version ${before.version} to ${after.version}`);
  if (before.state !== after.state) said.push(`${before.state} to ${after.state}`);
  for (const table of after.tables) {
    const former = before.tables.find((candidate) => candidate.name === table.name);
    if (former === undefined) said.push(`table ${table.name} added`);
    else if (!isEqual(former, table)) said.push(`table ${table.name} changed`);
  }
  for (const table of before.tables) {
    if (!after.tables.some((candidate) => candidate.name === table.name)) said.push(`table ${table.name} removed`);
  }
  if (after.quarantine !== undefined && !isEqual(before.quarantine, after.quarantine)) {
    said.push(`quarantined: ${after.quarantine.reasons.join('; ')}`);
  }
  if (before.quarantine !== undefined && after.quarantine === undefined) said.push('quarantine lifted');
  said.push(...describeSuspensions(before, after));
  said.push(...describeDrift(before.status.drift, after.status.drift));
  said.push(...describeRetention(before, after));
  if (!isEqual(before.lookAsked, after.lookAsked)) said.push('a look at what was changed past the mesh');
  for (const { type, status, reason } of after.status.conditions) {
    const former = condition(before, type);
    if (former?.status !== status || former.reason !== reason) said.push(`${type} is ${status} (${reason})`);
  }
  if (said.length > 0) return said.join(', ');
  return before.generation === after.generation
    ? 'as before'
    : `generation ${before.generation} to ${after.generation}`;
}

function ofSubscription(before: SubscriptionRecord | undefined, after: SubscriptionRecord): string {
  const who = `${after.consumer} for ${after.principals.join(', ')}`;
  if (before === undefined) {
    return `${after.state}: ${who} asks for ${describeScope(after.requested)}; purpose: ${after.purpose}`;
  }
  const scope = after.approved;
  if (before.approved === undefined && scope !== undefined) {
    return `${before.state} to ${after.state}: ${who} gets ${describeScope(scope)}`;
  }
  const suspended = describeSuspensions(before, after);
  if (suspended.length > 0) return suspended.join(', ');
  const given = (after.approvals ?? []).filter((one) => !before.approvals?.some((other) => other.class === one.class));
  if (before.state === after.state && given.length > 0)
    return `approved for ${given.map((one) => one.class).join(', ')}, waits for ${missingApprovals(after).join(', ')}`;
  if (after.change.action === 'SubscriptionRenewed') return `goes on until ${endOf(after)?.at ?? 'it is revoked'}`;
  return before.state === after.state ? `still ${after.state}` : `${before.state} to ${after.state}`;
}

function describeSuspensions(before: Suspendable, after: Suspendable): string[] {
  const missing = (from: Suspendable, { suspensions = [] }: Suspendable) =>
    suspensions.filter(({ side }) => !from.suspensions?.some((other) => other.side === side));
  return [
    ...missing(before, after).map(
      ({ side, reason }) => `suspended by ${side}${reason === undefined ? '' : `: ${reason}`}`,
    ),
    ...missing(after, before).map(({ side }) => `resumed by ${side}`),
  ];
}

function ofDomain(before: DomainRecord | undefined, { name, stops }: DomainRecord): string {
  const said = (stop: DomainRecord['stops'][number]) => `${stop.reach} of ${name} by ${stop.side}`;
  const former = (before?.stops ?? []).map(said);
  const now = stops.map(said);
  const stopped = now.filter((one) => !former.includes(one)).map((one) => `suspended: ${one}`);
  const resumed = former.filter((one) => !now.includes(one)).map((one) => `resumed: ${one}`);
  const changes = [...stopped, ...resumed];
  return changes.length === 0 ? 'every product that it concerns was told' : changes.join(', ');
}

/** A scope in one line. */
export function describeScope(scope: AccessScope): string {
  const parts = [`clearance ${scope.clearance}`];
  if (scope.tables !== undefined) parts.push(`tables ${scope.tables.join(', ')}`);
  for (const [table, columns] of Object.entries(scope.columns ?? {})) parts.push(`${table}(${columns.join(', ')})`);
  for (const [table, rows] of Object.entries(scope.rows ?? {})) parts.push(`${table} where ${rows}`);
  return parts.join('; ');
}

/** At most three of each: the details have all. */
function describeDrift(before: readonly DriftEntry[] | undefined, after: readonly DriftEntry[] | undefined): string[] {
  const { found, repaired } = driftNews(before, after);
  const told = (entries: readonly DriftEntry[]) => entries.slice(0, 3);
  const mended = new Set(repaired);
  return [
    ...told(found).map(
      (entry) => `${mended.has(entry) ? 'found and mended' : 'found'}: ${entry.what} (${whoOf(entry)})`,
    ),
    ...told(repaired.filter((entry) => !found.includes(entry))).map(({ what }) => `mended: ${what}`),
  ];
}

function ofShare(before: ShareRecord | undefined, after: ShareRecord): string {
  const drift = describeDrift(before?.drift, after.drift);
  if (drift.length > 0) return drift.join(', ');
  if (before !== undefined && !isEqual(before.applied, after.applied) && after.applied !== undefined) {
    const { ok, readBack, linkExists, error } = after.applied;
    if (!ok) return `the agent failed${error === undefined ? '' : `: ${error}`}`;
    return `the agent read back ${readBack.length} grants and ${linkExists ? 'a' : 'no'} link`;
  }
  const { link, grants, account } = after.intent;
  return link === undefined ? `nothing must be left in ${account}` : `${grants.length} grants and a link in ${account}`;
}

function ofEntitlement(before: EntitlementRecord | undefined, after: EntitlementRecord): string {
  const { id, selector, grantee, way, because, purpose } = after;
  if (before !== undefined) {
    const moved = before.state === after.state ? `still ${after.state}` : `${before.state} to ${after.state}`;
    return before.way === way ? `${id}: ${moved}` : `${id}: by ${before.way} to by ${way}: ${because}`;
  }
  const what = `everything up to ${selector.classification} of ${selector.domain ?? 'every domain'}`;
  const whom = grantee.kind === 'account' ? `${grantee.domain} for ${grantee.principals.join(', ')}` : grantee.arn;
  return `${id}: ${whom} gets ${what}, by ${way}; purpose: ${purpose}`;
}

function ofPolicySet(before: PolicySetRecord | undefined, after: PolicySetRecord): string {
  const id = policySetId(after);
  const { approvals, rejections } = tally(after.votes, after.council);
  const votes = `${approvals} for, ${rejections} against, ${after.council.quorum} of ${after.council.representatives.length} needed`;
  const state =
    before === undefined || before.state === after.state ? after.state : `${before.state} to ${after.state}`;
  return after.replaces === undefined ? `${id}: ${state}, the first of its scope` : `${id}: ${state}; ${votes}`;
}
