import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readJson, replaceFile, syncFolder, writeAll } from './disk.ts';
import type { Entry } from './entry.ts';
import { encodeFrame, scanFrames } from './frame.ts';
import { closedName, numbersOf, OPEN, openName, type Segment } from './segment.ts';

export interface JournalOptions {
  /** A word that no other journal has; it is asked for once, when the journal is made. */
  readonly newId: () => string;
  /** Wait for the disk before an entry counts as kept. */
  readonly fsync: boolean;
  /** How a mark changes the place in the source. */
  readonly fold: (position: unknown, mark: unknown) => unknown;
}

/** What outlives the segments: it is written before the last of them that says so is deleted. */
interface Checkpoint {
  readonly id: string;
  readonly next: number;
  readonly position?: unknown;
  readonly raised?: readonly string[];
}

/**
 * The entries of one stream on disk, in segment files that are only appended to. An entry that `append` returned for is there after the process
 * was killed at any moment; one that was cut in the middle was never acknowledged and is cut off when the journal is opened.
 */
export class Journal {
  readonly folder: string;
  readonly #options: JournalOptions;
  #id = '';
  #next = 1;
  #position: unknown;
  #raised: readonly string[] = [];
  #segments: Segment[] = [];
  #damaged: string | undefined;
  #open: { handle: number; first: number; bytes: number; since: number } | undefined;

  private constructor(folder: string, options: JournalOptions) {
    this.folder = folder;
    this.#options = options;
  }

  static open(folder: string, options: JournalOptions): Journal {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const journal = new Journal(folder, options);
    journal.#recover();
    return journal;
  }

  /** What tells this journal from one that was lost: part of the name of whatever is uploaded, so that no two share a name. */
  get id(): string {
    return this.#id;
  }

  /** The sequence number of the next item. */
  get next(): number {
    return this.#next;
  }

  /** How far the source was read. */
  get position(): unknown {
    return this.#position;
  }

  /** What was above its threshold after the last entry. */
  get raised(): readonly string[] {
    return this.#raised;
  }

  /** The file with what the disk gave back otherwise than it was written, when the journal was opened; undefined where all was well. */
  get damaged(): string | undefined {
    return this.#damaged;
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, this.#open?.bytes ?? 0);
  }

  /** When the oldest entry of the segment that is written to came, and how long it is; undefined when there is none. */
  get filling(): { readonly since: number; readonly bytes: number } | undefined {
    return this.#open;
  }

  /** Segments that are written no more, oldest first. */
  get closed(): readonly Segment[] {
    return this.#segments;
  }

  /** When the oldest entry came that is still here, in epoch milliseconds. */
  get oldest(): number | undefined {
    return this.#segments[0]?.since ?? this.#open?.since;
  }

  /** Items that are on disk. */
  get items(): number {
    const open = this.#open === undefined ? 0 : this.#next - this.#open.first;
    return this.#segments.reduce((sum, { first, last }) => sum + last - first + 1, open);
  }

  /** Keeps an entry; when it returns, the entry is on the disk. */
  append(entry: Omit<Entry, 'first'>): Entry {
    const whole: Entry = { first: this.#next, ...entry };
    const frame = encodeFrame(Buffer.from(JSON.stringify(whole)));
    this.#open ??= this.#begin(entry.at);
    const { handle, bytes } = this.#open;
    try {
      writeAll(handle, frame);
      if (this.#options.fsync) fsyncSync(handle);
    } catch (error) {
      // A full disk: what was written of the frame would stand in the way of the next one.
      ftruncateSync(handle, bytes);
      throw error;
    }
    this.#open.bytes += frame.length;
    this.#take(whole);
    return whole;
  }

  /** Ends the segment that is written to: from now on its first and its last number are fixed. */
  close(): void {
    const open = this.#open;
    if (open === undefined) return;
    const last = this.#next - 1;
    // Places that were read without a record in them leave entries without items: the checkpoint has them, and nothing is to be sent.
    const empty = last < open.first;
    // Here, and not only before a segment is deleted, so that a segment that the disk damages later takes no place with it.
    this.#checkpoint();
    closeSync(open.handle);
    this.#open = undefined;
    const path = join(this.folder, openName(open.first));
    if (empty) rmSync(path);
    else {
      const name = closedName(open.first, last);
      renameSync(path, join(this.folder, name));
      this.#segments.push({ name, first: open.first, last, bytes: open.bytes, since: open.since });
    }
    this.#sync();
  }

  /** The entries of a closed segment; `damaged` when the disk gave back other bytes than were written. */
  read(segment: Segment): { readonly entries: Entry[]; readonly damaged: boolean } {
    const bytes = readFileSync(join(this.folder, segment.name));
    const { payloads, sound } = scanFrames(bytes);
    return { entries: payloads.map(entryOf), damaged: sound < bytes.length };
  }

  /** The entries of every segment, also of the one that is written to. */
  *all(): Generator<Entry> {
    for (const segment of this.#segments) yield* this.read(segment).entries;
    if (this.#open === undefined) return;
    const bytes = readFileSync(join(this.folder, openName(this.#open.first)));
    for (const payload of scanFrames(bytes).payloads) yield entryOf(payload);
  }

  /** Deletes a closed segment, or puts it aside for people when it was damaged. */
  drop(segment: Segment, aside = false): void {
    this.#checkpoint();
    const path = join(this.folder, segment.name);
    if (aside) renameSync(path, `${path}.damaged`);
    else rmSync(path);
    this.#sync();
    this.#segments = this.#segments.filter(({ name }) => name !== segment.name);
  }

  /** Lets the files go; nothing more is written. */
  end(): void {
    if (this.#open !== undefined) closeSync(this.#open.handle);
    this.#open = undefined;
  }

  #recover(): void {
    const file = join(this.folder, 'journal.json');
    const checkpoint = readJson<Checkpoint>(file);
    this.#id = checkpoint?.id ?? this.#options.newId();
    this.#next = checkpoint?.next ?? 1;
    this.#position = checkpoint?.position;
    this.#raised = checkpoint?.raised ?? [];
    if (checkpoint === undefined) this.#checkpoint();
    const names = readdirSync(this.folder).sort();
    for (const name of names) {
      const numbers = numbersOf(name);
      if (numbers === undefined) continue;
      const bytes = readFileSync(join(this.folder, name));
      const { payloads, sound, rotten } = scanFrames(bytes);
      // A segment was closed after its place was written down, and the place may have gone on since through segments that are no more.
      if (numbers.last === undefined || checkpoint === undefined)
        for (const payload of payloads) this.#take(entryOf(payload));
      const [oldest] = payloads;
      const since = oldest === undefined ? 0 : entryOf(oldest).at;
      if (numbers.last !== undefined) {
        this.#segments.push({ name, first: numbers.first, last: numbers.last, bytes: bytes.length, since });
        this.#next = Math.max(this.#next, numbers.last + 1);
        continue;
      }
      const handle = openSync(join(this.folder, name), OPEN);
      if (rotten) {
        // It was acknowledged once: what is cut off is for people to look at.
        this.#damaged = `${name}.damaged`;
        writeFileSync(join(this.folder, this.#damaged), bytes.subarray(sound), { mode: 0o600, flag: 'a' });
      }
      ftruncateSync(handle, sound);
      if (this.#options.fsync) fsyncSync(handle);
      this.#open = { handle, first: numbers.first, bytes: sound, since };
    }
    this.#segments.sort((a, b) => a.first - b.first);
  }

  #begin(since: number) {
    const handle = openSync(join(this.folder, openName(this.#next)), OPEN, 0o600);
    this.#sync();
    return { handle, first: this.#next, bytes: 0, since };
  }

  #take(entry: Entry): void {
    // The checkpoint knows of it already.
    if (entry.first < this.#next) return;
    this.#next = entry.first + entry.items.length;
    if (entry.mark !== undefined) this.#position = this.#options.fold(this.#position, entry.mark);
    if (entry.raised !== undefined) this.#raised = entry.raised;
  }

  #sync(): void {
    if (this.#options.fsync) syncFolder(this.folder);
  }

  #checkpoint(): void {
    const checkpoint: Checkpoint = { id: this.#id, next: this.#next, position: this.#position, raised: this.#raised };
    replaceFile(join(this.folder, 'journal.json'), `${JSON.stringify(checkpoint)}\n`, this.#options.fsync);
  }
}

function entryOf(payload: Buffer): Entry {
  return JSON.parse(payload.toString('utf8')) as Entry;
}
