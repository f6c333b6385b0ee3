import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Io } from '../io.ts';
import { dataFile } from './data-file.ts';

/** Older ones are forgotten. */
const MOST = 1000;

/** Where an answer is: the execution that Athena keeps. No row is written down. */
export interface KeptAnswer {
  /** The id of the execution. */
  readonly id: string;
  /** ISO 8601, by Athena's clock. */
  readonly submittedAt: string;
}

/** Which execution has the answer to a question, by the digest of all that decides it; in a file that only its owner reads, or nowhere with `WEFT_HISTORY=off`. */
export class KeptAnswers {
  readonly #file: string | undefined;

  constructor({ env }: Pick<Io, 'env'>) {
    this.#file = dataFile(env, 'kept-answers.json');
  }

  find(key: string): KeptAnswer | undefined {
    return this.#read().find(([known]) => known === key)?.[1];
  }

  /** Remembers where the answer is. A file that cannot be written is none. */
  keep(key: string, answer: KeptAnswer): void {
    if (this.#file === undefined) return;
    const others = this.#read().filter(([known]) => known !== key);
    const text = JSON.stringify(Object.fromEntries([...others, [key, answer]].slice(-MOST)));
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      const draft = `${this.#file}.${process.pid}`;
      writeFileSync(draft, text, { mode: 0o600 });
      chmodSync(draft, 0o600);
      renameSync(draft, this.#file);
    } catch {
      // The next one asks Athena.
    }
  }

  /** Whatever is not as it was written is forgotten. */
  #read(): [string, KeptAnswer][] {
    if (this.#file === undefined) return [];
    try {
      const found = JSON.parse(readFileSync(this.#file, 'utf8')) as Record<string, Partial<KeptAnswer>>;
      return Object.entries(found).flatMap(([key, { id, submittedAt }]) =>
        typeof id === 'string' && typeof submittedAt === 'string' ? [[key, { id, submittedAt }]] : [],
      );
    } catch {
      return [];
    }
  }
}
