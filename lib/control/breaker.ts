import type { BreakerStore, KeptBreaker } from '#aws/breakers.ts';
import {
  type Admission,
  admit,
  type BreakerLimits,
  type BreakerState,
  failed,
  succeeded,
  type Ticket,
} from '#mesh/breaker.ts';

export interface BreakerDeps {
  readonly store: BreakerStore;
  readonly limits: BreakerLimits;
  now(): Date;
  /** Told of each trouble with the store, through which calls go as if there were no breaker. */
  lost(error: unknown): void;
}

/** Breakers of one kind, whose state everybody shares who may call. */
export interface Breakers {
  /** All that have failed of late, by name: to see at a glance who is open. Claims nothing. */
  all(): Promise<ReadonlyMap<string, BreakerState>>;
  /** Whether `by` may call now; of many who ask at once, one is the probe. */
  admit(name: string, by: string): Promise<Admission>;
  /** Tells how a call ended, and answers what is kept of the breaker now. */
  succeeded(name: string, ticket: Ticket): Promise<BreakerState | undefined>;
  failed(name: string, ticket: Ticket, why: string): Promise<BreakerState | undefined>;
}

/** How often somebody who was overtaken reads again; whoever overtook told of the same thing. */
const TRIES = 5;
/** The most that is kept of what a failure said. */
const WHY = 300;

/** Breakers over their store: each change is made under the condition that nobody wrote in between. */
export function createBreakers({ store, limits, now, lost }: BreakerDeps): Breakers {
  const time = () => now().getTime();
  /** Without the store nobody is held up: a call goes through that might have been spared. */
  const orGo = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      lost(error);
      return otherwise;
    }
  };
  const change = (name: string, next: (state: BreakerState | undefined) => BreakerState | undefined) =>
    orGo(async () => {
      let kept: KeptBreaker | undefined;
      for (let attempt = 1; attempt <= TRIES; attempt += 1) {
        kept = await store.read(name);
        const state = next(kept?.state);
        if (state === kept?.state || (await store.write(name, state, kept?.tag))) return state;
      }
      return kept?.state;
    }, undefined);
  return {
    all: () =>
      orGo(
        async () => new Map((await store.all()).map(({ name, state }) => [name, state])),
        new Map<string, BreakerState>(),
      ),
    admit: (name, by) =>
      orGo<Admission>(
        async () => {
          for (let attempt = 1; ; attempt += 1) {
            const kept = await store.read(name);
            const admission = admit(kept?.state, by, time(), limits);
            if (admission.way !== 'probe' || (await store.write(name, admission.next, kept?.tag))) return admission;
            if (attempt === TRIES) throw new Error(`the breaker of ${name} changes all the time`);
          }
        },
        { way: 'go', ticket: { by } },
      ),
    succeeded: (name, ticket) => change(name, (state) => succeeded(state, ticket)),
    failed: (name, ticket, why) => change(name, (state) => failed(state, ticket, why.slice(0, WHY), time(), limits)),
  };
}
