import { resolve } from 'node:path';
import type { ControlEvidence, ControlState } from '#mesh/audit/evidence/controls.ts';
import { parsePeriod } from '#mesh/audit/report/period.ts';
import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { writePack } from '../evidence-pack.ts';
import { verifyPack } from '../evidence-verify.ts';
import { busy, type Io, tone } from '../io.ts';
import { givenKey } from '../log-files.ts';
import { renderTable } from '../table.ts';

export async function run(invocation: Invocation): Promise<number | undefined> {
  const folder = textOption(invocation, 'verify');
  if (folder !== undefined) return verify(invocation, folder);
  const standard = textOption(invocation, 'for');
  if (standard === undefined) {
    throw userError('WEFT-AUDIT-066', 'nobody says for which standard', {
      hint: 'add --for with a standard, e.g. --for ISO27001:2022, or --verify with a folder',
    });
  }
  const { io } = invocation;
  const now = new Date();
  const period = parsePeriod(textOption(invocation, 'period') ?? String(now.getUTCFullYear()), now);
  const output =
    textOption(invocation, 'out') ??
    textOption(invocation, 'output') ??
    `evidence-${standard}-${period.name}`.replaceAll(/[^\w.-]+/g, '_');
  const options = { standard, period, folder: resolve(io.cwd, output), now };
  busy(io, 'asking the audit tables, which takes a while');
  const { manifest, sha256 } = await writePack(await connect(invocation), options);
  const { controls, entries } = manifest;
  if (invocation.json) io.out(`${JSON.stringify({ folder: output, sha256, manifest })}\n`);
  else show(io, controls);
  io.err(`${output}: ${sumOf(controls)}\n`);
  if (entries.proved < entries.count)
    io.err(`${tone(io, 'warn', 'no proof:')} ${entries.count - entries.proved} of ${entries.count} entries\n`);
  io.err(`keep this apart from the pack: SHA-256 of its manifest ${sha256}\n`);
  return undefined;
}

function verify(invocation: Invocation, name: string): number | undefined {
  const { io } = invocation;
  const written = textOption(invocation, 'key');
  const key = written === undefined ? undefined : givenKey(written, io.cwd);
  const digest = textOption(invocation, 'digest');
  const { manifest, sha256, problems, proved, notes } = verifyPack(resolve(io.cwd, name), { digest, key });
  const ok = problems.length === 0;
  if (invocation.json) io.out(`${JSON.stringify({ ok, sha256, proved, problems, notes })}\n`);
  else for (const { code, message } of problems) io.out(`${message} (${code})\n`);
  for (const note of notes) io.err(`${tone(io, 'warn', 'note:')} ${note}\n`);
  const { standard, period, files, entries } = manifest;
  const verdict = ok ? tone(io, 'good', 'as it was packed') : tone(io, 'bad', `${problems.length} problems`);
  io.err(
    `${standard} ${period.name}: ${verdict}; ${files.length} files, ${entries.count} entries, ${proved} of them proved\n`,
  );
  return ok ? undefined : 1;
}

function show(io: Io, controls: readonly ControlEvidence[]): void {
  io.out(
    renderTable(
      controls,
      [
        { title: 'control', value: ({ id }) => id, whole: true },
        { title: 'state', value: ({ state }) => tone(io, TONES[state], state), whole: true },
        { title: 'policies', value: ({ policies }) => String(policies.length), right: true },
        { title: 'entries', value: ({ entries }) => String(entries.length), right: true },
        { title: 'because', value: ({ because }) => because.join('; ') },
      ],
      io.columns,
    ),
  );
}

const TONES = { shown: 'good', incomplete: 'warn', deviations: 'bad', gap: 'bad' } as const;

function sumOf(controls: readonly ControlEvidence[]): string {
  const count = (state: ControlState) => controls.filter((control) => control.state === state).length;
  return `${controls.length} controls: ${(Object.keys(TONES) as ControlState[]).map((state) => `${count(state)} ${state}`).join(', ')}`;
}
