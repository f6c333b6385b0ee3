import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { busy, tone } from '../io.ts';
import { subscriptionNamed } from '../subscription-name.ts';
import { waitForSubscription } from '../wait.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const id = await subscriptionNamed(connection, invocation.args[0] ?? '', 'live');
  const { subscription } = await connection.api<{ subscription: SubscriptionRecord }>({
    method: 'POST',
    path: `/subscriptions/${id}/revocation`,
    body: { reason: textOption(invocation, 'reason') },
  });
  busy(io, `waiting until nothing of ${id} is left`);
  const last =
    invocation.options.wait === false ? subscription : await waitForSubscription(connection, id, ['revoked']);
  if (invocation.json) io.out(`${JSON.stringify({ subscription: last })}\n`);
  else if (last.state === 'revoked')
    io.err(`${tone(io, 'good', 'revoked')}: the read-back of both accounts shows nothing left\n`);
  else io.err(`${id} is ${last.state}\n`);
}
