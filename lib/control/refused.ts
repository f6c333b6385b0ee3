import type { Registry } from '#aws/registry.ts';
import { WeftError } from '#mesh/error.ts';

/** How long a refused command is kept, in seconds. */
const KEPT = 400 * 86_400;

/** Keeps a command that was refused, for the trail: who tried what, and what said no. */
export async function keepAttempt(
  attempt: { readonly actor: string; readonly route: string; readonly correlation: string; readonly error: unknown },
  deps: { readonly registry: Pick<Registry, 'attempt'>; now(): Date },
): Promise<void> {
  const { actor, route, correlation, error } = attempt;
  if (!(error instanceof WeftError)) return;
  const at = deps.now();
  const policies = error.details.policies as readonly { id: string }[] | undefined;
  const version = error.details.version as string | undefined;
  await deps.registry.attempt({
    type: 'attempt',
    expires: Math.floor(at.getTime() / 1000) + KEPT,
    change: {
      actor,
      action: 'CommandRefused',
      at: at.toISOString(),
      reason: error.message.slice(0, 2_000),
      correlation,
      policies: policies?.map(({ id }) => id),
      details: { route, code: error.code, ...(version === undefined ? {} : { policyVersion: version }) },
    },
  });
}
