import type { EndTimers } from '#aws/end-timers.ts';
import type { MeshEvent } from '#mesh/event/envelope.ts';
import type { ShareIntent } from '#mesh/subscription/subscription.ts';
import { permanentOnly } from './converge.ts';

/** A schedule in the past is refused, so a time that is about to come is put off by that many milliseconds. */
const MARGIN = 10_000;

/**
 * Sets the timer of the next end that an intent has as of now, or takes it away. What it sends is the request itself again, with the end that is due: the same generation, so that a newer
 * intent makes it late, and no look.
 * @throws what may go better another time.
 * @returns why it could not be set.
 */
export async function setTimer(
  { intent: current, event, now }: { readonly intent: ShareIntent; readonly event: MeshEvent; readonly now: Date },
  timers: EndTimers,
): Promise<string | undefined> {
  const [next] = current.ends ?? [];
  const { linkName } = current;
  try {
    if (next === undefined) await timers.clear(linkName);
    else await timers.set(linkName, later(next.at, now), { detail: requestAt(event, next.at) });
    return undefined;
  } catch (error) {
    const why = permanentOnly(error);
    // A timer that is left over asks for what has been done already.
    return next === undefined ? undefined : `the timer for what ends ${next.at} could not be set: ${why}`;
  }
}

function requestAt(event: MeshEvent, due: string): MeshEvent {
  const { look: _look, intent, ...data } = event.data;
  const { former, ...rest } = intent as ShareIntent;
  const { grants: _lately, ...places } = former ?? { principals: [], tables: [], filtered: [] };
  const id = `${event.id.replace(/ ends .*$/, '')} ends ${due}`;
  return {
    ...event,
    id,
    data: { ...data, due, intent: { ...rest, ...(former === undefined ? {} : { former: places }) } },
  };
}

function later(at: string, now: Date): string {
  return new Date(Math.max(Date.parse(at), now.getTime() + MARGIN)).toISOString();
}
