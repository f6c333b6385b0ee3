import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** A Mosquitto broker of a test's own, with its state in a temporary folder. */
export interface MosquittoServer {
  readonly port: number;
  /** `mqtt://127.0.0.1:…` */
  readonly url: string;
  stop(): Promise<void>;
}

const PROGRAM = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find((path) => existsSync(path));
const START_MILLISECONDS = 10_000;

/** What is missing to start a broker, or undefined. */
export function mosquittoMissing(): string | undefined {
  return PROGRAM === undefined ? 'there is no mosquitto in /usr/sbin' : undefined;
}

/** Starts a broker on a free port of 127.0.0.1 that keeps every message for a session that is away. */
export async function startMosquitto(): Promise<MosquittoServer> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-mosquitto-'));
  const port = await freePort();
  const file = join(folder, 'mosquitto.conf');
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'max_queued_messages 0', 'persistence false'];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const child = spawn(PROGRAM ?? 'mosquitto', ['-c', file], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  await listens(child, port);
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listens(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + START_MILLISECONDS;
  while (!(await takes(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error('mosquitto did not start');
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

function takes(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
