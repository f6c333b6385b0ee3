import type { Plan } from '#mesh/plan/plan.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { tellApprovers } from '../approvers.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { busy, tone } from '../io.ts';
import { renderPlan } from '../plan.ts';
import { requestBody } from '../subscriptions.ts';
import { waitForSubscription } from '../wait.ts';

interface Answer {
  readonly subscription: SubscriptionRecord;
  readonly plan: Plan;
}

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const { subscription, plan } = await connection.api<Answer>({
    method: 'POST',
    path: '/subscriptions',
    body: requestBody(invocation, connection.account),
  });
  const automatic = subscription.state === 'approved';
  const wait = automatic && invocation.options.wait !== false;
  if (!invocation.json) {
    io.err(renderPlan(io, plan));
    io.err(`${subscription.id} is ${subscription.state}\n`);
    if (subscription.state === 'pending') tellApprovers(io, subscription, subscription, connection.topology);
  }
  busy(io, `waiting until ${subscription.id} is active`);
  const last = wait
    ? await waitForSubscription(connection, subscription.id, ['active', 'expiring', 'revoked', 'rejected', 'expired'])
    : subscription;
  if (invocation.json) io.out(`${JSON.stringify({ subscription: last, plan })}\n`);
  else if (wait)
    io.err(`${tone(io, last.state === 'active' || last.state === 'expiring' ? 'good' : 'bad', last.state)}\n`);
}
