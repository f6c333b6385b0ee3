import type { DeadLetter } from '#mesh/event/dead-letter.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { askDeadLetters, letterTable } from '../events.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const wish = { action: 'list', queue: textOption(invocation, 'queue') };
  const { letters } = await askDeadLetters<{ letters: readonly DeadLetter[] }>(connection, wish);
  if (invocation.json) io.out(`${JSON.stringify({ letters })}\n`);
  else if (letters.length === 0) io.err('everything was delivered\n');
  else io.out(letterTable(io, letters, Date.now()));
}
