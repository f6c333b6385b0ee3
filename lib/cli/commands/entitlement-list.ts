import type { EntitlementRecord } from '#mesh/entitlement/entitlement.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { entitlementTable } from '../entitlements.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const answer = await connection.api<{ entitlements: EntitlementRecord[] }>({
    method: 'GET',
    path: '/entitlements',
    query: { domain: textOption(invocation, 'domain'), consumer: textOption(invocation, 'consumer') },
  });
  if (invocation.json) io.out(`${JSON.stringify(answer)}\n`);
  else if (answer.entitlements.length === 0) io.err('no entitlements\n');
  else io.out(entitlementTable(io, answer.entitlements));
}
