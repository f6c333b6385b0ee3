import type { EndTimers } from '#aws/end-timers.ts';
import type { MeshEvent } from '#mesh/event/envelope.ts';
import type { ShareIntent } from '#mesh/subscription/subscription.ts';
import { permanentOnly } from './converge.ts';

/** What becomes of a schedule whose time has passed is not documented, so one that is about to come is put off by that many milliseconds. */
const MARGIN = 10_000;

interface Timing {
  /** As of now. */
  readonly intent: ShareIntent;
  /** What asked for it. */
  readonly event: MeshEvent;
  readonly now: Date;
}

/**
 * Sets the timer of the next end that an intent has as of now. What it sends is the request itself again, with the end that is due: the same generation, so that a newer
 * intent makes it late, and no look.
 * @throws what may go better another time.
 * @returns why it could not be set.
 */
export async function setTimer({ intent, event, now }: Timing, timers: EndTimers): Promise<string | undefined> {
  const [next] = intent.ends ?? [];
  if (next === undefined) return undefined;
  try {
    await timers.set(intent.linkName, later(next.at, now), { detail: requestAt(event, next.at) });
    return undefined;
  } catch (error) {
    return `the timer for what ends ${next.at} could not be set: ${permanentOnly(error)}`;
  }
}

/** Takes the timer away. One that is left over is late, or asks for what has been done already, and goes with the next request: nothing waits for Scheduler. */
export async function clearTimer({ linkName }: ShareIntent, timers: EndTimers): Promise<void> {
  await timers.clear(linkName).catch(() => undefined);
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
