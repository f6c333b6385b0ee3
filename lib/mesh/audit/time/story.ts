import type { Grant } from '../../access/grant.ts';
import { isEqual } from '../../equal.ts';
import { GLOBAL_SCOPE } from '../../policy/policy-sets.ts';
import type { PolicySetRecord } from '../../policy-set/policy-set.ts';
import type { ProductRecord } from '../../product/product.ts';
import type { DomainRecord } from '../../subscription/stop.ts';
import type { ShareRecord, SubscriptionRecord } from '../../subscription/subscription.ts';
import type { Suspendable } from '../../suspension.ts';
import { describeScope } from '../summary.ts';
import type { ToldEntry } from './history.ts';

/** What a step of a subscription's life is. */
export type StepKind =
  | 'asked'
  | 'judged'
  | 'approved'
  | 'narrowed'
  | 'rejected'
  | 'granted'
  | 'taken back'
  | 'intended'
  | 'read back'
  | 'active'
  | 'suspended'
  | 'resumed'
  | 'renewed'
  | 'expiring'
  | 'revoking'
  | 'revoked'
  | 'expired'
  | 'proof'
  | 'drift';

/** One step of a subscription's life. */
export interface Step {
  /** ISO 8601: when it was so in the world. */
  readonly at: string;
  /** ISO 8601: when it was recorded. */
  readonly recorded: string;
  readonly step: StepKind;
  readonly who: string;
  readonly what: string;
  /** The ids of the policies that decided, and the versions of the sets that were in force. */
  readonly policies?: readonly string[];
  readonly policySets?: readonly string[];
  /** The entry of the trail that tells it. */
  readonly entry: string;
}

type Told = Pick<Step, 'step' | 'what'> & Partial<Pick<Step, 'at' | 'who' | 'policies' | 'policySets'>>;

/**
 * Every step of one subscription, in the order in which they were recorded: its own entries, what its consumer was given and what was read back of it, and who
 * suspended the product or a domain meanwhile. `entries` are those of the subscription, its product version, the consumer's share, both domains and the sets of policies.
 */
export function storyOf(id: string, entries: readonly ToldEntry[]): Step[] {
  const inOrder = entries.toSorted(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || rank(a) - rank(b) || (a.revision ?? 0) - (b.revision ?? 0),
  );
  const before = new Map<string, ToldEntry>();
  const inForce = new Map<string, string>();
  const owner = partsOfId(id)?.domain;
  let begun = false;
  const steps: Step[] = [];
  for (const entry of inOrder) {
    const { state, entity } = entry;
    if (state === undefined) continue;
    const key = state.type === 'subscription' ? state.id : `${entity} ${entry.domain ?? ''} ${entry.consumer ?? ''}`;
    if (state.type === 'policy-set') noteSet(inForce, state);
    if (state.type === 'subscription' && state.id !== id) continue;
    begun ||= state.type === 'subscription';
    const former = before.get(key)?.state;
    before.set(key, entry);
    if (!begun) continue;
    const sets = [...inForce]
      .filter(([scope]) => scope === GLOBAL_SCOPE || scope === owner)
      .map(([scope, digest]) => `${scope}@${digest}`);
    steps.push(
      ...told(entry, former, sets).map(({ at = entry.at, who = entry.actor, ...step }) => ({
        at,
        recorded: entry.at,
        who,
        ...step,
        entry: entry.id,
      })),
    );
  }
  return steps;
}

/** What one run writes in the same moment is told in the order in which it follows. */
function rank({ entity }: ToldEntry): number {
  return ['policy-set', 'domain', 'product', 'share', 'subscription'].indexOf(entity);
}

function noteSet(inForce: Map<string, string>, { scope, digest, state }: PolicySetRecord): void {
  if (state === 'in-force') inForce.set(scope, digest.slice(0, 12));
}

function told(entry: ToldEntry, former: ToldEntry['state'], sets: readonly string[]): Told[] {
  const { state } = entry;
  switch (state?.type) {
    case 'subscription':
      return ofSubscription(entry, former?.type === 'subscription' ? former : undefined, state, sets);
    case 'share':
      return ofShare(former?.type === 'share' ? former : undefined, state);
    case 'product':
      return suspensionsOf(former?.type === 'product' ? former : undefined, state, 'the product');
    case 'domain':
      return stopsOf(former?.type === 'domain' ? former : undefined, state);
    default:
      return [];
  }
}

function ofSubscription(
  entry: ToldEntry,
  before: SubscriptionRecord | undefined,
  after: SubscriptionRecord,
  sets: readonly string[],
): Told[] {
  const steps: Told[] = [];
  const why = entry.reason === undefined ? '' : `: ${entry.reason}`;
  if (before === undefined) {
    const end = after.expiresAt === undefined ? '' : `; until ${after.expiresAt}`;
    steps.push({
      step: 'asked',
      who: after.requestedBy,
      what: `${describeScope(after.requested)}; purpose: ${after.purpose}${end}`,
    });
  }
  if (entry.policies.length > 0) {
    const waits = after.state === 'pending' ? `, waits for ${(after.approvers ?? ['owner']).join(', ')}` : '';
    const what = `${entry.action}: ${entry.policies.join(', ')}${waits}`;
    steps.push({ step: 'judged', what, policies: entry.policies, policySets: sets });
  }
  const known = new Set((before?.approvals ?? []).map(({ class: name, at }) => `${name} ${at}`));
  for (const { class: name, by, reason } of (after.approvals ?? []).filter(
    (one) => !known.has(`${one.class} ${one.at}`),
  )) {
    steps.push({ step: 'approved', who: by, what: `as ${name}${reason === undefined ? '' : `: ${reason}`}` });
  }
  const left = after.approved ?? after.narrowed;
  if (left !== undefined && !isEqual(left, before?.approved ?? before?.narrowed ?? after.requested)) {
    steps.push({ step: 'narrowed', what: `to ${describeScope(left)}` });
  }
  if (after.approved !== undefined && before?.approved === undefined && (after.approvals ?? []).length === 0) {
    steps.push({
      step: 'approved',
      who: after.decidedBy ?? entry.actor,
      what: `${describeScope(after.approved)}${why}`,
    });
  }
  steps.push(...suspensionsOf(before, after, 'the subscription'));
  if (before !== undefined && (after.expiresAt !== before.expiresAt || after.recertifyBy !== before.recertifyBy)) {
    // An end that comes with the approval is a part of what was approved.
    const step = before.state === 'pending' ? 'narrowed' : 'renewed';
    steps.push({ step, what: `until ${after.expiresAt ?? after.recertifyBy ?? 'it is revoked'}${why}` });
  }
  if (after.state !== before?.state && after.state !== 'pending' && after.state !== 'approved') {
    steps.push({ step: after.state, what: after.endedFor ?? (why === '' ? entry.summary : why.slice(2)) });
  }
  const { proof } = after.status;
  if (proof !== undefined && before?.status.proof === undefined) {
    const consumer =
      proof.consumer === undefined
        ? 'nothing was ever shared with the consumer'
        : `${grantsText(proof.consumer.grants)} and ${proof.consumer.linkExists ? 'a' : 'no'} link in ${proof.consumer.account} at ${proof.consumer.at}`;
    const rest = proof.others.length === 0 ? '' : `; what is left belongs to ${proof.others.join(', ')}`;
    const what = `${grantsText(proof.governance.grants)} in governance at ${proof.governance.at}; ${consumer}${rest}`;
    steps.push({ step: 'proof', at: proof.at, what });
  }
  return steps;
}

/** A look that finds what the last one found is no step; filters that nobody holds any more are none either. */
function isNews(before: ShareRecord['held'], { grants, filters }: NonNullable<ShareRecord['held']>): boolean {
  if (!isEqual(grants, before?.grants ?? [])) return true;
  return grants.length > 0 && !isEqual(filters, before?.filters ?? []);
}

function ofShare(before: ShareRecord | undefined, after: ShareRecord): Told[] {
  const steps: Told[] = [];
  if (after.held !== undefined && isNews(before?.held, after.held)) {
    const { at, grants, filters } = after.held;
    const places = new Set(grants.map(({ principal, resource }) => JSON.stringify([principal, resource])));
    const lost = before?.held?.grants.some(
      ({ principal, resource }) => !places.has(JSON.stringify([principal, resource])),
    );
    const step = lost === true || grants.length === 0 ? 'taken back' : 'granted';
    const rows = filters.map(({ table, rows }) => `${table} where ${rows ?? 'every row'}`);
    const limits = rows.length === 0 || grants.length === 0 ? '' : `; ${rows.join('; ')}`;
    steps.push({ step, at, what: `the account holds ${grantsText(grants)} in governance${limits}` });
  }
  if (!isEqual(after.intent.grants, before?.intent.grants) || after.intent.link?.name !== before?.intent.link?.name) {
    const { link, grants, account } = after.intent;
    const what = link === undefined ? `nothing is to be left in ${account}` : `${grantsText(grants)} and a link`;
    steps.push({ step: 'intended', what });
  }
  const { applied } = after;
  if (
    applied !== undefined &&
    (applied.at !== before?.applied?.at || applied.generation !== before.applied.generation)
  ) {
    const { at, ok, error, readBack, linkExists, ended } = applied;
    const byItself =
      ended === undefined || ended === before?.applied?.ended
        ? ''
        : `; the agent itself ended what ran out at ${ended}`;
    const found = `${grantsText(readBack)} and ${linkExists ? 'a' : 'no'} link in ${after.intent.account}${byItself}`;
    steps.push({ step: 'read back', at, what: ok ? found : `failed: ${error ?? 'no reason given'}; ${found}` });
  }
  const known = new Set((before?.drift ?? []).map(({ kind, on, at }) => `${kind} ${on} ${at}`));
  for (const { kind, on, at, since, by, what, repaired } of after.drift ?? []) {
    if (known.has(`${kind} ${on} ${at}`)) continue;
    const mended = repaired === undefined ? '' : ', and mended';
    steps.push({ step: 'drift', at: since ?? at, ...(by === undefined ? {} : { who: by }), what: `${what}${mended}` });
  }
  return steps;
}

function suspensionsOf(before: Suspendable | undefined, after: Suspendable, what: string): Told[] {
  const had = before?.suspensions ?? [];
  const has = after.suspensions ?? [];
  return [
    ...has
      .filter(({ side }) => !had.some((other) => other.side === side))
      .map(({ side, by, reason }): Told => {
        const why = reason === undefined ? '' : `: ${reason}`;
        return { step: 'suspended', who: by, what: `${what}, by ${side}${why}` };
      }),
    ...had
      .filter(({ side }) => !has.some((other) => other.side === side))
      .map(({ side }): Told => ({ step: 'resumed', what: `${what}, by ${side}` })),
  ];
}

function stopsOf(before: DomainRecord | undefined, { name, stops }: DomainRecord): Told[] {
  return suspensionsOf({ suspensions: before?.stops ?? [] }, { suspensions: stops }, `the domain ${name}`);
}

function grantsText(grants: readonly Grant[]): string {
  if (grants.length === 0) return 'no grants';
  const each = grants.map(({ principal, permissions, resource }) => {
    const who = principal.split('/').at(-1) ?? principal;
    if (resource.kind === 'database' || resource.kind === 'other') return `${permissions.join(' ')} to ${who}`;
    const columns = resource.kind === 'columns' && resource.columns !== '*' ? `(${resource.columns.join(', ')})` : '';
    const filter = resource.kind === 'filter' ? ` by filter ${resource.name}` : '';
    return `${permissions.join(' ')} on ${resource.table}${columns}${filter} to ${who}`;
  });
  return each.join('; ');
}

/** The product version and the consumer that a subscription's id names; undefined when no id looks like that. */
export function partsOfId(
  id: string,
): (Pick<ProductRecord, 'domain' | 'name' | 'major'> & { readonly consumer: string }) | undefined {
  const match = /^([a-z0-9-]+)\.([a-z0-9-]+)\.v(\d+)\.([a-z0-9-]+)\.[a-z0-9-]+$/.exec(id);
  if (match === null) return undefined;
  const [, domain = '', name = '', major, consumer = ''] = match;
  return { domain, name, major: Number(major), consumer };
}
