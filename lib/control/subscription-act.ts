import type { Registry, VersionState } from '#aws/registry.ts';
import { productOfSubscription } from '#aws/registry-keys.ts';
import { type Checked, userError } from '#mesh/error.ts';
import type { AccessScope, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { ApiDeps, Request } from './request.ts';

/** What somebody says of a request or of a renewal. */
export interface DecisionWish extends Partial<AccessScope> {
  readonly decision: 'approve' | 'reject';
  /** The class of approvers that this is the word of; default: the first that is missing and that the caller may speak for. */
  readonly class?: string;
  readonly reason?: string;
  readonly expiresAt?: string;
}

/** A subscription of the version that its id carries. @throws WEFT-REQUEST-005 when there is none. */
export async function findSubscription(
  id: string,
  deps: { readonly registry: Pick<Registry, 'version'> },
): Promise<{ version: VersionState; subscription: SubscriptionRecord }> {
  const key = productOfSubscription(id);
  const version = key === undefined ? undefined : await deps.registry.version(key);
  const subscription = version?.subscriptions.find((entry) => entry.id === id);
  if (version === undefined || subscription === undefined) {
    throw userError('WEFT-REQUEST-005', `subscription \`${id}\` does not exist`, {
      hint: 'see `weft subscription list`',
    });
  }
  return { version, subscription };
}

/** Who acts now, and why. */
export function actOf(request: Request, deps: Pick<ApiDeps, 'now'>, reason: string | undefined) {
  return { actor: request.caller.arn, at: deps.now().toISOString(), correlation: request.correlation, reason };
}

/** The union of two lists of classes, in order. */
export function union(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])];
}

/** The record, or why the step is not allowed, as WEFT-REQUEST-006. */
export function allowed(checked: Checked<SubscriptionRecord>, subscription: SubscriptionRecord): SubscriptionRecord {
  if (checked.ok) return checked.value;
  const why = checked.problems.map(({ message }) => message).join('; ');
  throw userError('WEFT-REQUEST-006', why, {
    problems: checked.problems,
    details: { subscription: subscription.id, state: subscription.state },
    hint: checked.problems.find(({ fix }) => fix !== undefined)?.fix,
  });
}
