import type { AlertRecord } from '#mesh/audit/alert.ts';
import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { tone } from '../io.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const reason = textOption(invocation, 'reason')?.trim();
  if (reason === undefined || reason === '') {
    throw userError('WEFT-AUDIT-094', 'an alert is acknowledged with a reason, and there is none', {
      hint: 'add --reason "what you found out"',
    });
  }
  const connection = await connect(invocation);
  const path = `/alerts/${encodeURIComponent(invocation.args[0] ?? '')}/acknowledgement`;
  const { alert } = await connection.api<{ alert: AlertRecord }>({ method: 'POST', path, body: { reason } });
  if (invocation.json) {
    io.out(`${JSON.stringify({ alert })}\n`);
    return;
  }
  io.err(`${alert.id} is ${alert.state} by ${alert.acknowledgedBy?.split('/').slice(-2).join('/')}\n`);
  for (const id of alert.suspended) {
    io.err(`${tone(io, 'dim', 'next:')} weft subscription resume ${id} --as governance/platform, once it may go on\n`);
  }
}
