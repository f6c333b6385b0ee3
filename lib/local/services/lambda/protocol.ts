/** What a worker thread gets when it starts. */
export interface WorkerSetup {
  /** The folder of the bundle. */
  readonly directory: string;
  /** `file.export`. */
  readonly handler: string;
}

/** One invocation for a worker. */
export interface ToWorker {
  readonly id: string;
  /** JSON text. */
  readonly event: string;
  /** Milliseconds that the handler may take. */
  readonly timeout: number;
  /** Milliseconds by which the cloud's clock is ahead of the machine's. */
  readonly clockOffset: number;
  readonly context: Readonly<Record<string, unknown>>;
}

/** An error as Lambda writes it into the payload of a failed invocation. */
export interface FunctionFailure {
  readonly errorType?: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type FromWorker =
  | { readonly kind: 'ready'; readonly milliseconds: number }
  | { readonly kind: 'broken'; readonly error: FunctionFailure }
  | { readonly kind: 'result'; readonly id: string; readonly payload: string }
  | { readonly kind: 'failure'; readonly id: string; readonly error: FunctionFailure };
