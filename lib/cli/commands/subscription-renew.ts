import { endOf } from '#mesh/subscription/end.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { tellApprovers } from '../approvers.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { tone } from '../io.ts';
import { subscriptionNamed } from '../subscription-name.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const id = await subscriptionNamed(connection, invocation.args[0] ?? '', 'live');
  const answer = await connection.api<{ subscription: SubscriptionRecord }>({
    method: 'POST',
    path: `/subscriptions/${id}/renewal`,
    body: { until: textOption(invocation, 'until'), reason: textOption(invocation, 'reason') },
  });
  const { subscription } = answer;
  if (invocation.json) {
    io.out(`${JSON.stringify(answer)}\n`);
  } else if (subscription.renewal === undefined) {
    io.err(`${tone(io, 'good', 'renewed')}: it goes on until ${endOf(subscription)?.at ?? 'it is revoked'}\n`);
  } else {
    io.err(`${id} asks to go on until ${subscription.renewal.until ?? 'it has to be certified again'}\n`);
    tellApprovers(io, subscription, subscription.renewal, connection.topology);
  }
}
