import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FromWorker, FunctionFailure, ToWorker, WorkerSetup } from './protocol.ts';

/** How one invocation ended. */
export interface Outcome {
  /** JSON text: the handler's answer, or the error. */
  readonly payload: string;
  /** Set when the function failed. */
  readonly functionError?: 'Unhandled';
  /** Milliseconds in the handler. */
  readonly duration: number;
  /** Milliseconds that the bundle took to load, when this invocation waited for it. */
  readonly init?: number;
}

export interface SandboxOptions extends WorkerSetup {
  readonly environment: Readonly<Record<string, string>>;
  readonly memory: number;
  onText(text: string, stream: 'stdout' | 'stderr'): void;
}

interface Pending {
  readonly message: ToWorker;
  readonly cold: boolean;
  since: number;
  timer: NodeJS.Timeout;
  done(outcome: Outcome): void;
}

/** From the sources TypeScript, from the package JavaScript. */
const ENTRY = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

/** What Lambda leaves for the start of a bundle before it gives up, in milliseconds. */
const INIT_TIMEOUT = 10_000;

/** One execution environment of a function: a worker thread that runs one invocation at a time. */
export class Sandbox {
  readonly #worker: Worker;
  #pending: Pending | undefined;
  #init: number | undefined;
  /** False once the thread has ended or must not be used again. */
  usable = true;

  constructor(options: SandboxOptions) {
    const { directory, handler } = options;
    this.#worker = new Worker(ENTRY, {
      workerData: { directory, handler } satisfies WorkerSetup,
      env: { ...options.environment },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: options.memory },
    });
    this.#worker.stdout.on('data', (chunk: Buffer) => options.onText(chunk.toString('utf8'), 'stdout'));
    this.#worker.stderr.on('data', (chunk: Buffer) => options.onText(chunk.toString('utf8'), 'stderr'));
    this.#worker.on('message', (message: FromWorker) => this.#onMessage(message));
    this.#worker.on('error', (error: Error & { code?: string }) => {
      const type = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'Runtime.OutOfMemory' : error.name;
      this.#fail({ errorType: type, errorMessage: error.message, trace: (error.stack ?? '').split('\n') });
    });
    this.#worker.on('exit', (code) => {
      this.#fail({
        errorType: 'Runtime.ExitError',
        errorMessage: `Error: Runtime exited with error: exit status ${code}`,
      });
    });
    this.#worker.unref();
  }

  get busy(): boolean {
    return this.#pending !== undefined;
  }

  /** Runs one invocation; ends the thread when it takes longer than `message.timeout` milliseconds. */
  invoke(message: ToWorker): Promise<Outcome> {
    return new Promise((done) => {
      const cold = this.#init === undefined;
      const timer = setTimeout(() => this.#timeOut(message), cold ? INIT_TIMEOUT : message.timeout);
      this.#pending = { message, since: performance.now(), timer, cold, done };
      this.#worker.ref();
      this.#worker.postMessage(message);
    });
  }

  async close(): Promise<void> {
    this.usable = false;
    await this.#worker.terminate();
  }

  #onMessage(message: FromWorker): void {
    if (message.kind === 'ready') this.#onReady(message.milliseconds);
    else if (message.kind === 'broken') this.#fail(message.error);
    else if (message.kind === 'result') this.#finish({ payload: message.payload });
    else this.#finish({ payload: JSON.stringify(message.error), functionError: 'Unhandled' });
  }

  #onReady(milliseconds: number): void {
    this.#init = milliseconds;
    const pending = this.#pending;
    if (pending === undefined) return;
    clearTimeout(pending.timer);
    pending.since = performance.now();
    pending.timer = setTimeout(() => this.#timeOut(pending.message), pending.message.timeout);
  }

  #timeOut(message: ToWorker): void {
    const seconds = (message.timeout / 1000).toFixed(2);
    this.#fail({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${message.id} Error: Task timed out after ${seconds} seconds`,
    });
  }

  #fail(error: FunctionFailure): void {
    const used = this.usable;
    this.usable = false;
    this.#finish({ payload: JSON.stringify(error), functionError: 'Unhandled' });
    if (used) void this.#worker.terminate();
  }

  #finish(outcome: Pick<Outcome, 'payload' | 'functionError'>): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    clearTimeout(pending.timer);
    this.#pending = undefined;
    this.#worker.unref();
    const init = pending.cold ? this.#init : undefined;
    pending.done({ ...outcome, duration: performance.now() - pending.since, init });
  }
}
