import type { EntitlementRecord } from '#mesh/entitlement/entitlement.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { entitlementId, reachedLines, waitForEntitlement } from '../entitlements.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const id = entitlementId(invocation.args[0] ?? '');
  const connection = await connect(invocation);
  const { entitlement } = await connection.api<{ entitlement: EntitlementRecord }>({
    method: 'POST',
    path: `/entitlements/${id}/revocation`,
    body: { reason: textOption(invocation, 'reason') },
  });
  const last =
    invocation.options.wait === false ? { entitlement, products: [] } : await waitForEntitlement(connection, id);
  if (invocation.json) io.out(`${JSON.stringify(last)}\n`);
  else io.out([`${id} is ${last.entitlement.state}`, ...reachedLines(io, last.products), ''].join('\n'));
}
