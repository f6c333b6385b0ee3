import { createPolicyEngine } from '#mesh/policy/cedar-engine.ts';
import { type Survivor, survivors } from '#mesh/policy/mutate.ts';
import { type CaseOutcome, runCase } from '#mesh/policy/run-cases.ts';
import type { Invocation } from '../command.ts';
import { tone } from '../io.ts';
import { type CaseFile, readCases } from '../policy-cases.ts';
import { openWorkbench } from '../policy-workbench.ts';
import { EXIT } from '../report.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const bench = openWorkbench(invocation, invocation.args[0]);
  const { cedar, sets } = bench;
  const files = readCases(bench.folder);
  const ladderOf = ({ ladder = bench.topology.classification }: CaseFile) => ladder;
  const cases = files.flatMap((file): CaseOutcome[] => {
    const ladder = ladderOf(file);
    const engine = createPolicyEngine({ cedar, sets, ladder });
    return file.cases.map((each) => runCase(each, engine, ladder));
  });
  const failed = cases.filter((each) => !each.ok);
  const mutate = invocation.options.mutations !== false && failed.length === 0 && cases.length > 0;
  const unnoticed = mutate ? unnoticedBy(files) : [];
  const ok = failed.length === 0 && (unnoticed.length === 0 || invocation.options.strict !== true);
  if (invocation.json) io.out(`${JSON.stringify({ ok, cases, unnoticed })}\n`);
  else {
    for (const { name, differences } of failed)
      io.err(`${tone(io, 'bad', 'failed')} ${name}\n${differences.map((line) => `    ${line}\n`).join('')}`);
    for (const { id, mutation } of unnoticed) io.err(`${tone(io, 'warn', 'unnoticed')} ${id}: ${mutation}\n`);
    const passed = `${cases.length - failed.length} of ${cases.length} cases pass`;
    io.err(
      `${tone(io, failed.length === 0 ? 'good' : 'bad', passed)}${mutate && unnoticed.length === 0 ? '; no mistaken edit would go unnoticed' : ''}\n`,
    );
  }
  return ok ? EXIT.ok : EXIT.error;

  /** What no file's cases notice, of the scopes that have cases. */
  function unnoticedBy(read: readonly CaseFile[]): Survivor[] {
    const scopes = new Set(read.map(({ file }) => file.split('/')[0]));
    const found = read.map((file) => survivors(sets, file.cases, { cedar, ladder: ladderOf(file) }));
    const [first = [], ...others] = found;
    const everywhere = first.filter((each) =>
      others.every((other) => other.some((more) => more.id === each.id && more.mutation === each.mutation)),
    );
    return everywhere.filter(({ id }) => scopes.has(id.split('/')[0]));
  }
}
