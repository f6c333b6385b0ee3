import type { Plan } from '#mesh/plan/plan.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { renderPlan } from '../plan.ts';
import { requestBody } from '../subscriptions.ts';

/** Plans a request that nobody made yet, or the approval of one that is pending. */
export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const [what = ''] = invocation.args;
  const answer = await connection.api<{ plan: Plan }>(
    what.includes('/')
      ? { method: 'POST', path: '/subscriptions/plan', body: requestBody(invocation, connection.account) }
      : { method: 'GET', path: `/subscriptions/${what}/plan` },
  );
  if (invocation.json) io.out(`${JSON.stringify(answer)}\n`);
  else io.out(renderPlan(io, answer.plan));
}
