import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseFile, parseProduct } from '#mesh/contract/parse.ts';
import { type Problem, WeftError } from '#mesh/error.ts';
import { lintProduct } from '#mesh/policy/lint.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { type Invocation, textOption } from '../command.ts';
import { type Io, tone } from '../io.ts';
import { meshFileOf, readMeshFile } from '../mesh-file.ts';
import { annotation, problemFormat, writeProblems } from '../problem-file.ts';
import { readContractFile, readProductFolder } from '../product-folder.ts';
import { EXIT, renderProblem } from '../report.ts';

/** What was found at one of the paths, and one line about it when nothing is wrong. */
interface Check {
  readonly problems: readonly Problem[];
  readonly summary: string;
}

export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const output = textOption(invocation, 'output');
  if (output !== undefined) problemFormat(output);
  const topology = readMeshFile(meshFileOf(invocation), io.cwd);
  const checks = (invocation.args.length === 0 ? ['.'] : invocation.args).map((path) => check(path, io, topology));
  const problems = checks.flatMap((entry) => entry.problems);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const ok = errors === 0;
  if (output !== undefined) writeProblems(output, io.cwd, problems);
  if (io.env.GITHUB_ACTIONS === 'true') for (const problem of problems) io.err(`${annotation(problem)}\n`);
  if (invocation.json) {
    io.out(`${JSON.stringify({ ok, problems })}\n`);
    return ok ? EXIT.ok : EXIT.error;
  }
  for (const entry of checks) {
    for (const problem of entry.problems) io.err(`${renderProblem(io, problem)}\n`);
    if (entry.problems.every(({ severity }) => severity !== 'error')) {
      io.err(`${tone(io, 'good', 'valid')} ${entry.summary}\n`);
    }
  }
  if (!ok) io.err(`${tone(io, 'bad', `${errors} error${errors === 1 ? '' : 's'}`)}\n`);
  return ok ? EXIT.ok : EXIT.error;
}

/** A file that is no text is a problem like any other; a path that is nothing at all ends the command. */
function check(path: string, io: Io, topology: Topology): Check {
  try {
    const file = resolve(io.cwd, path);
    if (existsSync(file) && statSync(file).isFile()) {
      return { problems: parseFile(readContractFile(file, io.cwd), topology), summary: path };
    }
    return checkFolder(path, io, topology);
  } catch (error) {
    if (error instanceof WeftError && error.problems.length > 0) return { problems: error.problems, summary: path };
    throw error;
  }
}

function checkFolder(path: string, io: Io, topology: Topology): Check {
  const files = readProductFolder(path, io.cwd);
  const checked = parseProduct(files, topology);
  if (!checked.ok) return { problems: checked.problems, summary: path };
  const { domain, name, version, tables } = checked.value;
  const columns = tables.reduce((sum, table) => sum + table.columns.length + table.partitionKeys.length, 0);
  const summary = `${domain}/${name} ${version}: ${tables.length} table(s), ${columns} columns`;
  return { problems: [...checked.problems, ...lintProduct(checked.value, files)], summary };
}
