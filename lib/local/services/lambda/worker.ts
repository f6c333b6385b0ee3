import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkerSetup } from './protocol.ts';

/**
 * The thread that a function's bundle runs in, as it stands. It is started by Node itself, with the environment of the function only; `Date` follows
 * the clock of the cloud, so that a function sees the time that a test has moved to.
 */
const setup = workerData as WorkerSetup;
let offset = 0;

if (parentPort === null) throw new Error('this file is the entry of a worker thread');
const port = parentPort;

type Handler = (event: unknown, context: unknown) => unknown;

shiftDate();
asOnLambda(setup.directory);
const start = performance.now();
const ready = load().then(
  (handler) => {
    port.postMessage({ kind: 'ready', milliseconds: performance.now() - start } satisfies FromWorker);
    return handler;
  },
  (error: unknown) => {
    port.postMessage({ kind: 'broken', error: describe(error) } satisfies FromWorker);
    return undefined;
  },
);

port.on('message', (message: ToWorker) => {
  void run(message);
});

async function run(message: ToWorker): Promise<void> {
  const handler = await ready;
  if (handler === undefined) return;
  offset = message.clockOffset;
  const deadline = performance.now() + message.timeout;
  const context = {
    ...message.context,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
  try {
    const result = await handler(JSON.parse(message.event), context);
    port.postMessage({
      kind: 'result',
      id: message.id,
      payload: JSON.stringify(result) ?? 'null',
    } satisfies FromWorker);
  } catch (error) {
    const described = describe(error);
    process.stderr.write(`ERROR\tInvoke Error\t${JSON.stringify(described)}\n`);
    port.postMessage({ kind: 'failure', id: message.id, error: described } satisfies FromWorker);
  }
}

async function load(): Promise<Handler> {
  const dot = setup.handler.lastIndexOf('.');
  const module = setup.handler.slice(0, dot);
  const name = setup.handler.slice(dot + 1);
  const file = ['.mjs', '.js', '.cjs'].map((suffix) => join(setup.directory, module + suffix)).find(existsSync);
  if (file === undefined) {
    throw Object.assign(new Error(`Cannot find module '${module}'`), { name: 'Runtime.ImportModuleError' });
  }
  const loaded = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const handler = loaded[name] ?? (loaded.default as Record<string, unknown> | undefined)?.[name];
  if (typeof handler !== 'function') {
    const text = `${setup.handler} is undefined or not exported`;
    throw Object.assign(new Error(text), { name: 'Runtime.HandlerNotFound' });
  }
  return handler as Handler;
}

function describe(error: unknown): { errorType: string; errorMessage: string; trace: string[] } {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

/** On Lambda nothing lies above the bundle; here a `package.json` further up would turn a CommonJS `.js` bundle into a module. */
function asOnLambda(directory: string): void {
  if (existsSync(join(directory, 'package.json'))) return;
  const base = pathToFileURL(directory).href;
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const own =
        found.url.startsWith(`${base}/`) && found.url.endsWith('.js') && !found.url.includes('/node_modules/');
      return own ? { ...found, format: 'commonjs' } : found;
    },
  });
}

function shiftDate(): void {
  const RealDate = Date;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: [], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [RealDate.now() + offset] : args, newTarget) as Date,
    get: (target, key, receiver) =>
      key === 'now' ? () => RealDate.now() + offset : (Reflect.get(target, key, receiver) as unknown),
    apply: () => new RealDate(RealDate.now() + offset).toString(),
  });
}
