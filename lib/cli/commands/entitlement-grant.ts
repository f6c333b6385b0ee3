import type { EntitlementPlan } from '#control/entitlement/grant.ts';
import type { EntitlementRecord } from '#mesh/entitlement/entitlement.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { entitlementBody, reachedLines, renderEntitlementPlan, waitForEntitlement } from '../entitlements.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const body = entitlementBody(invocation);
  const connection = await connect(invocation);
  const answer = await connection.api<{ entitlement: EntitlementRecord; plan: EntitlementPlan }>({
    method: 'POST',
    path: '/entitlements',
    body,
  });
  const { entitlement, plan } = answer;
  if (!invocation.json) io.err(renderEntitlementPlan(io, plan));
  const last =
    invocation.options.wait === false
      ? { entitlement, products: [] }
      : await waitForEntitlement(connection, entitlement.id);
  if (invocation.json) io.out(`${JSON.stringify({ ...last, plan })}\n`);
  else io.out([entitlement.id, ...reachedLines(io, last.products), ''].join('\n'));
}
