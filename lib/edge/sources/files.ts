import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { InputConfig } from '../config/config.ts';
import { fieldsOf, linesOf, type Piece } from './delimited.ts';
import { repeat } from './lasting.ts';
import type { Sink, Source, Tell } from './source.ts';

type Config = Extract<InputConfig, { kind: 'files' }>;

/** How far one file was read. It is known by its inode and its first bytes, so that it may be renamed and its number used again. */
interface Read {
  readonly offset: number;
  readonly head: string;
  readonly headBytes: number;
}

type Position = Readonly<Record<string, Read>>;
type Mark = { readonly file: string; readonly read: Read } | { readonly gone: readonly string[] };

const CHUNK = 256 * 1024;
/** A record that is longer is taken in pieces, which no contract fits. */
const LONGEST = 4 * 2 ** 20;
const HEAD = 256;
const BATCH = 500;

/** Lines of CSV or JSON in the files of a folder, in the order of the files' names; a file may grow, and may be renamed. */
export class FileSource implements Source {
  readonly #config: Config;
  readonly #now: () => number;

  constructor(config: Config, now: () => number) {
    this.#config = config;
    this.#now = now;
  }

  fold(position: unknown, mark: unknown): Position {
    const known = (position ?? {}) as Position;
    const change = mark as Mark;
    if ('file' in change) return { ...known, [change.file]: change.read };
    return Object.fromEntries(Object.entries(known).filter(([file]) => !change.gone.includes(file)));
  }

  run(sink: Sink, tell: Tell, signal: AbortSignal): Promise<void> {
    return repeat(() => this.#look(sink, signal), this.#config.every, tell, signal);
  }

  async #look(sink: Sink, signal: AbortSignal): Promise<{ readonly more: boolean }> {
    const { folder, pattern } = this.#config;
    if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
    const names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && matches(entry.name, pattern))
      .map(({ name }) => name)
      .sort();
    const seen = new Set<string>();
    for (const name of names) {
      if (signal.aborted) return { more: false };
      await this.#readFile(join(folder, name), sink, seen, signal);
    }
    const gone = Object.keys((sink.position ?? {}) as Position).filter((file) => !seen.has(file));
    if (gone.length > 0) await sink.deliver([], { gone } satisfies Mark);
    return { more: false };
  }

  async #readFile(path: string, sink: Sink, seen: Set<string>, signal: AbortSignal): Promise<void> {
    const handle = openSync(path, 'r');
    try {
      const { ino, dev } = fstatSync(handle);
      const file = `${dev}:${ino}`;
      seen.add(file);
      while (!signal.aborted) {
        const { size, mtimeMs } = fstatSync(handle);
        const from = offsetIn(handle, size, ((sink.position ?? {}) as Position)[file]);
        if (from >= size) return;
        const quiet = this.#now() - mtimeMs > this.#config.quiet;
        const { pieces, header } = this.#piecesAt(handle, from, size, quiet);
        if (pieces.length === 0) return;
        for (let at = 0; at < pieces.length; at += BATCH) {
          const batch = pieces.slice(at, at + BATCH);
          const offset = from + (batch.at(-1)?.end ?? 0);
          const records = batch.filter(({ text }) => text.trim() !== '').map(({ text }) => this.#record(text, header));
          // The first line of CSV names the fields.
          if (this.#config.format === 'csv' && from === 0 && at === 0) records.shift();
          const headBytes = Math.min(HEAD, offset);
          const head = hash(bytesAt(handle, 0, headBytes));
          await sink.deliver(records, { file, read: { offset, head, headBytes } } satisfies Mark);
        }
      }
    } finally {
      closeSync(handle);
    }
  }

  #piecesAt(handle: number, from: number, size: number, quiet: boolean): { pieces: Piece[]; header: string[] } {
    const csv = this.#config.format === 'csv';
    let pieces: Piece[] = [];
    for (let length = CHUNK; pieces.length === 0 && length <= LONGEST; length *= 4) {
      const bytes = bytesAt(handle, from, Math.min(length, size - from));
      const whole = from + bytes.length >= size;
      pieces = linesOf(bytes, csv, (quiet && whole) || (length === LONGEST && !whole));
      // A quotation mark that nobody closes would hold up all that follows it.
      if (pieces.length === 0 && csv && !whole && length === LONGEST) pieces = linesOf(bytes, false, true);
      if (whole) break;
    }
    return { pieces, header: csv && pieces.length > 0 ? this.#headerOf(handle) : [] };
  }

  #headerOf(handle: number): string[] {
    const [first] = linesOf(bytesAt(handle, 0, CHUNK), true, true);
    return (fieldsOf((first?.text ?? '').replace(/^\uFEFF/, ''), this.#config.delimiter) ?? []).map((name) =>
      name.trim(),
    );
  }

  /** A record, or the text as it stands there when it is none: the contract then refuses it. */
  #record(text: string, header: readonly string[]): unknown {
    if (this.#config.format === 'json') {
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    }
    const fields = fieldsOf(text, this.#config.delimiter);
    if (fields === undefined || fields.length !== header.length) return text;
    return Object.fromEntries(header.map((name, index) => [name, fields[index]]));
  }
}

/** Where to read on; from the beginning when it is another file, or when it was cut. */
function offsetIn(handle: number, size: number, read: Read | undefined): number {
  if (read === undefined || size < read.offset) return 0;
  return hash(bytesAt(handle, 0, read.headBytes)) === read.head ? read.offset : 0;
}

function bytesAt(handle: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(handle, bytes, filled, length - filled, from + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

function matches(name: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}
