/** Background work under way, by a key that names it, so that nothing is started twice. */
export class Flights {
  readonly #running = new Map<string, Promise<void>>();

  has(key: string): boolean {
    return this.#running.has(key);
  }

  /** How many keys that begin with `prefix` are under way. */
  count(prefix: string): number {
    let found = 0;
    for (const key of this.#running.keys()) if (key.startsWith(prefix)) found += 1;
    return found;
  }

  /** Starts `work` unless it is under way. Its errors are its own to handle; one that escapes is thrown by `settle`. */
  start(key: string, work: () => Promise<void>): void {
    if (this.#running.has(key)) return;
    const promise = work().finally(() => this.#running.delete(key));
    promise.catch(() => {});
    this.#running.set(key, promise);
  }

  /**
   * Waits until something ends, or for a moment, so that what a running function needs from other services can be done meanwhile.
   * @returns false when nothing is under way.
   */
  async settle(): Promise<boolean> {
    if (this.#running.size === 0) return false;
    let timer: NodeJS.Timeout | undefined;
    const moment = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, 20);
    });
    await Promise.race([...this.#running.values(), moment]).finally(() => clearTimeout(timer));
    return true;
  }
}
