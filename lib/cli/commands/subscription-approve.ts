import { missingApprovals } from '#mesh/subscription/approval.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { busy, tone } from '../io.ts';
import { subscriptionNamed } from '../subscription-name.ts';
import { scopeOptions, scopeText } from '../subscriptions.ts';
import { waitForSubscription } from '../wait.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const id = await subscriptionNamed(connection, invocation.args[0] ?? '', 'waiting');
  const answer = await connection.api<{ subscription: SubscriptionRecord }>({
    method: 'POST',
    path: `/subscriptions/${id}/decision`,
    body: {
      decision: 'approve',
      reason: textOption(invocation, 'reason'),
      class: textOption(invocation, 'class'),
      ...scopeOptions(invocation),
    },
  });
  const { subscription } = answer;
  const scope = subscription.approved ?? subscription.narrowed ?? subscription.requested;
  const waiting = missingIn(subscription);
  if (!invocation.json) {
    io.err(`approved: ${scopeText(scope)}\n`);
    if (waiting.length > 0) io.err(`${tone(io, 'dim', 'next:')} it still waits for ${waiting.join(', ')}\n`);
  }
  busy(io, `waiting until ${id} is active`);
  const last =
    invocation.options.wait === false || waiting.length > 0
      ? subscription
      : await waitForSubscription(connection, id, ['active', 'expiring', 'revoked']);
  if (invocation.json) io.out(`${JSON.stringify({ ...answer, subscription: last })}\n`);
  else io.err(`${tone(io, 'good', last.state)}\n`);
}

/** The classes that still have to approve the request, or its renewal. */
function missingIn(subscription: SubscriptionRecord): string[] {
  if (subscription.renewal !== undefined) return missingApprovals(subscription.renewal);
  return subscription.state === 'pending' ? missingApprovals(subscription) : [];
}
