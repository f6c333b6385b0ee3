import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeWritable } from '#local/instance/data-folder.ts';
import { userError, WeftError } from '#mesh/error.ts';
import { type Invocation, numberOption, textOption } from '../command.ts';
import { type LocalMesh, localFolder, runningLocal } from '../connection.ts';
import { busy, type Io, tone } from '../io.ts';
import { bringUp, type Stage } from '../local-mesh.ts';
import { meshFileOf, readMeshAuditRules, readMeshFile, readMeshPolicies } from '../mesh-file.ts';
import { reportError } from '../report.ts';
import { refuseBrokenRepository } from '../repository-app.ts';

/** From the sources TypeScript, from the package JavaScript. */
const ENTRY = resolve(import.meta.dirname, `../../../bin/weft${extname(import.meta.filename)}`);
const PATIENCE_MS = 120_000;
export const HIGHEST_PORT = 65_535;

export async function run(invocation: Invocation): Promise<undefined> {
  const folder = localFolder(invocation);
  const running = runningLocal(folder);
  if (running !== undefined) {
    throw userError(
      'WEFT-CLI-019',
      `a mesh already runs from ${folder}: process ${running.pid} at ${running.endpoint}`,
      { hint: 'weft local down stops it' },
    );
  }
  // Before a process of its own is started: its words would only be in a log.
  const mesh = meshFileOf(invocation);
  readMeshFile(mesh, invocation.io.cwd);
  if (mesh !== undefined) refuseBrokenRepository(dirname(resolve(invocation.io.cwd, mesh)), invocation.io.cwd);
  numberOption(invocation, 'port', HIGHEST_PORT);
  if (invocation.options.detach === true) {
    announce(invocation, await detach(invocation, folder));
    return;
  }
  await serveUntilStopped(invocation, folder);
}

async function serveUntilStopped(invocation: Invocation, folder: string): Promise<void> {
  const { io } = invocation;
  const mesh = meshFileOf(invocation);
  const { instance, local, undeployed } = await bringUp({
    topology: readMeshFile(mesh, io.cwd),
    policies: readMeshPolicies(mesh, io.cwd),
    auditRules: readMeshAuditRules(mesh, io.cwd),
    folder,
    repository: mesh === undefined ? undefined : dirname(resolve(io.cwd, mesh)),
    port: numberOption(invocation, 'port', HIGHEST_PORT),
    pinned: invocation.options.pin === true,
    onStage: (stage) => talk(io, stage),
  });
  if (undeployed !== undefined) reportError(io, undeployed, false);
  announce(invocation, local);
  await Promise.race([instance.stopRequested, signalled()]);
  io.err('stopping\n');
  await instance.close();
}

function signalled(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
}

/** Starts the same command in a process of its own, and waits until it serves. */
export async function detach(invocation: Invocation, folder: string): Promise<LocalMesh> {
  makeWritable(folder);
  const log = join(folder, 'local.log');
  const output = openSync(log, 'w');
  const options = ['mesh', 'port'].flatMap((name) => {
    const value = textOption(invocation, name);
    return value === undefined ? [] : [`--${name}`, value];
  });
  const pin = invocation.options.pin === true ? ['--pin'] : [];
  const child = spawn(process.execPath, [ENTRY, 'local', 'up', '--folder', folder, ...options, ...pin], {
    cwd: invocation.io.cwd,
    detached: true,
    stdio: ['ignore', output, output],
  });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  child.unref();
  busy(invocation.io, `bringing up the mesh; what it says is in ${log}`);
  const deadline = Date.now() + PATIENCE_MS;
  while (!ended && Date.now() < deadline) {
    const mesh = runningLocal(folder);
    if (mesh?.pid === child.pid && mesh?.apiUrl !== undefined && (await answers(mesh))) return mesh;
    await sleep(100);
  }
  throw new WeftError(
    'WEFT-CLI-020',
    ended ? `the mesh did not come up: ${lastWords(log)}` : 'the mesh is not up after two minutes',
    {
      source: 'user',
      hint: `read ${log}`,
    },
  );
}

/** What a process that ended said of its error. */
function lastWords(log: string): string {
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  const error = lines.findLastIndex((line) => /^(error|bug): /.test(line));
  return lines
    .slice(error)
    .join(' ')
    .replace(/^error: /, '');
}

async function answers(mesh: LocalMesh): Promise<boolean> {
  return fetch(`${mesh.endpoint}/_weft/status`).then(
    (response) => response.ok,
    () => false,
  );
}

function announce({ io, json }: Invocation, local: LocalMesh): void {
  io.progress?.pause();
  if (json) {
    io.out(
      `${JSON.stringify({ endpoint: local.endpoint, apiUrl: local.apiUrl, pid: local.pid, port: Number(new URL(local.endpoint).port) })}\n`,
    );
    return;
  }
  io.err(`${tone(io, 'good', 'up')} mesh ${local.topology.mesh} at ${local.endpoint}, process ${local.pid}\n`);
  io.err(`${tone(io, 'dim', 'next:')} weft product list --as governance/platform\n`);
}

function talk(io: Io, stage: Stage): void {
  if (stage.kind === 'opened') for (const notice of stage.notices) io.err(`${tone(io, 'warn', 'note:')} ${notice}\n`);
  if (stage.kind === 'synthesized') io.err(`synthesized in ${Math.round(stage.ms)} ms\n`);
  if (stage.kind === 'deploying' && stage.event.kind === 'stack-finished') {
    const { stack, account, result } = stage.event;
    io.err(`${stack} ${tone(io, 'dim', account)} ${result.outcome} in ${Math.round(result.ms)} ms\n`);
  }
}
