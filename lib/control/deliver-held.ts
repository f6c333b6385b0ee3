import type { Burial, WaitingMessage, WaitingRoom } from '#aws/waiting-room.ts';
import { type BreakerLimits, type BreakerState, standingOf } from '#mesh/breaker.ts';
import { type HeldRows, parseHeldRows } from '#mesh/event/held-rows.ts';
import { type EventPortDeps, projectRows } from './event-port.ts';
import { handOver } from './hand-over.ts';

export interface HeldDeps extends EventPortDeps {
  readonly room: Pick<WaitingRoom, 'postpone'>;
  readonly burial: Burial;
  readonly limits: BreakerLimits;
}

/** How it went with one message that waited. */
export type HeldOutcome =
  | { readonly outcome: 'delivered'; readonly consumer: string; readonly events: number }
  /** It went to nobody: the consumer sees nothing of it any more, or it does not fit the contract of today. */
  | { readonly outcome: 'dropped'; readonly consumer: string }
  | { readonly outcome: 'buried'; readonly consumer: string; readonly why: string }
  | {
      readonly outcome: 'waits';
      readonly consumer: string;
      /** Epoch milliseconds. */
      readonly until: number;
      readonly why: string;
      readonly open: boolean;
    };

/** What waited so long is given to people: SQS would forget it after 14 days. In milliseconds. */
export const HELD_FOR = 7 * 24 * 3_600_000;
/** What is wrong in itself is tried so often. */
const TRIES = 5;
/** When something is tried again that no breaker keeps waiting, in milliseconds. */
const SOON = 30_000;
/** After that many looks the longest rest is between them: SQS counts each, and takes a message away that was looked at too often. */
const SOON_LOOKS = 100;

/**
 * Goes on with what waits for consumers: projected anew and given, or left waiting until the breaker lets one through. Consumers do not wait for each other; what is for
 * one goes in its order, and once a message of his has to wait, those behind it wait as long. Answers each outcome in the order of the messages; those that wait are the
 * caller's to leave in the queue.
 */
export async function deliverHeld(messages: readonly WaitingMessage[], deps: HeldDeps): Promise<HeldOutcome[]> {
  const known = await deps.breakers.all();
  const outcomes = new Map<WaitingMessage, HeldOutcome>();
  const work = messages.map((message) => ({ message, held: parseHeldRows(message.body) }));
  await Promise.all(
    [...Map.groupBy(work, ({ held }) => held.consumer)].map(async ([consumer, own]) => {
      let waiting: HeldOutcome | undefined;
      for (const { message, held } of own) {
        const outcome = waiting ?? (await deliverOne(held, message, known.get(consumer), deps));
        outcomes.set(message, outcome);
        if (outcome.outcome !== 'waits') continue;
        waiting = outcome;
        await deps.room.postpone(message, Math.ceil((outcome.until - deps.now().getTime()) / 1000));
      }
    }),
  );
  return messages.flatMap((message) => outcomes.get(message) ?? []);
}

async function deliverOne(
  held: HeldRows,
  message: WaitingMessage,
  state: BreakerState | undefined,
  deps: HeldDeps,
): Promise<HeldOutcome> {
  const { consumer } = held;
  const now = deps.now().getTime();
  const waits = (until: number, why: string, open: boolean) =>
    ({ outcome: 'waits', consumer, until, why, open }) as const;
  if (now - message.sentAt > HELD_FOR) return bury(consumer, message, `it waited for seven days: ${state?.why}`, deps);
  const again = now + (message.received <= SOON_LOOKS ? SOON : deps.limits.longestRest);
  // Nobody is asked anything for those who have to wait.
  if (state?.open !== undefined && standingOf(state, now) === 'open') {
    return waits(state.open.probeAt, state.why, true);
  }
  let own: Awaited<ReturnType<typeof seenBy>>;
  try {
    own = await seenBy(held, deps);
  } catch (error) {
    return waits(again, error instanceof Error ? error.message : String(error), false);
  }
  if (own.length === 0) return { outcome: 'dropped', consumer };
  const admission = await deps.breakers.admit(consumer, message.id);
  if (admission.way === 'wait') return waits(admission.until, admission.why, true);
  const handed = await handOver(deps.busOf(consumer, own[0]?.account ?? ''), own, deps.within);
  if (handed.taken) {
    if (admission.way === 'probe' || state !== undefined) await deps.breakers.succeeded(consumer, admission.ticket);
    return { outcome: 'delivered', consumer, events: own.length };
  }
  const { why } = handed;
  // A bus that finds fault with an event is there.
  if (handed.of === 'event') await deps.breakers.succeeded(consumer, admission.ticket);
  if (handed.of === 'event' && message.received >= TRIES) return bury(consumer, message, why, deps);
  const next = handed.of === 'bus' ? await deps.breakers.failed(consumer, admission.ticket, why) : undefined;
  return waits(next?.open?.probeAt ?? again, why, next?.open !== undefined);
}

/** What the consumer sees of it at this moment. */
async function seenBy({ consumer, detail }: HeldRows, deps: HeldDeps) {
  const projected = await projectRows(detail, deps);
  return projected.outcome === 'refused' ? [] : projected.deliveries.filter((one) => one.consumer === consumer);
}

async function bury(
  consumer: string,
  message: WaitingMessage,
  why: string,
  { burial }: HeldDeps,
): Promise<HeldOutcome> {
  await burial.bury(message, why);
  return { outcome: 'buried', consumer, why };
}
