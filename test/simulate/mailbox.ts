import type { Faults } from './faults.ts';

/** A message on its way. */
export interface Letter {
  readonly group: string;
  readonly body: string;
  /** How often it was handed out and not done. */
  attempts: number;
}

/** After that many attempts a message is in the dead letters, as the stacks say. */
const ATTEMPTS = 5;

/** What nobody can read. */
const POISON = '{"poison';

/** Messages that wait for one reader: each comes at least once, and under faults twice, late, out of order, and between others that nobody can read. */
export class Mailbox {
  readonly letters: Letter[] = [];
  readonly #faults: Faults;
  readonly #fifo: boolean;
  /** Messages that were given up, those that nobody can read left aside. */
  #dead: Letter[] = [];

  /** @param fifo true where the order within a group is kept, and what is sent twice comes once */
  constructor(faults: Faults, fifo = false) {
    this.#faults = faults;
    this.#fifo = fifo;
  }

  put(body: unknown, group = ''): void {
    if (this.#faults.strikes('poison')) this.letters.push({ group, body: POISON, attempts: 0 });
    const text = JSON.stringify(body);
    this.letters.push({ group, body: text, attempts: 0 });
    if (!this.#fifo && this.#faults.strikes('duplicate')) this.letters.push({ group, body: text, attempts: 0 });
  }

  /** Hands out some, the oldest first; under faults others overtake them. */
  take(most: number): Letter[] {
    if (this.letters.length === 0) return [];
    const groups = [...new Set(this.letters.map(({ group }) => group))];
    const group = this.#faults.random.pick(groups);
    const own = this.letters.filter((letter) => letter.group === group);
    const late = !this.#fifo && own.length > 1 && this.#faults.strikes('late');
    const start = late ? this.#faults.random.below(own.length) : 0;
    return own.slice(start, start + most);
  }

  done(taken: readonly Letter[]): void {
    for (const letter of taken) {
      const index = this.letters.indexOf(letter);
      // Between its reading and its end it may have been given up.
      if (index !== -1) this.letters.splice(index, 1);
    }
  }

  /** They come again, or never. */
  failed(taken: readonly Letter[]): void {
    for (const letter of taken) {
      letter.attempts += 1;
      if (letter.attempts < ATTEMPTS) continue;
      this.done([letter]);
      if (letter.body === POISON) continue;
      this.#faults.count('dead letter');
      this.#dead.push(letter);
    }
  }

  /** Delivers again what was given up, as somebody does who looks after the dead letters. */
  redrive(): void {
    for (const letter of this.#dead) this.letters.push({ ...letter, attempts: 1 });
    this.#dead = [];
  }

  /** The letters that can be read, with what they say; the others have failed. */
  readable<T>(taken: readonly Letter[]): { readonly letter: Letter; readonly said: T }[] {
    return taken.flatMap((letter) => {
      try {
        return [{ letter, said: JSON.parse(letter.body) as T }];
      } catch {
        this.failed([letter]);
        return [];
      }
    });
  }
}
