import type { EdgeConfig } from '#edge/config/config.ts';
import { readEdgeConfig } from '#edge/config/read.ts';
import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from './command.ts';
import { renderProblem } from './report.ts';

/**
 * The configuration that a command of the edge means; warnings are told on stderr.
 * @throws WeftError `WEFT-EDGE-001` with every problem.
 */
export function edgeConfig(invocation: Invocation): EdgeConfig {
  const { io } = invocation;
  const file = textOption(invocation, 'config') ?? 'edge.yaml';
  const checked = readEdgeConfig(file, io.cwd);
  if (!checked.ok) throw userError('WEFT-EDGE-001', `${file} is not valid`, { problems: checked.problems });
  for (const problem of checked.problems) io.err(`${renderProblem(io, problem)}\n`);
  return checked.value;
}
