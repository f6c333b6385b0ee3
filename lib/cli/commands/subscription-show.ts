import type { ShareRecord, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { describeSubscription } from '../subscription-lines.ts';
import { subscriptionNamed } from '../subscription-name.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const id = await subscriptionNamed(connection, invocation.args[0] ?? '', 'any');
  const answer = await connection.api<{ subscription: SubscriptionRecord; share?: ShareRecord }>({
    method: 'GET',
    path: `/subscriptions/${id}`,
  });
  if (invocation.json) io.out(`${JSON.stringify(answer)}\n`);
  else io.out(`${describeSubscription(answer.subscription).join('\n')}\n`);
}
