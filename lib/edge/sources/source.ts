/** What a source does with what it read. */
export interface Sink {
  /** How far the source was read according to what is on the disk. */
  readonly position: unknown;
  /** True while there is no room: nothing is taken until there is. */
  readonly full: boolean;
  /** Returns when records and mark are on the disk; only then the source may be told so. Waits while there is no room. */
  deliver(records: readonly unknown[], mark?: unknown): Promise<void>;
  /** Resolves when there is room again. */
  room(): Promise<void>;
}

/** Something that happened and that whoever watches the agent wants to know. */
export interface Happening {
  readonly event: string;
  readonly source?: string;
  readonly message?: string;
  readonly [fact: string]: unknown;
}

export type Tell = (happening: Happening) => void;

/** A way into the agent: files, a database, a broker. */
export interface Source {
  /** How a mark changes the position. The same mark twice does no harm. */
  fold(position: unknown, mark: unknown): unknown;
  /** Reads until the signal; what fails is told and tried again. */
  run(sink: Sink, tell: Tell, signal: AbortSignal): Promise<void>;
}
