import { everyRecord, type Registry } from '#aws/registry.ts';
import { ENTITLEMENTS, groupOf, laneOf } from '#aws/registry-keys.ts';
import type { FifoMessage, FifoQueue } from '#aws/sqs.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { hasEnded, isNearEnd } from '#mesh/subscription/end.ts';
import { holdsAccess, type SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { expire, giveNotice } from '#mesh/subscription/transitions.ts';
import { bumped } from './bumped.ts';
import type { EntitlementsRequest } from './entitlement/reconcile.ts';
import { optimistically } from './optimistic.ts';
import type { ReconcileRequest } from './reconcile-request.ts';
import { finishSpreading } from './suspend-domain.ts';
import { needsCare, tendProduct } from './tend-product.ts';

export interface SweepDeps {
  readonly registry: Pick<Registry, 'page' | 'version' | 'versions' | 'write' | 'domains'>;
  readonly queue: FifoQueue;
  now(): Date;
}

export interface Swept {
  /** Subscriptions that ran out. */
  readonly expired: number;
  /** Subscriptions whose sides were told that the end is near. */
  readonly noticed: number;
  /** Product versions that will be looked at again. */
  readonly requested: number;
  /** What could not be done now; the next sweep tries again. */
  readonly failed: readonly string[];
}

/** Every table of a product is looked at once in that many milliseconds; the sweeps between look where the mesh's own grants can be. */
const AUDIT_EVERY = 24 * 3_600_000;

/** What is due beyond that waits for the next sweep, so that a day's audits never come at once. */
const AUDITS_IN_A_SWEEP = 200;

/** Ends what ran out, walks products on in their life, and asks for a look at every product version, which finds and repairs drift. */
export async function sweep(correlation: string, deps: SweepDeps): Promise<Swept> {
  const failed: string[] = [];
  let expired = 0;
  let noticed = 0;
  for await (const subscription of everyRecord(deps.registry, 'subscription')) {
    if (!hasRunOut(subscription, deps.now()) && !needsNotice(subscription, deps.now())) continue;
    try {
      const moved = await moveOn(subscription, correlation, deps);
      if (moved === 'expired') expired += 1;
      if (moved === 'noticed') noticed += 1;
    } catch (error) {
      failed.push(`${subscription.id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  try {
    await finishSpreading({ actor: 'weft:sweep', at: deps.now().toISOString(), correlation }, deps);
  } catch (error) {
    failed.push(`domains: ${error instanceof Error ? error.message : String(error)}`);
  }
  const messages: FifoMessage[] = [];
  let audits = 0;
  for await (const product of everyRecord(deps.registry, 'product')) {
    const { domain, name, major } = product;
    try {
      await tendProduct(product, correlation, deps);
    } catch (error) {
      failed.push(`${domain}/${name} v${major}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!needsCare(product)) continue;
    const due = audits < AUDITS_IN_A_SWEEP && isAuditDue(product, deps.now());
    if (due) audits += 1;
    const body: ReconcileRequest = { domain, name, major, cause: due ? 'audit' : 'sweep', correlation };
    const version = groupOf(body);
    messages.push({ group: laneOf(body), deduplication: `${version} ${correlation}`, body });
  }
  const entitlements: EntitlementsRequest = { entitlements: true, cause: 'sweep', correlation };
  messages.push({ group: ENTITLEMENTS, deduplication: `${ENTITLEMENTS} ${correlation}`, body: entitlements });
  const outcome = await deps.queue.send(messages);
  failed.push(
    ...[...outcome.failed, ...outcome.unclear].map(
      ({ entry, symptom }) => `${entry.deduplication.split(' ')[0]}: ${symptom.message}`,
    ),
  );
  return { expired, noticed, requested: outcome.done.filter(({ group }) => group !== ENTITLEMENTS).length, failed };
}

function isAuditDue({ status }: ProductRecord, now: Date): boolean {
  const last = status.auditedAt ?? status.registeredAt;
  return last !== undefined && now.getTime() - Date.parse(last) >= AUDIT_EVERY;
}

function hasRunOut(subscription: SubscriptionRecord, now: Date): boolean {
  return (subscription.state === 'pending' || holdsAccess(subscription)) && hasEnded(subscription, now.toISOString());
}

/** True for one whose end is near and whose sides have not been told: it is told once. */
function needsNotice(subscription: SubscriptionRecord, now: Date): boolean {
  return subscription.state === 'active' && isNearEnd(subscription, now.toISOString());
}

/** Ends one subscription with the product's generation raised, or tells its sides that it will end; undefined when somebody else has been quicker. */
function moveOn(
  { id, domain, product: name, major }: SubscriptionRecord,
  correlation: string,
  deps: SweepDeps,
): Promise<'expired' | 'noticed' | undefined> {
  return optimistically(async () => {
    const version = await deps.registry.version({ domain, name, major });
    const subscription = version?.subscriptions.find((entry) => entry.id === id);
    if (version === undefined || subscription === undefined) return undefined;
    const act = { actor: 'weft:sweep', at: deps.now().toISOString(), correlation };
    const revision = subscription.revision + 1;
    if (!hasRunOut(subscription, deps.now())) {
      const told = needsNotice(subscription, deps.now()) ? giveNotice(subscription, act) : undefined;
      if (told?.ok !== true) return undefined;
      await deps.registry.write([{ record: { ...told.value, revision }, replaces: subscription.revision }]);
      return 'noticed';
    }
    const checked = expire(subscription, act);
    if (!checked.ok) return undefined;
    const product = bumped(version.product, checked.value.change);
    await deps.registry.write([
      { record: product, replaces: version.product.revision },
      { record: { ...checked.value, revision, generation: product.generation }, replaces: subscription.revision },
    ]);
    return 'expired';
  });
}
