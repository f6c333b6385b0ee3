import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Io } from '../io.ts';
import { dataFile } from './data-file.ts';

/** Older statements are forgotten. */
const MOST = 1000;

/** The statements of earlier sessions, oldest first; kept in a file that only its owner reads, or nowhere with `WEFT_HISTORY=off`. */
export class History {
  readonly statements: string[];
  readonly #file: string | undefined;

  constructor({ env }: Pick<Io, 'env'>) {
    this.#file = dataFile(env, 'query-history');
    this.statements = this.#file === undefined ? [] : read(this.#file);
  }

  /** Remembers a statement, on one line and once in a row. A file that cannot be written is none: the session goes on. */
  add(statement: string): void {
    const line = statement.replaceAll(/\s+/g, ' ').trim();
    if (line === '' || line === this.statements.at(-1)) return;
    this.statements.push(line);
    if (this.statements.length > MOST) this.statements.splice(0, this.statements.length - MOST);
    if (this.#file === undefined) return;
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      writeFileSync(this.#file, `${this.statements.join('\n')}\n`, { mode: 0o600 });
      // A file that was there keeps its mode when it is written.
      chmodSync(this.#file, 0o600);
    } catch {
      // It is remembered for this session.
    }
  }
}

function read(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .slice(-MOST);
  } catch {
    return [];
  }
}
