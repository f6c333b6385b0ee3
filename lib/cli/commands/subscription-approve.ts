import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { tone } from '../io.ts';
import { scopeOptions, scopeText, subscriptionId } from '../subscriptions.ts';
import { waitForSubscription } from '../wait.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const id = subscriptionId(invocation.args[0] ?? '');
  const answer = await connection.api<{ subscription: SubscriptionRecord }>({
    method: 'POST',
    path: `/subscriptions/${id}/decision`,
    body: { decision: 'approve', reason: textOption(invocation, 'reason'), ...scopeOptions(invocation) },
  });
  const { subscription } = answer;
  if (!invocation.json) io.err(`approved: ${scopeText(subscription.approved ?? subscription.requested)}\n`);
  const last =
    invocation.options.wait === false ? subscription : await waitForSubscription(connection, id, ['active', 'revoked']);
  if (invocation.json) io.out(`${JSON.stringify({ ...answer, subscription: last })}\n`);
  else io.err(`${tone(io, 'good', last.state)}\n`);
}
