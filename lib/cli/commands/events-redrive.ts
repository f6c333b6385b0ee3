import type { Redriven } from '#control/dead-letters.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { askDeadLetters } from '../events.ts';
import { tone } from '../io.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const wish = { action: 'redrive', queue: textOption(invocation, 'queue'), id: textOption(invocation, 'id') };
  const result = await askDeadLetters<Redriven>(connection, wish);
  if (invocation.json) io.out(`${JSON.stringify(result)}\n`);
  else {
    for (const { what, to, id } of result.redriven) io.out(`${tone(io, 'good', 'redriven')} ${id} ${what} to ${to}\n`);
    for (const { what, id, error } of result.failed) io.out(`${tone(io, 'bad', 'failed')} ${id} ${what}: ${error}\n`);
    if (result.redriven.length + result.failed.length === 0) io.err('nothing waits to be delivered again\n');
  }
  return result.failed.length === 0 ? 0 : 1;
}
