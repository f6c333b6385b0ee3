import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FindingResult, FindingRow } from '#mesh/audit/findings/finding.ts';
import { FINDINGS } from '#mesh/audit/findings/findings.ts';
import { parseMoment } from '#mesh/audit/report/moment.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { askFindings, findingNamed, findingsFormat } from '../findings.ts';
import { busy, type Io, tone } from '../io.ts';
import { renderTable } from '../table.ts';
import { momentText } from '../time-text.ts';

/** Exit code with `--detailed-exitcode` when something was found, or could not be looked for. */
const FOUND = 2;

export async function run(invocation: Invocation): Promise<number | undefined> {
  const { io } = invocation;
  const [name] = invocation.args;
  const findings = name === undefined ? FINDINGS : [findingNamed(name)];
  const written = textOption(invocation, 'at');
  const now = new Date();
  const at = (written === undefined ? now : parseMoment(written, now)).toISOString();
  const output = textOption(invocation, 'output');
  const print = output === undefined ? undefined : findingsFormat(output);
  busy(io, 'asking the audit tables, which takes a while');
  const results = await askFindings(await connect(invocation), at, findings);
  if (output !== undefined && print !== undefined) writeFileSync(resolve(io.cwd, output), print(results));
  if (invocation.json) io.out(`${JSON.stringify({ at, findings: results })}\n`);
  else if (output === undefined) show(io, results);
  if (!invocation.json) sum(io, results);
  const clear = results.every(({ rows }) => rows?.length === 0);
  return invocation.options.detailedExitcode === true && !clear ? FOUND : undefined;
}

function show(io: Io, results: readonly FindingResult[]): void {
  const rows = results.flatMap((result) => (result.rows ?? []).map((row) => ({ result, row })));
  if (rows.length === 0) return;
  io.out(
    renderTable<{ result: FindingResult; row: FindingRow }>(
      rows,
      [
        { title: 'finding', value: ({ result }) => result.id, whole: true },
        { title: 'severity', value: ({ result }) => severity(io, result.severity), whole: true },
        { title: 'since', value: ({ row }) => momentText(row.since), whole: true },
        { title: 'about', value: ({ row }) => row.subject },
        { title: 'who', value: ({ row }) => row.who },
        { title: 'what', value: ({ row }) => row.detail },
      ],
      io.columns,
    ),
  );
}

function severity(io: Io, name: FindingResult['severity']): string {
  return name === 'high' ? tone(io, 'bad', name) : name === 'medium' ? tone(io, 'warn', name) : name;
}

function sum(io: Io, results: readonly FindingResult[]): void {
  const found = results.filter(({ rows = [] }) => rows.length > 0);
  const count = found.reduce((total, { rows = [] }) => total + rows.length, 0);
  const clear = results.filter(({ rows }) => rows?.length === 0).length;
  io.err(`${results.length} looked for: ${clear} clear, ${found.length} with ${count} findings\n`);
  for (const { id, why } of found) io.err(`${tone(io, 'dim', `${id}:`)} ${why}\n`);
  for (const { id, unknown } of results.filter(({ rows }) => rows === undefined))
    io.err(`${tone(io, 'warn', `${id}: unknown:`)} ${unknown}\n`);
}
