import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { whatIsLeft, whatIsWrong } from './check.ts';
import { clientsOf } from './clients.ts';
import { Ledger } from './ledger.ts';
import { consume, makeReady, WRITERS } from './load.ts';

/** The longest that an instance lives before it is killed, in milliseconds. */
const LONGEST = 700;
/** The longest that the first write is waited for, in milliseconds. */
const PATIENCE = 20_000;
/** Clients of each kind that write at the same time. */
const CLIENTS = 2;

export interface Survived {
  readonly kills: number;
  readonly acknowledged: number;
  readonly lost: readonly string[];
  /** The longest time until an instance was up again, in milliseconds. */
  readonly slowestStart: number;
}

/** Kills a local AWS again and again while clients write to it, lets it come up by itself each time, and then looks for everything that it had acknowledged. */
export async function survive(kills: number, onKill?: (done: number, acknowledged: number) => void): Promise<Survived> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-durability-'));
  const ledger = new Ledger();
  let slowestStart = 0;
  let running = await start(folder, 0);
  try {
    const queueUrl = await makeReady(await clientsOf(running.endpoint));
    for (let done = 0; done < kills; done += 1) {
      const load = write(running.endpoint, ledger, queueUrl);
      await firstWrite(ledger);
      await sleep(Math.random() * LONGEST);
      await kill(running.child);
      await load;
      onKill?.(done + 1, ledger.acknowledged);
      const before = performance.now();
      running = await start(folder, running.port);
      slowestStart = Math.max(slowestStart, performance.now() - before);
    }
    const lost = await whatIsWrong(await clientsOf(running.endpoint), ledger, queueUrl);
    await kill(running.child);
    // What the last start found is put right; what the last kill leaves is nothing, for nobody was writing.
    return { kills, acknowledged: ledger.acknowledged, lost: [...lost, ...whatIsLeft(folder)], slowestStart };
  } finally {
    if (running.child.exitCode === null && running.child.signalCode === null) await kill(running.child);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function start(folder: string, port: number): Promise<{ child: ChildProcess; endpoint: string; port: number }> {
  const program = new URL('instance.ts', import.meta.url);
  const child = fork(program, [folder, String(port)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString('utf8');
  });
  const up = once(child, 'message').then(([message]) => message as { endpoint: string; port: number });
  const gone = once(child, 'exit').then(() => Promise.reject(new Error(`it does not come up again: ${said}`)));
  const told = await Promise.race([up, gone]);
  gone.catch(() => undefined);
  return { child, ...told };
}

/** On a busy machine every kill would come before any write, and show nothing. */
async function firstWrite(ledger: Ledger): Promise<void> {
  for (const until = Date.now() + PATIENCE; ledger.acknowledged === 0 && Date.now() < until; ) await sleep(20);
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Every kind of client at once, until the instance is gone. */
async function write(endpoint: string, ledger: Ledger, queueUrl: string): Promise<void> {
  const clients = await clientsOf(endpoint).catch(() => undefined);
  if (clients === undefined) return;
  const loop = async (work: () => Promise<unknown>, counts: boolean) => {
    for (;;) {
      try {
        await work();
        if (counts) ledger.acknowledged += 1;
      } catch (error) {
        if (isGone(error)) return;
        if (!isBusy(error)) throw error;
      }
    }
  };
  const writers = WRITERS.flatMap((writer) =>
    Array.from({ length: CLIENTS }, () => loop(() => writer(clients, ledger, queueUrl), true)),
  );
  await Promise.all([...writers, loop(() => consume(clients, ledger, queueUrl), false)]);
}

/** The connection broke: nobody knows what became of the call. */
function isGone(error: unknown): boolean {
  const { name = '', code = '', message = '' } = error as { name?: string; code?: string; message?: string };
  return /ECONN|EPIPE|socket hang up|TimeoutError|aborted|fetch failed|UND_ERR/.test(`${name} ${code} ${message}`);
}

/** Two clients met in one condition, or a message was taken again in between: an answer like any other. */
function isBusy(error: unknown): boolean {
  return /ConditionalCheckFailed|TransactionCanceled|TransactionConflict|WEFT-AUDIT/.test(
    `${(error as Error).name} ${(error as { code?: string }).code}`,
  );
}
