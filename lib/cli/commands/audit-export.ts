import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { OCSF_VERSION } from '#mesh/audit/ocsf/event.ts';
import { instantOf, parseMoment } from '#mesh/audit/report/moment.ts';
import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { busy, tone } from '../io.ts';
import { exportOcsf } from '../ocsf-export.ts';

/** Before any mesh. */
const BEGINNING = '1970-01-01';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const format = textOption(invocation, 'format') ?? 'ocsf';
  if (format !== 'ocsf') {
    throw userError('WEFT-AUDIT-064', `nothing is known about the format ${JSON.stringify(format)}`, {
      hint: 'write --format ocsf',
    });
  }
  const output = textOption(invocation, 'output');
  if (output !== undefined && !output.endsWith('.jsonl')) {
    throw userError('WEFT-AUDIT-064', `${output} is no file of JSON lines`, { hint: 'end its name with .jsonl' });
  }
  const now = new Date();
  const from = parseMoment(textOption(invocation, 'from') ?? BEGINNING, now);
  const written = textOption(invocation, 'to');
  const to = written === undefined ? now : instantOf(written);
  if (from.getTime() >= to.getTime()) {
    throw userError('WEFT-AUDIT-062', `${from.toISOString()} is not before ${to.toISOString()}`, {
      hint: 'give a --from that is before --to',
    });
  }
  const span = { from: from.toISOString(), to: to.toISOString() };
  busy(io, 'asking the audit tables, which takes a while');
  const { events, unknown } = await exportOcsf(await connect(invocation), span);
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  if (output !== undefined) writeFileSync(resolve(io.cwd, output), lines);
  if (invocation.json)
    io.out(
      `${JSON.stringify({ version: OCSF_VERSION, ...span, ...(output === undefined ? { events } : { output, count: events.length }), unknown })}\n`,
    );
  else if (output === undefined) io.out(lines);
  io.err(`${events.length} events of OCSF ${OCSF_VERSION}, each checked against its class\n`);
  if (unknown !== undefined) io.err(`${tone(io, 'warn', 'unknown: reads:')} ${unknown}\n`);
}
