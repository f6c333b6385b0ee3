import { checkPolicySets } from '#mesh/policy/check.ts';
import { splitPolicies } from '#mesh/policy/split.ts';
import { type Invocation, textOption } from '../command.ts';
import { tone } from '../io.ts';
import { openWorkbench, shownFile } from '../policy-workbench.ts';
import { annotation, problemFormat, writeProblems } from '../problem-file.ts';
import { EXIT, renderProblem } from '../report.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const output = textOption(invocation, 'output');
  if (output !== undefined) problemFormat(output);
  const bench = openWorkbench(invocation, invocation.args[0]);
  const { cedar, schema, topology, approvers, sets } = bench;
  const domains = topology.domains.map(({ name }) => name);
  const options = { cedar, schema, domains, approvers, ladder: topology.classification };
  const problems = checkPolicySets(sets, options).map((problem) =>
    problem.file === undefined ? problem : { ...problem, file: shownFile(problem.file, bench, io.cwd) },
  );
  const policies = sets.reduce(
    (sum, { files }) => sum + Object.values(files).flatMap((text) => splitPolicies(text)).length,
    0,
  );
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (output !== undefined) writeProblems(output, io.cwd, problems);
  if (io.env.GITHUB_ACTIONS === 'true') for (const problem of problems) io.err(`${annotation(problem)}\n`);
  if (invocation.json) io.out(`${JSON.stringify({ ok: errors === 0, policies, problems })}\n`);
  else {
    for (const problem of problems) io.err(`${renderProblem(io, problem)}\n`);
    const scopes = sets.map(({ scope }) => scope).join(', ');
    if (errors === 0) io.err(`${tone(io, 'good', 'valid')} ${policies} policies of ${scopes}\n`);
    else io.err(`${tone(io, 'bad', `${errors} error${errors === 1 ? '' : 's'}`)}\n`);
  }
  return errors === 0 ? EXIT.ok : EXIT.error;
}
