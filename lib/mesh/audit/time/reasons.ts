import { filterName } from '../../access/share.ts';
import type { EntitlementRecord } from '../../entitlement/entitlement.ts';
import {
  type AccessScope,
  type Approval,
  holdsAccess,
  type SubscriptionRecord,
} from '../../subscription/subscription.ts';
import type { Access } from './access.ts';
import type { Via } from './cells.ts';
import type { AccessHistory, SubscriptionHistory, VersionHistory } from './history.ts';
import { lastOf, type When } from './series.ts';

/** One decision of policies about a subscription. */
export interface Judgement {
  /** ISO 8601. */
  readonly at: string;
  readonly action: string;
  readonly policies: readonly string[];
}

/** Why somebody could read: what the trail tells of who wanted it, who said yes, and by which policies. */
export type Reason =
  | {
      readonly kind: 'subscription';
      readonly id: string;
      /** Its state at the moment asked for: one that is over gives access until what it gave was found to be gone. */
      readonly state: SubscriptionRecord['state'];
      readonly purpose: string;
      readonly requestedBy: string;
      readonly requestedAt: string;
      readonly approvals: readonly Approval[];
      /** Who decided where no class of approvers had to: the requester's own words judged by policies. */
      readonly decidedBy?: string;
      readonly judgements: readonly Judgement[];
      /** The subscription of an older version that it took over from in a rollout. */
      readonly follows?: string;
    }
  | {
      readonly kind: 'entitlement';
      readonly id: string;
      readonly way: EntitlementRecord['way'];
      readonly purpose: string;
      readonly grantedBy: string;
      readonly grantedAt: string;
    }
  /** Somebody gave it past the mesh. */
  | { readonly kind: 'by-hand'; readonly what: string; readonly by?: string; readonly since?: string }
  /** The governance account's definer of views reads what its views are made of. */
  | { readonly kind: 'definer' }
  /** It stands, and nothing in the trail gives it. */
  | { readonly kind: 'unexplained'; readonly by?: string };

/** The chain of reasons of one access at a moment, by what was known. */
export function reasonsOf(access: Access, version: VersionHistory, history: AccessHistory, when: When): Reason[] {
  const byHand = [access, ...access.via].flatMap(({ finding }): Reason[] => {
    if (finding === undefined) return [];
    const { what, by, since } = finding;
    const origin = { ...(by === undefined ? {} : { by }), ...(since === undefined ? {} : { since }) };
    return [{ kind: 'by-hand', what, ...origin }];
  });
  if (byHand.length > 0 && isOnlyByHand(access)) return unique(byHand);
  const given =
    access.share === undefined ? [] : [...bySubscription(access, version, when), ...standingFor(access, history, when)];
  if (given.length > 0) return unique([...given, ...byHand]);
  if (byHand.length > 0) return unique(byHand);
  if (access.share === undefined && isBase(access, version, when)) return [{ kind: 'definer' }];
  const by = access.via.map(({ grant }) => grant.lastUpdatedBy).find((arn) => arn !== undefined);
  return [{ kind: 'unexplained', ...(by === undefined ? {} : { by }) }];
}

/** True where without what was given by hand one of the sides would have nothing. */
function isOnlyByHand({ via, principal, share, finding: column }: Access): boolean {
  if (column !== undefined) return true;
  const own = via.filter((one) => one.grant.principal === principal);
  const account = via.filter((one) => one.grant.principal === share?.account && one.side === 'governance');
  return [own, account].some((side) => side.length > 0 && side.every(({ finding }) => finding !== undefined));
}

function bySubscription(access: Access, { subscriptions }: VersionHistory, when: When): Reason[] {
  const filters = new Set(access.via.flatMap(filterOf));
  return [...subscriptions.values()].flatMap((history): Reason[] => {
    const state = lastOf(history.states, when);
    if (state === undefined || state.consumer !== access.share?.consumer || !isGiving(state, when)) return [];
    const named = access.whole === true ? state.wholeAccount === true : state.principals.includes(access.principal);
    if (!named || !covers(state.approved, access)) return [];
    if (filters.size > 0 && access.rows !== '' && !filters.has(filterName(state))) return [];
    return [chainOf(state, history, when)];
  });
}

function filterOf({ grant: { resource } }: Via): string[] {
  return resource.kind === 'filter' ? [resource.name] : [];
}

/** True from the approval until what it gave was found to be gone. */
function isGiving(state: SubscriptionRecord, { at }: When): boolean {
  if (state.approved === undefined || state.state === 'pending' || state.state === 'rejected') return false;
  const { endedAt } = state.status;
  return holdsAccess(state) || endedAt === undefined || Date.parse(endedAt) > at;
}

function covers(scope: AccessScope | undefined, { table, column }: Access): boolean {
  if (scope === undefined) return false;
  if (scope.tables !== undefined && !scope.tables.includes(table.name)) return false;
  const columns = scope.columns?.[table.name];
  return columns === undefined || columns.includes(column) || table.partitionKeys.some(({ name }) => name === column);
}

function chainOf(state: SubscriptionRecord, { entries }: SubscriptionHistory, { at, known }: When): Reason {
  const { id, purpose, requestedBy, createdAt, approvals = [], decidedBy, follows } = state;
  const cut = Math.min(at, known);
  const judgements = entries
    .filter((entry) => entry.policies.length > 0 && Date.parse(entry.at) <= cut)
    .map((entry): Judgement => ({ at: entry.at, action: entry.action, policies: entry.policies }));
  return {
    kind: 'subscription',
    id,
    state: state.state,
    purpose,
    requestedBy,
    requestedAt: createdAt,
    approvals,
    ...(decidedBy === undefined ? {} : { decidedBy }),
    judgements,
    ...(follows === undefined ? {} : { follows: follows.subscription }),
  };
}

function standingFor({ share, principal, table, column }: Access, history: AccessHistory, when: When): Reason[] {
  const named = new Set(
    (share?.states ?? [])
      .filter(({ recorded }) => recorded <= Math.min(when.at, when.known))
      .flatMap(({ value }) => value.intent.entitlements ?? []),
  );
  return [...named].flatMap((id): Reason[] => {
    const entitlement = lastOf(history.entitlements.get(id) ?? [], when);
    if (entitlement === undefined) return [];
    const { grantee, status, purpose, grantedBy, createdAt, way } = entitlement;
    if (status.endedAt !== undefined && Date.parse(status.endedAt) <= when.at) return [];
    if (grantee.kind === 'account' && !grantee.principals.includes(principal)) return [];
    if (table.internal === true || column === '') return [];
    return [{ kind: 'entitlement', id, way, purpose, grantedBy, grantedAt: createdAt }];
  });
}

function isBase({ table }: Access, { states }: VersionHistory, when: When): boolean {
  return lastOf(states, when)?.tables.some(({ view }) => view?.table === table.name) === true;
}

function unique(reasons: readonly Reason[]): Reason[] {
  return [...new Map(reasons.map((reason) => [JSON.stringify(reason), reason])).values()];
}
