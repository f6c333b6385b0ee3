import type { Registry } from '#aws/registry.ts';
import { judgeFreshness } from '#mesh/product/freshness.ts';
import { dueOf, isPublished } from '#mesh/product/life.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { isOverdue, released } from '#mesh/quality/release.ts';
import { type Condition, condition, withCondition } from '#mesh/record.ts';
import type { Act } from '#mesh/subscription/transitions.ts';
import { optimistically } from './optimistic.ts';
import { endVersion, leftOver } from './retire.ts';
import { settleRollout } from './take-back.ts';

export interface TendDeps {
  readonly registry: Pick<Registry, 'version' | 'versions' | 'write'>;
  now(): Date;
}

/** True while the reconciler has something to do for a version: it is published, or retired and not yet gone. */
export function needsCare({ state, status }: ProductRecord): boolean {
  return isPublished({ state }) || (state === 'retired' && status.removedAt === undefined);
}

/**
 * What the passing of time does to a version: it is retired at its sunset, announced again before, found stale, and what stopped half-way
 * goes on. Gives nothing to anybody.
 */
export async function tendProduct(seen: ProductRecord, correlation: string, deps: TendDeps): Promise<void> {
  const act: Act = { actor: 'weft:sweep', at: deps.now().toISOString(), correlation };
  const due = dueOf(seen, deps.now());
  if (due === 'retire') {
    const reason = `its sunset was ${seen.deprecation?.sunset}`;
    await endVersion(seen, { ...act, reason }, deps, (product) => dueOf(product, deps.now()) === 'retire');
    return;
  }
  if (seen.state === 'retired') {
    const version = await deps.registry.version(seen);
    if (version !== undefined && leftOver(version).length > 0) await endVersion(seen, act, deps);
    return;
  }
  if (seen.rollout !== undefined) await settleRollout(seen, act, deps);
  if (due === 'notice' || freshnessMoved(seen, deps.now())) await note(seen, act, deps);
  if (overdue(seen, deps.now())) await announceOverdue(seen, act, deps);
}

/** Writes what is to be said of a version now, on what the registry holds now. */
function note(seen: ProductRecord, act: Act, deps: TendDeps): Promise<void> {
  return optimistically(async () => {
    const product = (await deps.registry.version(seen))?.product;
    if (product === undefined) return;
    const now = deps.now();
    const { deprecation } = product;
    const notice = dueOf(product, now) === 'notice' && deprecation !== undefined;
    const fresh = isPublished(product) ? judgeFreshness(product, now) : undefined;
    if (!notice && !freshnessMoved(product, now)) return;
    const { actor, at, correlation } = act;
    const record: ProductRecord = {
      ...product,
      ...(notice ? { deprecation: { ...deprecation, noticedAt: at } } : {}),
      revision: product.revision + 1,
      change: {
        actor,
        at,
        correlation,
        action: notice ? 'SunsetApproaching' : 'FreshnessMeasured',
        ...(fresh?.message === undefined ? {} : { reason: fresh.message }),
      },
      status: {
        ...product.status,
        conditions: fresh === undefined ? product.status.conditions : withCondition(product.status.conditions, fresh),
      },
    };
    await deps.registry.write([{ record, replaces: product.revision }]);
  });
}

function freshnessMoved(product: ProductRecord, now: Date): boolean {
  if (!isPublished(product)) return false;
  const next = judgeFreshness(product, now);
  const known = product.status.conditions.find(({ type }) => type === 'Fresh');
  return next !== undefined && (known?.status !== next.status || known.message !== next.message);
}

function overdue({ state, status }: ProductRecord, now: Date): boolean {
  return isPublished({ state }) && (status.deliveries?.waiting ?? []).some((one) => isOverdue(one, now));
}

/** A measurement that does not come keeps nobody from the data for ever: consumers are told of it, and that nobody knows how good it is. */
function announceOverdue(seen: ProductRecord, act: Act, deps: TendDeps): Promise<void> {
  return optimistically(async () => {
    const product = (await deps.registry.version(seen))?.product;
    const now = deps.now();
    if (product === undefined || !overdue(product, now)) return;
    const next = released(product, (one) => isOverdue(one, now), 'not-measured', now);
    const message = 'new data came and its measurement did not: look at the Lambda `quality` of the domain';
    const unknown: Condition = {
      type: 'Healthy',
      status: 'unknown',
      reason: 'NotMeasured',
      message,
      generation: product.generation,
      at: act.at,
    };
    const { conditions } = next.status;
    const known = condition(product, 'Healthy')?.status === 'false' ? conditions : withCondition(conditions, unknown);
    const record: ProductRecord = {
      ...next,
      revision: product.revision + 1,
      change: { actor: act.actor, at: act.at, correlation: act.correlation, action: 'DataReleased', reason: message },
      status: { ...next.status, conditions: known },
    };
    await deps.registry.write([{ record, replaces: product.revision }]);
  });
}
