import type { WaitingMessage, WaitingRoom } from '#aws/waiting-room.ts';
import { WeftError } from '#mesh/error.ts';
import { PUT_OFF, type PutOff } from './source-gate.ts';

/** What was put off for so long is given up: it goes to the dead letters after some more attempts. In milliseconds. */
export const PUT_OFF_FOR = 7 * 24 * 3_600_000;

/** What an error says of a run that was put off; undefined for any other error. */
export function putOffOf(error: unknown): PutOff | undefined {
  return error instanceof WeftError && error.code === PUT_OFF ? (error.details as unknown as PutOff) : undefined;
}

/**
 * Has the message of a run that was put off come back when a source may be tried again. SQS counts each time that it hands a message out, and being put off is no
 * attempt: from the second time on a message like it takes its place, with a count of its own. Answers whether it is still the message of the queue (`left`) or done with.
 */
export async function leaveFor(
  { until, startedAt }: PutOff,
  message: WaitingMessage,
  room: WaitingRoom,
  now: Date,
): Promise<'left' | 'replaced'> {
  const givenUp = now.getTime() - Date.parse(startedAt) > PUT_OFF_FOR;
  if (message.received > 1 && !givenUp) {
    await room.sendAgain(message);
    return 'replaced';
  }
  await room.postpone(message, Math.ceil((until - now.getTime()) / 1000));
  return 'left';
}
