/** Where a problem stands in a file that somebody wrote; line and column count from 1. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** A path into the document, e.g. `schema[0].properties[2].logicalType`. */
  readonly path?: string;
}

/** One thing that is wrong with what a user gave, returned as data so that all of them are shown at once. */
export interface Problem extends Place {
  /** `WEFT-<AREA>-<nnn>`, never reused; docs/reference/errors.md lists them. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** One lower-case sentence with the bad value and what is allowed. */
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** A value, or every problem that stands in its way; `value` is absent when a problem is an error. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface WeftErrorOptions {
  readonly cause?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
  /** `user`: what the caller gave or may do; `system`: ours or AWS's. Default `system`. */
  readonly source?: 'user' | 'system';
  /** The next step, shown under the message. */
  readonly hint?: string;
  /** Problems that were collected, when there are several. */
  readonly problems?: readonly Problem[];
}

/** The one error that this project throws: a stable code, a message for people, whose fault it is. */
export class WeftError extends Error {
  readonly code: string;
  readonly source: 'user' | 'system';
  readonly details: Readonly<Record<string, unknown>>;
  readonly hint: string | undefined;
  readonly problems: readonly Problem[];

  constructor(code: string, message: string, options: WeftErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WeftError';
    this.code = code;
    this.source = options.source ?? 'system';
    this.details = options.details ?? {};
    this.hint = options.hint;
    this.problems = options.problems ?? [];
  }
}

/** A `WeftError` for what the caller gave: expected, shown without a stack. */
export function userError(code: string, message: string, options: Omit<WeftErrorOptions, 'source'> = {}): WeftError {
  return new WeftError(code, message, { ...options, source: 'user' });
}
