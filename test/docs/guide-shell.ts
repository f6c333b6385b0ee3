import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { runWeft } from '../cli/run-weft.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface Ran {
  readonly exit: number;
  /** What it wrote to both of its streams. */
  readonly said: string;
}

/** A shell in which the commands of a guide run one after another, as its reader's would: folder and variables stay. */
export interface GuideShell {
  run(command: string): Promise<Ran>;
  close(): Promise<void>;
}

/** Answers command lines of `weft` in this process: a hundred processes of its own would take a minute. */
const WEFT = `#!/usr/bin/env node
import { connect } from 'node:net';
const socket = connect(process.env.WEFT_TEST_SOCKET);
const { PATH, ...env } = process.env;
socket.end(JSON.stringify({ argv: process.argv.slice(2), cwd: process.cwd(), env }));
let answer = '';
socket.on('data', (part) => { answer += part; });
socket.on('end', () => {
  const { exit, out, err } = JSON.parse(answer);
  process.stdout.write(out);
  process.stderr.write(err);
  process.exitCode = exit;
});
`;

/** Opens a shell in a folder; `weft` and the tools of the repository are on its path. */
export async function openGuideShell(
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<GuideShell> {
  const bin = join(folder, '.bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'weft'), WEFT);
  chmodSync(join(bin, 'weft'), 0o755);
  const socket = join(folder, '.weft.sock');
  const server = createServer({ allowHalfOpen: true }, async (client) => {
    const { argv, cwd, env } = JSON.parse(await text(client)) as {
      argv: string[];
      cwd: string;
      env: Record<string, string>;
    };
    client.end(JSON.stringify(await runWeft(argv, { cwd, env, columns: 200 })));
  });
  await new Promise<void>((done) => server.listen(socket, done));
  const shell = spawn('bash', ['--noprofile', '--norc'], {
    cwd: folder,
    env: {
      PATH: `${bin}:${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`,
      HOME: folder,
      LANG: 'C.UTF-8',
      WEFT_TEST_SOCKET: socket,
      NO_PROXY: '127.0.0.1',
      ...environment,
    },
  });
  shell.stderr.resume();
  return { run: (command) => run(shell, folder, command), close: () => close(shell, server) };
}

async function run(shell: ChildProcessWithoutNullStreams, folder: string, command: string): Promise<Ran> {
  const output = join(folder, '.said');
  const done = new Promise<number>((resolveExit, reject) => {
    let told = '';
    const listen = (part: Buffer) => {
      told += part.toString();
      const exit = /^exit (\d+)$/m.exec(told)?.[1];
      if (exit === undefined) return;
      shell.stdout.off('data', listen);
      shell.off('exit', ended);
      resolveExit(Number(exit));
    };
    const ended = () => reject(new Error(`the shell ended with \`${command}\``));
    shell.stdout.on('data', listen);
    shell.once('exit', ended);
  });
  shell.stdin.write(`{\n${command}\n} > '${output}' 2>&1 < /dev/null\necho "exit $?"\n`);
  return { exit: await done, said: readFileSync(output, 'utf8') };
}

async function close(shell: ChildProcessWithoutNullStreams, server: Server): Promise<void> {
  const ended = new Promise((done) => shell.once('exit', done));
  shell.stdin.end();
  await ended;
  await new Promise((done) => server.close(done));
}
