import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { admits } from '../../core/policy.ts';
import { restJsonCodec } from '../../core/rest-codec.ts';
import { type LocalServer, serve } from '../../core/server.ts';
import type { Caller, Context, Operations, Service } from '../../core/service.ts';
import { tellRuntime } from './acts.ts';
import { AsyncQueue, type Runner } from './async-queue.ts';
import { isDestination } from './destination.ts';
import { EventSources } from './event-sources.ts';
import { Flights } from './flights.ts';
import { functionOperations, getFunction } from './functions.ts';
import { mappingOperations } from './mapping-operations.ts';
import { type InvokeConfig, namespace, type StoredFunction } from './model.ts';
import { permissionOperations } from './permissions.ts';
import { type FunctionStats, type LogLine, Pool, throttled } from './pool.ts';
import { ROUTES } from './routes.ts';
import type { Outcome } from './sandbox.ts';

interface InvokeInput {
  readonly FunctionName: string;
  readonly InvocationType?: 'RequestResponse' | 'Event' | 'DryRun';
  readonly LogType?: 'None' | 'Tail';
  readonly Payload?: Buffer;
  readonly Qualifier?: string;
}

const SYNC_LIMIT = 6 * 1024 * 1024;
const ASYNC_LIMIT = 1024 * 1024;

/** AWS Lambda: functions that run as their bundles in worker threads, asynchronous invocations, event sources. */
export class LambdaService implements Service {
  readonly signingName = 'lambda';
  readonly codec = restJsonCodec(ROUTES);
  readonly operations: Operations;
  readonly #cloud: Cloud;
  readonly #pools = new Map<string, Pool>();
  readonly #retired: Pool[] = [];
  readonly #listeners = new Set<(line: LogLine) => void>();
  readonly #flights = new Flights();
  readonly #async: AsyncQueue;
  readonly #sources: EventSources;
  #server: Promise<LocalServer> | undefined;
  #closing = false;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    const run: Runner = (stored, payload, id) => this.#run(stored, payload, id);
    this.#async = new AsyncQueue(cloud, this.#flights, run);
    this.#sources = new EventSources(cloud, this.#flights, run);
    this.operations = {
      ...functionOperations((stored) => this.#replacePool(stored)),
      ...permissionOperations,
      ...mappingOperations,
      ...this.#invocationOperations(),
    };
  }

  /**
   * Invokes a function and waits for its answer, or queues the event (`Event`).
   * @param keys condition keys for the function's resource policy, e.g. `aws:SourceArn`.
   * @throws AwsError `AccessDeniedException` when the function's policy does not admit the caller, `ResourceNotFoundException`,
   * `TooManyRequestsException`.
   */
  async invokeAs(
    caller: Caller,
    functionArn: string,
    payload: string,
    type: 'RequestResponse' | 'Event' = 'RequestResponse',
    keys: Readonly<Record<string, string>> = {},
  ): Promise<Outcome & { requestId: string }> {
    const context = this.#cloud.contextFor(caller);
    const stored = getFunction(functionArn, context);
    const { FunctionArn } = stored.configuration;
    const request = { caller, action: 'lambda:InvokeFunction', resource: FunctionArn, keys };
    this.#cloud.tell(request);
    if (!admits(this.#cloud.store, stored.policy, stored.account, request)) {
      throw new AwsError(
        'AccessDeniedException',
        `User: ${caller.arn} is not authorized to perform: lambda:InvokeFunction on resource: ${FunctionArn} because no resource-based policy allows the lambda:InvokeFunction action`,
        403,
      );
    }
    if (type === 'Event') {
      if (Buffer.byteLength(payload) > ASYNC_LIMIT) throw tooLarge(Buffer.byteLength(payload), ASYNC_LIMIT);
      this.#async.accept(stored, payload, context.requestId);
      return { payload: '', duration: 0, requestId: context.requestId };
    }
    if (Buffer.byteLength(payload) > SYNC_LIMIT) throw tooLarge(Buffer.byteLength(payload), SYNC_LIMIT);
    return { ...(await this.#run(stored, payload, context.requestId)), requestId: context.requestId };
  }

  /** What each function's invocations took since this process started. */
  stats(): FunctionStats[] {
    return [...this.#pools].map(([functionArn, pool]) => ({
      functionArn,
      inits: pool.inits,
      durations: pool.durations,
      errors: pool.errors,
    }));
  }

  /** Tells `callback` each line that a function writes. Returns how to stop. */
  onLog(callback: (line: LogLine) => void): () => void {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  async pump(): Promise<boolean> {
    const free = (stored: StoredFunction) => this.#pool(stored).free;
    this.#async.start(free);
    this.#sources.start(free);
    return this.#flights.settle();
  }

  nextDue(): number | undefined {
    const times = [this.#async.nextDue(), this.#sources.nextDue()].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#pools.values(), ...this.#retired].map((pool) => pool.close()));
    await (await this.#server)?.close();
  }

  async #run(stored: StoredFunction, payload: string, requestId: string): Promise<Outcome> {
    if (stored.reservedConcurrency === 0) throw throttled();
    if (this.#cloud.endpoint === undefined) {
      this.#server ??= serve(this.#cloud, 0);
      await this.#server;
    }
    tellRuntime(this.#cloud, stored);
    const outcome = await this.#pool(stored).run(payload, requestId);
    // What closing cut short is no failure of the function: its event stays where it came from.
    if (this.#closing) throw new AwsError('ServiceException', 'the function was stopped with the cloud', 500);
    return outcome;
  }

  #pool(stored: StoredFunction): Pool {
    const arn = stored.configuration.FunctionArn;
    const existing = this.#pools.get(arn);
    if (existing !== undefined && existing.revision === stored.revision) return existing;
    if (existing !== undefined) this.#retire(existing);
    const pool = new Pool(this.#cloud, stored, (line) => {
      for (const listener of this.#listeners) listener(line);
    });
    this.#pools.set(arn, pool);
    return pool;
  }

  #replacePool(stored: StoredFunction): void {
    const arn = stored.configuration.FunctionArn;
    const existing = this.#pools.get(arn);
    if (existing === undefined) return;
    this.#pools.delete(arn);
    this.#retire(existing);
  }

  #retire(pool: Pool): void {
    this.#retired.push(pool);
    pool.retire();
  }

  #invocationOperations(): Operations {
    const on = (input: { FunctionName: string }, context: Context) => [
      getFunction(input.FunctionName, context).configuration.FunctionArn,
    ];
    return {
      Invoke: {
        action: 'lambda:InvokeFunction',
        resources: on,
        readOnly: true,
        run: async (input: InvokeInput, context: Context) => {
          const stored = getFunction(input.FunctionName, context);
          const payload = (input.Payload ?? Buffer.alloc(0)).toString('utf8') || '{}';
          checkJson(payload);
          if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
          const type = input.InvocationType ?? 'RequestResponse';
          const outcome = await this.invokeAs(context.caller, stored.configuration.FunctionArn, payload, type);
          if (type === 'Event') return { StatusCode: 202, Payload: '' };
          return {
            StatusCode: 200,
            Payload: outcome.payload,
            FunctionError: outcome.functionError,
            ExecutedVersion: '$LATEST',
          };
        },
      },
      PutFunctionEventInvokeConfig: {
        resources: on,
        run: (input: InvokeConfig & { FunctionName: string }, context: Context) => {
          const stored = getFunction(input.FunctionName, context);
          const { FunctionName: _name, ...invokeConfig } = input;
          const { OnSuccess, OnFailure } = invokeConfig.DestinationConfig ?? {};
          for (const arn of [OnSuccess?.Destination, OnFailure?.Destination]) {
            if (arn !== undefined && !isDestination(arn)) {
              throw new AwsError('InvalidParameterValueException', `weft local delivers to SQS only, not to ${arn}`);
            }
          }
          this.#save({ ...stored, invokeConfig });
          return { FunctionArn: `${stored.configuration.FunctionArn}:$LATEST`, ...invokeConfig };
        },
      },
      GetFunctionEventInvokeConfig: {
        resources: on,
        run: (input: { FunctionName: string }, context: Context) => {
          const stored = getFunction(input.FunctionName, context);
          if (stored.invokeConfig === undefined) {
            const text = `The function ${stored.configuration.FunctionArn}:$LATEST doesn't have an EventInvokeConfig`;
            throw new AwsError('ResourceNotFoundException', text, 404);
          }
          return { FunctionArn: `${stored.configuration.FunctionArn}:$LATEST`, ...stored.invokeConfig };
        },
      },
      DeleteFunctionEventInvokeConfig: {
        resources: on,
        run: (input: { FunctionName: string }, context: Context) => {
          this.#save({ ...getFunction(input.FunctionName, context), invokeConfig: undefined });
        },
      },
    };
  }

  #save(stored: StoredFunction): void {
    this.#cloud.store.put(namespace(stored.account, stored.region, 'functions'), stored.name, stored);
  }
}

function checkJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch (error) {
    const text = `Could not parse request body into json: ${(error as Error).message}`;
    throw new AwsError('InvalidRequestContentException', text);
  }
}

function tooLarge(size: number, limit: number): AwsError {
  return new AwsError(
    'RequestTooLargeException',
    `${size} byte payload is too large for the limit of ${limit} bytes`,
    413,
  );
}
