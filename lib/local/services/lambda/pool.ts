import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { environmentOf } from './environment.ts';
import type { StoredFunction } from './model.ts';
import { type Outcome, Sandbox } from './sandbox.ts';

/** Threads per function when it reserves no concurrency: this is one machine. */
const LOCAL_CONCURRENCY = 4;

export interface LogLine {
  readonly account: string;
  readonly function: string;
  /** Epoch milliseconds on the cloud's clock. */
  readonly at: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** What a function's invocations took, in milliseconds. */
export interface FunctionStats {
  readonly functionArn: string;
  readonly inits: readonly number[];
  readonly durations: readonly number[];
  readonly errors: number;
}

/** The warm threads of one revision of one function. */
export class Pool {
  readonly revision: number;
  readonly #cloud: Cloud;
  readonly #function: StoredFunction;
  readonly #onLog: (line: LogLine) => void;
  readonly #sandboxes = new Set<Sandbox>();
  readonly #waiting: (() => void)[] = [];
  readonly inits: number[] = [];
  readonly durations: number[] = [];
  errors = 0;
  #active = 0;
  #closed = false;

  constructor(cloud: Cloud, stored: StoredFunction, onLog: (line: LogLine) => void) {
    this.#cloud = cloud;
    this.#function = stored;
    this.#onLog = onLog;
    this.revision = stored.revision;
  }

  get limit(): number {
    return Math.min(this.#function.reservedConcurrency ?? LOCAL_CONCURRENCY, 50);
  }

  /** How many more invocations can start now. */
  get free(): number {
    return Math.max(0, this.limit - this.#active);
  }

  /**
   * Runs the handler once.
   * @throws AwsError `TooManyRequestsException` when the reserved concurrency is used up.
   */
  async run(event: string, requestId: string): Promise<Outcome> {
    if (this.#function.reservedConcurrency !== undefined && this.free === 0) throw throttled();
    while (this.free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#active += 1;
    try {
      const { configuration, account, name } = this.#function;
      const outcome = await this.#sandbox().invoke({
        id: requestId,
        event,
        timeout: configuration.Timeout * 1000,
        clockOffset: this.#cloud.clock.now() - Date.now(),
        context: {
          functionName: name,
          functionVersion: '$LATEST',
          invokedFunctionArn: configuration.FunctionArn,
          memoryLimitInMB: String(configuration.MemorySize),
          awsRequestId: requestId,
          logGroupName: `/aws/lambda/${name}`,
          logStreamName: `weft-local/[$LATEST]${account}`,
        },
      });
      this.#record(outcome, requestId);
      return outcome;
    } finally {
      this.#active -= 1;
      this.#waiting.shift()?.();
      if (this.#closed && this.#active === 0) void this.close();
    }
  }

  /** Ends every idle thread now and the busy ones when they are done. */
  retire(): void {
    this.#closed = true;
    if (this.#active === 0) void this.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#sandboxes];
    this.#sandboxes.clear();
    await Promise.all(all.map((sandbox) => sandbox.close()));
  }

  #sandbox(): Sandbox {
    for (const sandbox of this.#sandboxes) {
      if (!sandbox.usable) this.#sandboxes.delete(sandbox);
      else if (!sandbox.busy) {
        environmentOf(this.#cloud, this.#function);
        return sandbox;
      }
    }
    const { directory, configuration } = this.#function;
    if (directory === undefined) throw notRunnable(this.#function);
    const sandbox = new Sandbox({
      directory,
      handler: configuration.Handler,
      environment: environmentOf(this.#cloud, this.#function),
      memory: configuration.MemorySize,
      onText: (text, stream) => this.#log(text, stream),
    });
    this.#sandboxes.add(sandbox);
    return sandbox;
  }

  #record(outcome: Outcome, requestId: string): void {
    if (outcome.init !== undefined) this.inits.push(outcome.init);
    this.durations.push(outcome.duration);
    if (outcome.functionError !== undefined) this.errors += 1;
    const init = outcome.init === undefined ? '' : `\tInit Duration: ${outcome.init.toFixed(2)} ms`;
    const failed = outcome.functionError === undefined ? '' : `\tStatus: error\t${outcome.payload.slice(0, 2000)}`;
    this.#log(
      `REPORT RequestId: ${requestId}\tDuration: ${outcome.duration.toFixed(2)} ms${init}${failed}\n`,
      'stdout',
    );
  }

  #log(text: string, stream: LogLine['stream']): void {
    const { account, name } = this.#function;
    const at = this.#cloud.clock.now();
    const lines = text.split('\n').filter((line) => line !== '');
    const prefix = `${new Date(at).toISOString()} ${account}`;
    mkdirSync(join(this.#cloud.folder, 'logs'), { recursive: true });
    appendFileSync(
      join(this.#cloud.folder, 'logs', `${name}.log`),
      lines.map((line) => `${prefix} ${line}\n`).join(''),
    );
    for (const line of lines) this.#onLog({ account, function: name, at, stream, text: line });
  }
}

export function throttled(): AwsError {
  return new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, {
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  });
}

function notRunnable(stored: StoredFunction): AwsError {
  return new AwsError(
    'InvalidRequestContentException',
    `weft local runs only code that its deployer gave a local folder for; ${stored.name} has none`,
  );
}
