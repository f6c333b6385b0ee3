import type { RecordWrite, VersionState } from '#aws/registry.ts';
import type { DesiredAccess } from '#mesh/access/compile.ts';
import { driftNews, NO_DRIFT, openDrift } from '#mesh/drift/history.ts';
import { isEqual } from '#mesh/equal.ts';
import { withoutWidening } from '#mesh/plan/before-catalog.ts';
import { normalizeGrants } from '#mesh/plan/grants.ts';
import { ownership } from '#mesh/product/ownership.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { type Change, type Condition, condition, withCondition } from '#mesh/record.ts';
import { hasEnded } from '#mesh/subscription/end.ts';
import { heldBy } from '#mesh/subscription/proof.ts';
import {
  holdsAccess,
  type ShareIntent,
  type ShareRecord,
  type SubscriptionRecord,
} from '#mesh/subscription/subscription.ts';
import type { LostDomain } from '#mesh/topology/lost.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { isReported } from './central-access.ts';
import { type Converged, LISTS_LAG } from './converge.ts';
import type { CatalogConverged } from './converge-catalog.ts';
import { type DriftOutcome, isMissing } from './drift-look.ts';
import { heldByConsumer, heldByOthers } from './held-now.ts';
import { filteredTablesOf, tablesOf } from './observe-grants.ts';
import { isThorough, type ReconcileRequest } from './reconcile-request.ts';
import { aroundOf, subscriptionNow } from './subscription-outcome.ts';

/** What a run did and found. */
export interface Run {
  readonly topology: Topology;
  /** Domains that the version needs and the mesh no longer has. */
  readonly left: readonly LostDomain[];
  /** The moment that access was compiled for, ISO 8601. */
  readonly asOf: string;
  readonly access: DesiredAccess;
  readonly catalog: CatalogConverged;
  readonly grants: Converged;
  readonly drift: DriftOutcome;
  readonly request: Pick<ReconcileRequest, 'correlation' | 'cause'>;
  readonly now: Date;
}

/** More than that are looked for only: the event of an intent takes 256 KB. */
const MOST_SUSPECTED = 200;

/** An agent that has not answered for that long is asked again by the sweep, in milliseconds. */
const PATIENCE_WITH_AGENTS = 10 * 60_000;

/** The records that a run leaves changed; none when everything was as it is. */
export function outcomeWrites(
  state: VersionState,
  run: Run,
): { writes: RecordWrite[]; timeToRegister: number | undefined } {
  const product = productAfter(state.product, run);
  const shares = sharesAfter(state, run);
  const current = run.access.shares.map(({ consumer }) => {
    const kept = state.shares.find((share) => share.intent.consumer === consumer);
    return shares.find((share) => share.intent.consumer === consumer) ?? kept;
  });
  const subscriptions = state.subscriptions.flatMap((subscription) => {
    const share = current.find((entry) => entry?.intent.consumer === subscription.consumer);
    const granted = run.grants.ok && !isMissing(run.drift.entries, subscription.account);
    const at = run.now.toISOString();
    const stamp = { actor: 'weft:reconcile', at, correlation: run.request.correlation };
    const around = aroundOf(state, subscription, share, run.topology, centralOf(subscription.account, run), run.asOf);
    const next = subscriptionNow(subscription, product ?? state.product, share, granted, stamp, {
      ...around,
      asOf: run.asOf,
    });
    return next === undefined ? [] : [next];
  });
  const revisionOf = (record: ProductRecord | SubscriptionRecord | ShareRecord) =>
    record.revision === 1 ? undefined : record.revision - 1;
  const records = [...(product === undefined ? [] : [product]), ...shares, ...subscriptions];
  const first = product !== undefined && state.product.status.registeredAt === undefined;
  return {
    writes: records.map((record) => ({ record, replaces: revisionOf(record) })),
    timeToRegister: first ? product.status.timeToRegisterMs : undefined,
  };
}

function productAfter(product: ProductRecord, run: Run): ProductRecord | undefined {
  const at = run.now.toISOString();
  const { generation } = product;
  const registered: Condition = {
    type: 'Registered',
    status: run.catalog.ok && product.state !== 'retired' ? 'true' : 'false',
    reason: run.catalog.reason,
    message: run.catalog.message,
    generation,
    at,
  };
  const shared: Condition = {
    type: 'Shared',
    status: run.grants.ok ? 'true' : 'false',
    reason: run.grants.ok ? 'ReadBackEqual' : 'ReadBackDiffers',
    message: run.grants.problems.length === 0 ? undefined : run.grants.problems.slice(0, 5).join('; '),
    generation,
    at,
  };
  const { drift } = run;
  const known = product.status.drift ?? NO_DRIFT;
  const moved = drift.entries !== known;
  const there = enrolment(product, run, withCondition(withCondition(product.status.conditions, registered), shared));
  const owned = ownership(product, run.topology, at);
  const looked = owned === undefined ? there : withCondition(there, owned);
  const conditions = moved || drift.audited ? withCondition(looked, inStep(drift, generation, at)) : looked;
  const left = drift.left ?? product.status.left;
  const held = heldByOthers(product, run.access.shares, run.grants, at);
  const same =
    conditions === product.status.conditions && !moved && left === product.status.left && held === product.status.held;
  if (same && !drift.audited) return undefined;
  const removed = run.catalog.ok && product.state === 'retired';
  const first = run.catalog.ok && !removed && product.status.registeredAt === undefined;
  const action = actionOf(product, run, first, conditions !== product.status.conditions);
  return {
    ...product,
    revision: product.revision + 1,
    change: {
      actor: 'weft:reconcile',
      action,
      at,
      correlation: run.request.correlation,
      details: { ...(drift.found.length === 0 ? {} : { drift: drift.found }), ...detailsOf(run) },
    },
    status: {
      ...product.status,
      conditions,
      ...(first
        ? { registeredAt: at, timeToRegisterMs: Math.max(0, run.now.getTime() - Date.parse(product.createdAt)) }
        : {}),
      ...(removed ? { removedAt: product.status.removedAt ?? at } : {}),
      ...(moved ? { drift: drift.entries } : {}),
      ...(left === undefined ? {} : { left }),
      ...(held === undefined ? {} : { held }),
      ...(drift.audited ? { auditedAt: at } : {}),
    },
  };
}

/** Says which domains left the mesh while the version still needs them; said again only when it changes. */
function enrolment(
  product: ProductRecord,
  { left, now }: Pick<Run, 'left' | 'now'>,
  conditions: readonly Condition[],
): readonly Condition[] {
  if (left.length === 0 && condition(product, 'Enrolled') === undefined) return conditions;
  const names = left.map(({ name, account, as }) => `${as} ${name} (${account})`).join(', ');
  return withCondition(conditions, {
    type: 'Enrolled',
    status: left.length === 0 ? 'true' : 'false',
    reason: left.length === 0 ? 'DomainsThere' : 'DomainLeft',
    ...(left.length === 0 ? {} : { message: `no longer in mesh.yaml: ${names}` }),
    generation: product.generation,
    at: now.toISOString(),
  });
}

/** Everything is as the mesh left it, or what was changed past it waits for somebody's word. */
function inStep({ entries }: DriftOutcome, generation: number, at: string): Condition {
  const open = openDrift(entries);
  if (open.length === 0) return { type: 'InStep', status: 'true', reason: 'AsLeft', generation, at };
  const message = open.slice(0, 5).map(({ what }) => what);
  return { type: 'InStep', status: 'false', reason: 'Drift', message: message.join('; '), generation, at };
}

function actionOf(product: ProductRecord, run: Run, first: boolean, moved: boolean): string {
  if (product.state === 'retired') return run.catalog.ok && run.grants.ok ? 'ProductRemoved' : 'ProductRemoving';
  if (!run.catalog.ok) return 'ProductFailed';
  if (!run.grants.ok) return 'SharesFailed';
  if (first) return 'ProductRegistered';
  const { found, repaired } = driftNews(product.status.drift, run.drift.entries);
  if (repaired.length > 0) return 'DriftRepaired';
  if (found.length > 0) return 'DriftFound';
  if (run.drift.audited && !moved) return 'ProductAudited';
  return condition(product, 'Shared')?.generation === product.generation ? 'ProductObserved' : 'SharesGranted';
}

function detailsOf({ catalog, grants }: Pick<Run, 'catalog' | 'grants'>): Change['details'] {
  return {
    catalog: catalog.applied,
    grants: grants.applied.slice(0, 50).map(({ kind, grant }) => ({
      kind,
      principal: grant.principal,
      resource: grant.resource,
      permissions: grant.permissions,
      lastUpdatedBy: grant.lastUpdatedBy,
    })),
  };
}

/** Intents that changed, and those that an agent failed at or never answered. What widens waits until the central grants stand. */
function sharesAfter({ product, subscriptions, shares }: VersionState, run: Run): ShareRecord[] {
  const at = run.now.toISOString();
  return run.access.shares.flatMap((wanted): ShareRecord[] => {
    const former = shares.find((share) => share.intent.consumer === wanted.consumer);
    const intent = run.grants.ok ? wanted : narrowed(wanted, former?.intent);
    const held = heldByConsumer(wanted, former, run.grants, at);
    const change = { actor: 'weft:reconcile', action: 'ShareRequested', at, correlation: run.request.correlation };
    const told = (): ShareRecord[] =>
      former === undefined || held === former.held
        ? []
        : [
            {
              ...former,
              ...(held === undefined ? {} : { held }),
              revision: former.revision + 1,
              change: { ...change, action: 'GrantsReadBack' },
            },
          ];
    if (intent === undefined) return told();
    const moved = former === undefined || essence(former.intent) !== essence(intent);
    const leaves = subscriptions.some((entry) => entry.consumer === wanted.consumer && isLeaving(entry, run.asOf));
    const central = leaves ? centralOf(wanted.account, run) : undefined;
    // The agent's report is still to come, and will need this look beside it.
    const later =
      !moved && central !== undefined && !isReported(former) && !isEqual(central.grants, former.central?.grants);
    const known = held === undefined ? {} : { held };
    if (later) {
      const action = 'GrantsReadBack';
      return [{ ...former, central, ...known, revision: former.revision + 1, change: { ...change, action } }];
    }
    if (!moved && !(run.request.cause !== 'change' && isUnanswered(former, run.now))) {
      // Where the agent has nothing open, what differs from its intent is somebody else's doing.
      if (!isThorough(run.request.cause) || !isReported(former) || former.intent.link === undefined) return told();
      const look = { at, mend: run.drift.mends };
      const action = 'ShareInspected';
      return [{ ...former, look, ...known, revision: former.revision + 1, change: { ...change, action } }];
    }
    return [
      {
        type: 'share',
        intent: former === undefined ? intent : { ...intent, former: formerOf(former, run.now) },
        // Each intent has a number of its own, so that no report on an earlier one speaks for it.
        generation: Math.max(product.generation, (former?.generation ?? 0) + 1),
        revision: (former?.revision ?? 0) + 1,
        change,
        applied: former?.applied,
        ...(central === undefined ? {} : { central }),
        ...known,
        ...(former?.drift === undefined ? {} : { drift: former.drift }),
      },
    ];
  });
}

/** What an account and its principals were found to hold in the governance account; undefined when that look did not find what it should. */
function centralOf(account: string, { grants, now }: Run): ShareRecord['central'] {
  return grants.ok ? { at: now.toISOString(), grants: heldBy(account, grants.readBack) } : undefined;
}

function isLeaving(subscription: SubscriptionRecord, asOf: string): boolean {
  const { state, status } = subscription;
  if (holdsAccess(subscription)) return hasEnded(subscription, asOf);
  return state === 'revoking' || (state === 'expired' && status.endedAt === undefined);
}

/** What can be asked of an agent while the central grants do not stand: to let go of what its roles lost, and nothing new. */
function narrowed(wanted: ShareIntent, former: ShareIntent | undefined): ShareIntent | undefined {
  if (wanted.link === undefined) return wanted;
  if (former?.link === undefined) return undefined;
  return { ...wanted, grants: withoutWidening({ grants: wanted.grants, filters: [] }, former).grants };
}

/** What an agent has to do; a table that came or went changes nothing of it. */
function essence(intent: ShareRecord['intent']): string {
  return JSON.stringify([
    intent.account,
    intent.link,
    intent.linkName,
    intent.grants,
    intent.passesOn,
    intent.entitlements,
    intent.ends,
  ]);
}

/** Where an agent has to look beside its new intent: where the last one stood, and what came before when that was never confirmed. */
export function formerOf(
  { intent, applied, generation, change }: Pick<ShareRecord, 'intent' | 'applied' | 'generation' | 'change'>,
  now: Date,
): ShareRecord['intent']['former'] {
  const confirmed = applied?.ok === true && applied.generation >= generation;
  const latest = Math.max(Date.parse(change.at), Date.parse(applied?.at ?? change.at));
  const lately = !confirmed || now.getTime() - latest < LISTS_LAG;
  const grants = lately ? normalizeGrants([...intent.grants, ...((!confirmed && intent.former?.grants) || [])]) : [];
  const earlier = confirmed ? undefined : intent.former;
  const unique = (names: readonly string[]) => [...new Set(names)].sort();
  return {
    principals: unique([...intent.grants.map(({ principal }) => principal), ...(earlier?.principals ?? [])]),
    tables: unique([...tablesOf(intent.grants), ...(intent.passesOn?.tables ?? []), ...(earlier?.tables ?? [])]),
    filtered: unique([
      ...filteredTablesOf(intent.grants),
      ...(intent.passesOn?.filtered ?? []),
      ...(earlier?.filtered ?? []),
    ]),
    ...(intent.passesOn === undefined && earlier?.passedOn === undefined ? {} : { passedOn: true as const }),
    ...(grants.length === 0 || grants.length > MOST_SUSPECTED ? {} : { grants }),
  };
}

function isUnanswered({ applied, generation, change }: ShareRecord, now: Date): boolean {
  const answered = applied !== undefined && applied.generation >= generation;
  if (answered) return !applied.ok;
  return now.getTime() - Date.parse(change.at) > PATIENCE_WITH_AGENTS;
}
