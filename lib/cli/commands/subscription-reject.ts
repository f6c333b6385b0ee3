import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { subscriptionNamed } from '../subscription-name.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const connection = await connect(invocation);
  const id = await subscriptionNamed(connection, invocation.args[0] ?? '', 'waiting');
  const answer = await connection.api<{ subscription: SubscriptionRecord }>({
    method: 'POST',
    path: `/subscriptions/${id}/decision`,
    body: { decision: 'reject', reason: textOption(invocation, 'reason') },
  });
  if (invocation.json) invocation.io.out(`${JSON.stringify(answer)}\n`);
  else invocation.io.err(`${id} is ${answer.subscription.state}\n`);
}
