import { parseProduct } from '#mesh/contract/parse.ts';
import { type Invocation, textOption } from '../command.ts';
import { tone } from '../io.ts';
import { readMeshFile } from '../mesh-file.ts';
import { readProductFolder } from '../product-folder.ts';
import { EXIT, renderProblem } from '../report.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const topology = readMeshFile(textOption(invocation, 'mesh'), io.cwd);
  const checked = parseProduct(readProductFolder(invocation.args[0] ?? '.', io.cwd), topology);
  if (invocation.json) {
    io.out(`${JSON.stringify({ ok: checked.ok, problems: checked.problems })}\n`);
    return checked.ok ? EXIT.ok : EXIT.error;
  }
  for (const problem of checked.problems) io.err(`${renderProblem(io, problem)}\n`);
  if (!checked.ok) {
    const errors = checked.problems.filter((problem) => problem.severity === 'error').length;
    io.err(`${tone(io, 'bad', `${errors} error${errors === 1 ? '' : 's'}`)}\n`);
    return EXIT.error;
  }
  const { domain, name, version, tables } = checked.value;
  const columns = tables.reduce((sum, table) => sum + table.columns.length + table.partitionKeys.length, 0);
  io.err(`${tone(io, 'good', 'valid')} ${domain}/${name} ${version}: ${tables.length} table(s), ${columns} columns\n`);
  return EXIT.ok;
}
