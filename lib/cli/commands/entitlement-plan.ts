import type { EntitlementPlan } from '#control/entitlement/grant.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { entitlementBody, renderEntitlementPlan } from '../entitlements.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const body = entitlementBody(invocation);
  const connection = await connect(invocation);
  const answer = await connection.api<{ plan: EntitlementPlan }>({ method: 'POST', path: '/entitlements/plan', body });
  if (invocation.json) io.out(`${JSON.stringify(answer)}\n`);
  else io.out(renderEntitlementPlan(io, answer.plan));
}
