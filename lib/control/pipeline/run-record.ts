import { createHash } from 'node:crypto';
import type { ObjectStore } from '#aws/s3.ts';
import type { Ticket } from '#mesh/breaker.ts';
import { WeftError } from '#mesh/error.ts';
import type { StepCause } from '#mesh/pipeline/message.ts';

/** How far a run of a step has come: each state is written before the next thing is done. */
export type RunState = 'started' | 'written' | 'done';

/** One run of a step: what started it, and what came of it. Kept below `runs/` of the landing bucket. */
export interface RunRecord {
  /** A UUID that follows from the step and its cause: the same cause is the same run. */
  readonly run: string;
  readonly step: string;
  readonly cause: StepCause;
  readonly state: RunState;
  readonly startedAt: string;
  /** Counts the statements that were started for it; each has a token of its own. */
  readonly attempt: number;
  /** The execution of the attempt that is under way. */
  readonly query?: string;
  /** The executions that count the rows, and that put aside those that do not fit. */
  readonly counting?: string;
  readonly aside?: string;
  /** Rows that the SELECT gave, and how many of them did not fit the contract. */
  readonly read?: number;
  readonly unfit?: number;
  /** Rows that were written. */
  readonly rows?: number;
  /** When they were there to be queried: whoever tells of the run again says the same time, for another one would be another delivery. */
  readonly deliveredAt?: string;
  readonly endedAt?: string;
  /** Why the last attempt failed. */
  readonly error?: string;
  /** Leave to read each of the sources of the step, for the attempt that is under way; and when it was given. */
  readonly asked?: Readonly<Record<string, Ticket>>;
  readonly readAt?: string;
  /** It waits for a source that does not answer. */
  readonly putOffUntil?: string;
  /** Nothing was to be done, and why. */
  readonly skipped?: string;
}

/** A record with the ETag that the next write over it needs. */
export interface OpenRun {
  readonly record: RunRecord;
  readonly etag: string;
}

/** A UUID that follows from words: the same words give the same one. */
export function uuidOf(...words: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(words)).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** What of a cause makes it this one: a file is its name and its content, whatever tells of it and how often. */
export function runOf(step: string, cause: StepCause): string {
  switch (cause.kind) {
    case 'file':
      return uuidOf(step, 'file', cause.key, cause.etag);
    case 'event':
      return uuidOf(step, 'event', cause.id);
    case 'time':
      return uuidOf(step, 'time', cause.at);
  }
}

/** The records of the runs, one object for each. */
export class RunBook {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** The run as it was left, or begun now. */
  async open(begin: RunRecord): Promise<OpenRun & { readonly resumed: boolean }> {
    const key = keyOf(begin);
    const etag = await this.#store.replace(key, text(begin), undefined);
    if (etag !== undefined) return { record: begin, etag, resumed: false };
    const found = await this.#store.get(key);
    if (found === undefined) throw new WeftError('WEFT-PIPELINE-018', `the record ${key} came and went`);
    return { record: JSON.parse(new TextDecoder().decode(found.body)) as RunRecord, etag: found.etag, resumed: true };
  }

  /** @throws `WEFT-PIPELINE-018` when somebody else goes on with the run. */
  async save({ record, etag }: OpenRun, change: Partial<RunRecord>): Promise<OpenRun> {
    const next = { ...record, ...change };
    const written = await this.#store.replace(keyOf(next), text(next), etag);
    if (written !== undefined) return { record: next, etag: written };
    throw new WeftError('WEFT-PIPELINE-018', `the run ${record.run} of "${record.step}" goes on elsewhere`, {
      hint: 'it is tried again when the message comes back',
    });
  }
}

function keyOf({ step, run }: RunRecord): string {
  return `runs/${step}/${run}.json`;
}

function text(record: RunRecord): string {
  return `${JSON.stringify(record)}\n`;
}
