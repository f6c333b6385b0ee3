import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { subscriptionTable } from '../subscriptions.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const answer = await connection.api<{ subscriptions: SubscriptionRecord[] }>({
    method: 'GET',
    path: '/subscriptions',
    query: {
      product: textOption(invocation, 'product'),
      consumer: textOption(invocation, 'consumer'),
      state: textOption(invocation, 'state'),
    },
  });
  if (invocation.json) io.out(`${JSON.stringify(answer)}\n`);
  else if (answer.subscriptions.length === 0) io.err('no subscriptions\n');
  else io.out(subscriptionTable(io, answer.subscriptions));
}
