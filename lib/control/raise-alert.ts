import type { RecordWrite, VersionState } from '#aws/registry.ts';
import { type AlertRecord, ruleOfAlert } from '#mesh/audit/alert.ts';
import { accountOf } from '#mesh/audit/rules/fact.ts';
import { userError } from '#mesh/error.ts';
import { holdsAccess, type SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { suspend } from '#mesh/subscription/transitions.ts';
import { AUDIT_SIDE } from '#mesh/suspension.ts';
import { roleKey } from '#mesh/topology/rules.ts';
import { domainOfAccount } from '#mesh/topology/topology.ts';
import { authorize } from './authorize.ts';
import { bumped } from './bumped.ts';
import { actOf, findSubscription } from './decide.ts';
import { optimistically } from './optimistic.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';
import { stepped } from './stepped.ts';
import { settleRollout } from './take-back.ts';

/** A finding of an audit rule, as whoever evaluates the rules tells it. */
export type AlertWish = Pick<
  AlertRecord,
  | 'id'
  | 'rule'
  | 'severity'
  | 'response'
  | 'message'
  | 'subject'
  | 'principal'
  | 'products'
  | 'from'
  | 'at'
  | 'until'
  | 'measured'
  | 'evidence'
> & {
  /** Those that were read through, as far as the trail says; empty: those by which the role has the products. */
  readonly subscriptions: readonly string[];
};

/** Subscriptions that are suspended in one transaction. */
const PORTION = 40;

/**
 * Raises an alert, and suspends what its rule says: one transaction, so that there is no alert without its response. What needs more than one transaction
 * holds suspends first and raises last; asked again it goes on where it stopped. An alert that is there already stays as it is.
 * @throws WEFT-AUTH-002, WEFT-AUDIT-090 when it makes no sense.
 */
export async function raiseAlert(
  wish: AlertWish,
  request: Request,
  deps: ApiDeps,
): Promise<{ alert: AlertRecord; changed: boolean }> {
  authorize('alert.raise', request.caller);
  refuseNonsense(wish);
  const { alert, changed, canaries } = await optimistically(async () => {
    const known = await deps.registry.alert(wish.id);
    if (known !== undefined) return { alert: known, changed: false, canaries: [] };
    for (;;) {
      const versions = wish.response === 'suspend' ? await concerned(wish, deps) : [];
      const { writes, suspended, complete } = suspensions(versions, wish, request, deps);
      if (!complete) {
        await deps.registry.write(writes);
        continue;
      }
      const record = await alertOf(wish, suspended, request, deps);
      await deps.registry.write([...writes, { record, replaces: undefined }]);
      const canaries = versions.flatMap(({ product }) => (product.rollout === undefined ? [] : [product]));
      return { alert: record, changed: true, canaries };
    }
  });
  // What follows a suspended subscription by a rollout is stopped with it.
  for (const product of canaries) await settleRollout(product, actOf(request, deps, reasonOf(wish)), deps);
  return { alert, changed };
}

function refuseNonsense({ id, rule, from, at, until }: AlertWish): void {
  const times = [from, at, until].map((text) => Date.parse(text));
  const ordered = times.every((time, index) => time >= (times[index - 1] ?? time));
  if (ruleOfAlert(id) === rule && ordered) return;
  throw userError('WEFT-AUDIT-090', `\`${id}\` is no alert of the rule \`${rule}\` from ${from} to ${until}`, {
    hint: 'the id begins with the rule, and from, at and until are times in that order',
  });
}

/** The versions with the subscriptions that the alert is about. */
async function concerned(wish: AlertWish, deps: ApiDeps): Promise<VersionState[]> {
  if (wish.subscriptions.length > 0) {
    const found = await Promise.all(wish.subscriptions.map((id) => findSubscription(id, deps).catch(gone)));
    const known = found.filter((entry) => entry !== undefined);
    return [...Map.groupBy(known, ({ version: { product } }) => `${product.domain}/${product.name}#${product.major}`)]
      .map(([, entries]) => entries)
      .flatMap((entries) => {
        const [first] = entries;
        return first === undefined
          ? []
          : [{ ...first.version, subscriptions: entries.map(({ subscription }) => subscription) }];
      });
  }
  const versions = await Promise.all(
    wish.products.map((product) => {
      const [domain = '', name = ''] = product.split('/');
      return deps.registry.versions({ domain, name });
    }),
  );
  return versions
    .flat()
    .map((version) => ({ ...version, subscriptions: version.subscriptions.filter((one) => serves(one, wish)) }))
    .filter(({ subscriptions }) => subscriptions.length > 0);
}

/** A subscription that the trail names and that is no more. */
function gone(error: unknown): undefined {
  if ((error as { code?: string }).code !== 'WEFT-REQUEST-005') throw error;
}

/** True for a subscription that gives the role something. */
function serves({ principals, wholeAccount, account }: SubscriptionRecord, { principal }: AlertWish): boolean {
  if (wholeAccount === true) return account === accountOf(principal);
  const key = roleKey(principal);
  return principals.some((role) => role === principal || (key !== undefined && roleKey(role) === key));
}

/** The writes that suspend what is not suspended for the audit yet, at most a transaction full, and everything that then is. */
function suspensions(versions: readonly VersionState[], wish: AlertWish, request: Request, deps: ApiDeps) {
  const isStopped = ({ suspensions: sides = [] }: SubscriptionRecord) => sides.some(({ side }) => side === AUDIT_SIDE);
  const held = versions.map((version) => ({
    product: version.product,
    holding: version.subscriptions.filter(holdsAccess),
  }));
  const suspended = held.flatMap(({ holding }) => holding.map(({ id }) => id)).toSorted();
  let left = PORTION;
  let complete = true;
  const writes: RecordWrite[] = [];
  for (const { product, holding } of held) {
    const open = holding.filter((subscription) => !isStopped(subscription));
    const now = open.slice(0, left);
    complete &&= now.length === open.length;
    left -= now.length;
    if (now.length === 0) continue;
    const stopped = now.map((subscription) => stop(subscription, wish, request, deps));
    const next = bumped(product, stopped[0]?.change ?? product.change);
    writes.push({ record: next, replaces: product.revision });
    for (const record of stopped) {
      writes.push({ record: { ...record, generation: next.generation }, replaces: record.revision - 1 });
    }
  }
  return { writes, suspended, complete };
}

function stop(subscription: SubscriptionRecord, wish: AlertWish, request: Request, deps: ApiDeps): SubscriptionRecord {
  const reason = reasonOf(wish);
  const act = actOf(request, deps, reason);
  const next = stepped(suspend(subscription, act, { side: AUDIT_SIDE, by: act.actor, at: act.at, reason }));
  const details = { rule: wish.rule, alert: wish.id, evidence: wish.evidence };
  return { ...next, revision: subscription.revision + 1, change: { ...next.change, details } };
}

function reasonOf({ rule, message }: AlertWish): string {
  return `audit rule ${rule}: ${message}`;
}

async function alertOf(
  { subscriptions, ...wish }: AlertWish,
  suspended: readonly string[],
  request: Request,
  deps: ApiDeps,
): Promise<AlertRecord> {
  const now = deps.now();
  const consumer = domainOfAccount(await deps.topology(), accountOf(wish.principal))?.name;
  const { rule, evidence, measured } = wish;
  return {
    type: 'alert',
    ...wish,
    ...(consumer === undefined ? {} : { consumer }),
    suspended,
    state: 'open',
    revision: 1,
    change: changeBy(request, 'AuditAlertRaised', now, {
      reason: wish.message,
      details: { rule, evidence, measured, suspended, subscriptions },
    }),
    createdAt: now.toISOString(),
  };
}
