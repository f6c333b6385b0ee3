import { relative, resolve } from 'node:path';
import { checkDomainRepository } from '#constructs/domain-repository.ts';
import { type Invocation, textOption } from '../command.ts';
import { tone } from '../io.ts';
import { readMeshFile } from '../mesh-file.ts';
import { doubtsOfSql } from '../pipeline-sql.ts';
import { annotation, problemFormat, writeProblems } from '../problem-file.ts';
import { EXIT, renderProblem } from '../report.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const output = textOption(invocation, 'output');
  if (output !== undefined) problemFormat(output);
  const mesh = textOption(invocation, 'mesh');
  const folder = resolve(io.cwd, invocation.args[0] ?? '.');
  const topology = mesh === undefined ? undefined : readMeshFile(mesh, io.cwd);
  const checked = checkDomainRepository(folder, io.cwd, topology);
  const { ok } = checked;
  const problems = checked.ok
    ? [...checked.problems, ...(await doubtsOfSql(checked.value, relative(io.cwd, folder)))]
    : checked.problems;
  const steps = checked.ok ? checked.value.pipeline.steps : [];
  if (output !== undefined) writeProblems(output, io.cwd, problems);
  if (io.env.GITHUB_ACTIONS === 'true') for (const problem of problems) io.err(`${annotation(problem)}\n`);
  if (invocation.json) {
    io.out(`${JSON.stringify({ ok, problems, steps })}\n`);
    return ok ? EXIT.ok : EXIT.error;
  }
  for (const problem of problems) io.err(`${renderProblem(io, problem)}\n`);
  if (checked.ok) {
    const { domain, pipeline } = checked.value;
    const summary = `${domain.name}: ${pipeline.steps.length} step(s), ${pipeline.landing.length} raw table(s)`;
    io.err(`${tone(io, 'good', 'valid')} ${summary}\n`);
    return EXIT.ok;
  }
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  io.err(`${tone(io, 'bad', `${errors} error${errors === 1 ? '' : 's'}`)}\n`);
  return EXIT.error;
}
