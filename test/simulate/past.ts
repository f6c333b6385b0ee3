import type { Clock } from '#local/core/clock.ts';
import type { Call } from '#local/core/service.ts';
import type { Random } from './random.ts';

const OLDEST_MILLISECONDS = 120_000;

/** Answers as they were up to two minutes ago. */
export class Past {
  readonly #clock: Clock;
  readonly #seen = new Map<string, { readonly at: number; readonly output: string }[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Remembers an answer, and puts an older one in its place when `strikes` says so. */
  keep(call: Call, output: unknown, strikes: () => boolean, random: Random): void {
    const key = `${call.account} ${call.caller.arn} ${JSON.stringify(call.input)}`;
    const now = this.#clock.now();
    const history = (this.#seen.get(key) ?? []).filter(({ at }) => now - at <= OLDEST_MILLISECONDS);
    const fresh = JSON.stringify(output);
    if (history.length > 0 && strikes()) Object.assign(output as object, JSON.parse(random.pick(history).output));
    this.#seen.set(key, [...history, { at: now, output: fresh }]);
  }
}
