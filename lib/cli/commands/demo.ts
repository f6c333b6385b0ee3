import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from '../command.ts';
import { localFolder } from '../connection.ts';
import { TRAIL_CALLS } from '../demo/call-counter.ts';
import { type DemoReport, type Played, play } from '../demo/play.ts';
import { tone } from '../io.ts';
import { EXIT } from '../report.ts';
import { stopLocal } from './local-down.ts';
import { detach } from './local-up.ts';

const REPORT = 'demo.json';

export async function run(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const folder = localFolder(invocation);
  await startClean(folder);
  const port = textOption(invocation, 'port');
  const report = await play({
    folder,
    port: port === undefined ? 0 : Number(port),
    say: (text) => io.err(`${tone(io, 'dim', text)}\n`),
    onStep: (played) => showStep(invocation, played),
  });
  writeFileSync(join(folder, REPORT), `${JSON.stringify(report, undefined, 2)}\n`);
  if (json) io.out(`${JSON.stringify(report)}\n`);
  else showEnd(invocation, report, join(folder, REPORT));
  if (report.ok && invocation.options.keep === true) {
    const mesh = await detach(invocation, folder);
    io.err(`the mesh stays up at ${mesh.endpoint}; weft local down stops it\n`);
  }
  return report.ok ? EXIT.ok : EXIT.error;
}

async function startClean(folder: string): Promise<void> {
  await stopLocal(folder);
  if (!existsSync(folder)) return;
  if (
    !existsSync(join(folder, 'state.sqlite')) &&
    !existsSync(join(folder, REPORT)) &&
    !existsSync(join(folder, 'lock'))
  ) {
    throw userError('WEFT-CLI-021', `${folder} is not the folder of a local mesh, and the demo starts clean`, {
      hint: 'name another with --folder',
    });
  }
  rmSync(folder, { recursive: true });
}

function showStep({ io, json }: Invocation, { step, result, ms, error }: Played): void {
  if (json) return;
  const mark = error === undefined ? tone(io, 'good', '✓') : tone(io, 'bad', '✗');
  io.out(`${mark} ${tone(io, 'strong', step.title)} ${tone(io, 'dim', `${Math.round(ms)} ms`)}\n`);
  for (const line of result?.lines ?? []) io.out(`    ${line}\n`);
  if (error !== undefined) io.out(`    ${tone(io, 'bad', error.message)}\n`);
  io.out('\n');
}

function showEnd({ io }: Invocation, report: DemoReport, file: string): void {
  for (const [what, calls] of Object.entries(report.calls)) {
    const trail = sum(calls, (name) => name.startsWith(TRAIL_CALLS));
    const others = sum(calls, (name) => !name.startsWith(TRAIL_CALLS));
    io.out(
      `${what}: ${others} AWS requests of the Lambdas, ${governed(calls)} of them to Glue and Lake Formation; ${trail} of the trail's appender\n`,
    );
  }
  io.out(`${report.ok ? 'done' : 'failed'} in ${(report.ms / 1000).toFixed(1)} s; the report is in ${file}\n`);
}

function governed(calls: Readonly<Record<string, number>>): number {
  return sum(calls, (name) => /^(glue|lakeformation):/.test(name));
}

function sum(calls: Readonly<Record<string, number>>, counts: (name: string) => boolean): number {
  return Object.entries(calls)
    .filter(([name]) => counts(name))
    .reduce((total, [, count]) => total + count, 0);
}
