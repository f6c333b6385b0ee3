import { join } from 'node:path';
import type { Alarm, Item } from '../buffer/entry.ts';
import { Journal } from '../buffer/journal.ts';
import type { BufferConfig, SourceConfig } from '../config/config.ts';
import { Windows } from '../normalize/aggregate.ts';
import { alarmsOf } from '../normalize/alarm.ts';
import { normalize } from '../normalize/row.ts';
import { rest } from '../sources/lasting.ts';
import type { Sink, Source, Tell } from '../sources/source.ts';
import { appendLines } from './local-log.ts';

export interface StreamOptions {
  readonly buffer: BufferConfig;
  readonly newId: () => string;
  readonly now: () => number;
  readonly tell: Tell;
  readonly signal: AbortSignal;
  /** Whether the buffer of the whole agent has no room. */
  readonly isFull: () => boolean;
  /** Called when something should be sent without waiting. */
  readonly hurry: () => void;
}

const RETRY_MILLISECONDS = 1_000;

/** What comes from one source, on its way to the disk: normalized, counted, gathered, watched. */
export class Stream implements Sink {
  readonly config: SourceConfig;
  /** Of what is sent. */
  readonly out: Journal;
  /** Of what came, when it is gathered and never sent. */
  readonly raw: Journal | undefined;
  /** Alarms that are on the disk and not sent yet, with the journal that numbers them. */
  readonly pending: Alarm[] = [];
  readonly #options: StreamOptions;
  readonly #windows: Windows | undefined;
  #lastCame: number;
  #told = false;

  constructor(config: SourceConfig, source: Source, options: StreamOptions) {
    this.config = config;
    this.#options = options;
    this.#lastCame = options.now();
    const { folder, fsync } = options.buffer;
    const { newId } = options;
    const path = join(folder, config.name);
    const fold = (position: unknown, mark: unknown) => source.fold(position, mark);
    if (config.aggregate === undefined) {
      this.out = Journal.open(path, { newId, fsync, fold });
    } else {
      this.out = Journal.open(`${path}.windows`, { newId, fsync, fold: (_position, mark) => mark });
      this.raw = Journal.open(path, { newId, fsync, fold });
      this.#windows = new Windows(config.aggregate, (this.out.position as number | undefined) ?? 0);
    }
    for (const journal of [this.out, this.raw]) {
      const { damaged } = journal ?? {};
      if (damaged !== undefined)
        this.#say('damaged', `the disk gave back other bytes than were written; they are in ${damaged}`);
    }
    for (const entry of this.incoming.all()) {
      this.pending.push(...(entry.alarms ?? []));
      for (const item of entry.items) if ('row' in item) this.#windows?.add(item.row);
    }
  }

  /** The journal that the source is read into. */
  get incoming(): Journal {
    return this.raw ?? this.out;
  }

  /** The end of the last window that was given. */
  get windowsClosed(): number | undefined {
    return this.#windows?.closed;
  }

  get bytes(): number {
    return this.out.bytes + (this.raw?.bytes ?? 0);
  }

  get position(): unknown {
    return this.incoming.position;
  }

  get full(): boolean {
    const full = this.#options.isFull();
    if (full && !this.#told)
      this.#say('buffer-full', 'there is no room: the source is read on when something was sent');
    if (!full && this.#told) this.#say('buffer-room', 'there is room again');
    this.#told = full;
    return full;
  }

  async room(): Promise<void> {
    const { signal } = this.#options;
    while (this.full && !signal.aborted) await rest(RETRY_MILLISECONDS / 4, signal);
  }

  async deliver(records: readonly unknown[], mark?: unknown): Promise<void> {
    const { signal } = this.#options;
    for (;;) {
      await this.room();
      if (signal.aborted) throw new Error('the agent stops');
      try {
        this.#keep(records, mark);
        return;
      } catch (error) {
        // Nothing of it counts as kept, and the source is not told otherwise.
        this.#say('disk-failed', (error as Error).message);
        await rest(RETRY_MILLISECONDS, signal);
      }
    }
  }

  /** What is due at a time: windows that are over, a segment that is old enough to be sent. What the disk refuses is due again. */
  tick(every: number): void {
    const now = this.#options.now();
    try {
      this.#giveWindows(now);
      for (const journal of [this.out, this.raw]) {
        if (journal?.filling !== undefined && now - journal.filling.since >= every) journal.close();
      }
    } catch (error) {
      this.#say('disk-failed', (error as Error).message);
    }
  }

  end(): void {
    this.out.end();
    this.raw?.end();
  }

  #keep(records: readonly unknown[], mark: unknown): void {
    const at = this.#options.now();
    const journal = this.incoming;
    const items = records.map((record, index) => this.#itemOf(record, journal.next + index));
    const raised = new Set(journal.raised);
    const alarms = items.flatMap((item, index) =>
      'row' in item ? alarmsOf(item.row, journal.next + index, this.config.alarms, raised) : [],
    );
    const changed = raised.size !== journal.raised.length || alarms.length > 0;
    // Before the entry: killed in between, the people of the site find a line twice, and never one too few.
    this.#quarantine(items, at, journal.next);
    journal.append({
      at,
      items,
      ...(mark === undefined ? {} : { mark }),
      ...(alarms.length === 0 ? {} : { alarms }),
      ...(changed ? { raised: [...raised] } : {}),
    });
    this.#afterwards(items, alarms, at);
  }

  /** What follows when an entry is kept. Nothing of it may make the entry look as if it were not: it would be kept twice. */
  #afterwards(items: readonly Item[], alarms: readonly Alarm[], at: number): void {
    if (items.length > 0) this.#lastCame = at;
    for (const item of items) if ('row' in item) this.#windows?.add(item.row);
    this.pending.push(...alarms);
    try {
      this.#raise(alarms, at);
      const { incoming } = this;
      if ((incoming.filling?.bytes ?? 0) >= this.#options.buffer.segmentBytes) incoming.close();
    } catch (error) {
      this.#say('disk-failed', (error as Error).message);
    }
  }

  #itemOf(record: unknown, sequence: number): Item {
    const { rows, aggregate } = this.config;
    const item = normalize(record, aggregate?.fields ?? rows, sequence);
    if (!('row' in item) || this.#windows?.isLate(item.row) !== true) return item;
    return { rejected: { code: 'LATE', message: 'its window was given already' }, record };
  }

  #quarantine(items: readonly Item[], at: number, first: number): void {
    const { buffer, tell } = this.#options;
    const source = this.config.name;
    const lines = items.flatMap((item, index) =>
      'rejected' in item
        ? [{ sequence: first + index, at: new Date(at).toISOString(), ...item.rejected, record: item.record }]
        : [],
    );
    appendLines(join(buffer.folder, 'quarantine', `${source}.jsonl`), lines, buffer.fsync);
    for (const { sequence, code, message } of lines) tell({ event: 'rejected', source, sequence, code, message });
  }

  #raise(alarms: readonly Alarm[], at: number): void {
    if (alarms.length === 0) return;
    const { buffer, tell, hurry } = this.#options;
    const source = this.config.name;
    const lines = alarms.map((alarm) => ({ at: new Date(at).toISOString(), source, ...alarm }));
    appendLines(join(buffer.folder, 'alarms.jsonl'), lines, buffer.fsync);
    for (const { name, column, value, limit, of } of alarms) {
      tell({
        event: 'alarm',
        source,
        name,
        column,
        value,
        limit,
        of,
        message: `${column} is ${value}, the limit is ${limit}`,
      });
    }
    hurry();
  }

  #giveWindows(now: number): void {
    const { aggregate, rows } = this.config;
    if (aggregate === undefined || this.#windows === undefined) return;
    const quiet = now - this.#lastCame >= aggregate.wait;
    const given = this.#windows.over(now, quiet);
    if (given === undefined) return;
    const items = given.rows.map((row, index) => normalize(row, rows, this.out.next + index));
    this.out.append({ at: now, items, mark: given.closed });
    this.#windows.forget(given.closed);
  }

  #say(event: string, message: string): void {
    this.#options.tell({ event, source: this.config.name, message });
  }
}
