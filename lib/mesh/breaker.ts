/** When a breaker opens, how long it stays so, and how it tries again. Times are in milliseconds. */
export interface BreakerLimits {
  /** Failures in a row after which it opens. Default 3. */
  readonly failures: number;
  /** How long it stays open the first time; each failed probe doubles that. Default one minute. */
  readonly rest: number;
  /** The most that doubling comes to. Default 30 minutes. */
  readonly longestRest: number;
  /** How long a probe may take before another caller may be the probe; it is never less than the rest of the moment. Default two minutes. */
  readonly claim: number;
  /** How soon those who wait look again while a probe is under way. Default one minute. */
  readonly lookAgain: number;
}

/** What holds without another word, and for the bus of a consumer. */
export const BREAKER_LIMITS: BreakerLimits = {
  failures: 3,
  rest: 60_000,
  longestRest: 30 * 60_000,
  claim: 2 * 60_000,
  lookAgain: 60_000,
};

/**
 * What holds for a database that a pipeline reads. A step that fails is tried again after some minutes, and a statement may run for half an hour: everything takes its time there.
 */
export const SOURCE_LIMITS: BreakerLimits = {
  failures: 3,
  rest: 5 * 60_000,
  longestRest: 60 * 60_000,
  claim: 15 * 60_000,
  lookAgain: 60_000,
};

/**
 * What is kept of a breaker; one of which nothing is kept is closed and has not failed of late. Times are epoch milliseconds.
 */
export interface BreakerState {
  /** Failures in a row. */
  readonly failures: number;
  /** What the last failure said. */
  readonly why: string;
  /** Absent: it is closed. */
  readonly open?: Outage;
}

/** Why nobody gets through, and when somebody may try. */
interface Outage {
  readonly since: number;
  readonly rest: number;
  /** From then on one call may go through as the probe. */
  readonly probeAt: number;
  /** Who is the probe now, and until when nobody else may be. */
  readonly probe?: { readonly by: string; readonly until: number };
}

/** A word for what a breaker does now, for people. `half-open`: a probe may go through, or is under way. */
export type Standing = 'closed' | 'open' | 'half-open';

/** Leave to make one call. Who has it says how the call ended. */
export interface Ticket {
  readonly by: string;
  /** The outage that this call probes, by when it began; absent for a call through a closed breaker. */
  readonly probes?: number;
}

/** Whether one may call now. A probe has to be written down as `next` before it calls, under the condition that nobody wrote in between. */
export type Admission =
  | { readonly way: 'go'; readonly ticket: Ticket }
  | { readonly way: 'probe'; readonly ticket: Ticket; readonly next: BreakerState }
  | { readonly way: 'wait'; readonly until: number; readonly open: Outage; readonly why: string };

/**
 * Asks whether `by` may call now. While the breaker is open one call at a time goes through, and only once its rest is over; who is the probe already is so again. A
 * probe that never tells how it ended is taken for a failed one: when its time is over the next caller probes, and the rest doubles.
 */
export function admit(state: BreakerState | undefined, by: string, now: number, limits: BreakerLimits): Admission {
  if (state?.open === undefined) return { way: 'go', ticket: { by } };
  const { open, why } = state;
  const { probe } = open;
  if (now < open.probeAt) return { way: 'wait', until: open.probeAt, open, why };
  const own = probe?.by === by;
  if (probe !== undefined && !own && now < probe.until) {
    return { way: 'wait', until: Math.min(probe.until, now + limits.lookAgain), open, why };
  }
  const rest = probe === undefined || own ? open.rest : doubled(open.rest, limits);
  const next = { ...state, open: { ...open, rest, probe: { by, until: now + Math.max(limits.claim, rest) } } };
  return { way: 'probe', ticket: { by, probes: open.since }, next };
}

/** What is kept after a call that went well: nothing, for it closes the breaker. One that was let through before the outage says nothing of it. */
export function succeeded(state: BreakerState | undefined, ticket: Ticket): BreakerState | undefined {
  if (state?.open === undefined) return undefined;
  return ticket.probes === state.open.since ? undefined : state;
}

/** What is kept after a call that failed. Of an outage only its probe tells anything new. */
export function failed(
  state: BreakerState | undefined,
  ticket: Ticket,
  why: string,
  now: number,
  limits: BreakerLimits,
): BreakerState {
  const failures = (state?.failures ?? 0) + 1;
  if (state?.open === undefined) {
    if (failures < limits.failures) return { failures, why };
    const rest = Math.min(limits.rest, limits.longestRest);
    return { failures, why, open: { since: now, rest, probeAt: now + rest } };
  }
  const { since, rest: rested, probe } = state.open;
  if (ticket.probes !== since || probe?.by !== ticket.by) return state;
  const rest = doubled(rested, limits);
  return { failures, why, open: { since, rest, probeAt: now + rest } };
}

/** What a breaker does now. */
export function standingOf(state: BreakerState | undefined, now: number): Standing {
  if (state?.open === undefined) return 'closed';
  return now < state.open.probeAt ? 'open' : 'half-open';
}

function doubled(rest: number, { longestRest }: BreakerLimits): number {
  return Math.min(rest * 2, longestRest);
}
