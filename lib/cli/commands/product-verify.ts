import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { userError } from '#mesh/error.ts';
import { MANIFEST } from '#mesh/product/export-manifest.ts';
import type { Invocation } from '../command.ts';
import { verifyExport } from '../export.ts';
import { tone } from '../io.ts';
import { EXIT } from '../report.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const folder = resolve(io.cwd, invocation.args[0] ?? '.');
  if (!existsSync(join(folder, MANIFEST))) {
    throw userError('WEFT-EXPORT-004', `${folder} has no ${MANIFEST}`, {
      hint: 'give a folder that weft product export wrote',
    });
  }
  const problems = verifyExport(folder);
  if (json) io.out(`${JSON.stringify({ ok: problems.length === 0, problems })}\n`);
  else if (problems.length === 0) io.err(`${tone(io, 'good', 'whole')}: every file is as it was exported\n`);
  else for (const problem of problems) io.err(`${tone(io, 'bad', 'error:')} ${problem}\n`);
  return problems.length === 0 ? EXIT.ok : EXIT.error;
}
