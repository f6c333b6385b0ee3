import type { BreakerStore, KeptBreaker } from '#aws/breakers.ts';
import { type Breakers, createBreakers } from '#control/breaker.ts';
import { BREAKER_LIMITS, type BreakerLimits } from '#mesh/breaker.ts';

/** A store in memory that keeps its promises: a write goes through only where nobody wrote since. */
class KeptBreakers implements BreakerStore {
  readonly items = new Map<string, KeptBreaker>();
  /** True: whoever asks gets an error. */
  broken = false;
  calls = 0;
  #tags = 0;

  async all(): Promise<KeptBreaker[]> {
    this.#answer();
    return [...this.items.values()];
  }

  async read(name: string): Promise<KeptBreaker | undefined> {
    this.#answer();
    return this.items.get(name);
  }

  async write(name: string, state: KeptBreaker['state'] | undefined, replaces: string | undefined): Promise<boolean> {
    this.#answer();
    if (this.items.get(name)?.tag !== replaces) return false;
    this.#tags += 1;
    if (state === undefined) this.items.delete(name);
    else this.items.set(name, { name, state, tag: String(this.#tags) });
    return true;
  }

  #answer(): void {
    this.calls += 1;
    if (this.broken) throw Object.assign(new Error('down'), { name: 'InternalServerError' });
  }
}

/** Breakers over a store in memory, and the troubles that they told of. */
export function keptBreakers(now: () => Date, limits: BreakerLimits = BREAKER_LIMITS) {
  const store = new KeptBreakers();
  const lost: unknown[] = [];
  const breakers: Breakers = createBreakers({ store, limits, now, lost: (error) => lost.push(error) });
  return { breakers, store, lost };
}
