/** The part of an environment's time that one account may take while others call, in milliseconds of work per millisecond. */
const SHARE = 0.5;
/** Milliseconds of work that an account may do at once before its share counts. */
const BURST = 10_000;
/** Milliseconds for which an account that called counts as one of those who call. */
const RECENT = 30_000;

interface Spent {
  /** Work that is not made up for by time, in milliseconds. */
  readonly debt: number;
  readonly at: number;
}

/**
 * Shares an environment of a Lambda among the accounts that call through it. It answers one call at a time, so what one account takes of its time the others
 * wait for, or a further environment is started, of which there are so many and no more. Whoever has taken more than a share while another account called,
 * is refused before any work is done, until time makes up for it. Alone, an account takes all it wants.
 *
 * Nothing is kept outside of the environment: a count of all environments would be a write for each call, which the flood pays with the mesh's own table.
 */
export class FairShare {
  readonly #now: () => number;
  readonly #spent = new Map<string, Spent>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Milliseconds until the account may call again; 0: now. */
  wait(account: string): number {
    const now = this.#now();
    this.#forget(now);
    if (!this.#isBeside(account, now)) return 0;
    return Math.max(0, Math.ceil((this.#debtOf(account, now) - BURST) / SHARE));
  }

  /** Work that was done for an account. */
  took(account: string, milliseconds: number): void {
    const now = this.#now();
    const debt = this.#debtOf(account, now) + Math.max(0, milliseconds);
    // What was taken while nobody else called was taken from nobody, and nobody has to be paid back.
    this.#spent.set(account, { debt: this.#isBeside(account, now) ? debt : Math.min(debt, BURST), at: now });
  }

  /** Whether another account called of late. */
  #isBeside(account: string, now: number): boolean {
    return [...this.#spent].some(([name, { at }]) => name !== account && now - at <= RECENT);
  }

  #debtOf(account: string, now: number): number {
    const { debt, at } = this.#spent.get(account) ?? { debt: 0, at: now };
    return Math.max(0, debt - Math.max(0, now - at) * SHARE);
  }

  #forget(now: number): void {
    for (const [account, { at }] of this.#spent)
      if (now - at > RECENT && this.#debtOf(account, now) === 0) this.#spent.delete(account);
  }
}
