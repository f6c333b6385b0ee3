import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { everySubscription } from '../pages.ts';
import { subscriptionTable } from '../subscriptions.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const query = {
    product: textOption(invocation, 'product'),
    consumer: textOption(invocation, 'consumer'),
    state: textOption(invocation, 'state'),
  };
  const subscriptions = await everySubscription(connection, query, io);
  if (invocation.json) io.out(`${JSON.stringify({ subscriptions })}\n`);
  else if (subscriptions.length === 0) io.err('no subscriptions\n');
  else io.out(subscriptionTable(io, subscriptions));
}
