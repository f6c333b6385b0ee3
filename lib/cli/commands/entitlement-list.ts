import type { EntitlementRecord } from '#mesh/entitlement/entitlement.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { entitlementTable } from '../entitlements.ts';
import { everyPage } from '../pages.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const query = { domain: textOption(invocation, 'domain'), consumer: textOption(invocation, 'consumer') };
  const answer = await everyPage<{ entitlements: EntitlementRecord[] }>(connection, '/entitlements', query, io);
  if (invocation.json) io.out(`${JSON.stringify(answer)}\n`);
  else if (answer.entitlements.length === 0) io.err('no entitlements\n');
  else io.out(entitlementTable(io, answer.entitlements));
}
