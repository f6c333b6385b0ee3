import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { BUILT_IN_POLICIES, policySetsIn } from '#constructs/policy-folder.ts';
import { userError } from '#mesh/error.ts';
import { GLOBAL_SCOPE } from '#mesh/policy/policy-sets.ts';
import { readPolicies } from '#mesh/policy/read-policies.ts';
import { type ControlCoverage, type CoveringCase, coverageOf } from '#mesh/policy-set/coverage.ts';
import { type Invocation, textOption } from '../command.ts';
import { tone } from '../io.ts';
import { localCedar } from '../policy-sets.ts';
import { renderTable } from '../table.ts';

/** Exit code 2 with `--detailed-exitcode` when a control is held by nothing that both counts and is tested. */
const UNTESTED = 2;

export async function run(invocation: Invocation): Promise<number | undefined> {
  const { io } = invocation;
  const named = textOption(invocation, 'policies');
  const own = resolve(io.cwd, named ?? 'policies');
  if (named !== undefined && !existsSync(own)) {
    throw userError('WEFT-CLI-042', `there is no folder ${named}`, { hint: 'name the folder with <scope>/*.cedar' });
  }
  const sets = policySetsIn(own);
  const cedar = localCedar();
  const rules = sets.flatMap((set) => readPolicies(set, cedar).rules);
  const cases = sets.flatMap(({ scope }) => casesIn(existsSync(join(own, scope)) ? own : BUILT_IN_POLICIES, scope));
  const wanted = textOption(invocation, 'standard');
  const controls = coverageOf(rules, cases).filter(({ standard }) => wanted === undefined || standard === wanted);
  if (invocation.json) io.out(`${JSON.stringify({ controls })}\n`);
  else if (controls.length === 0)
    io.err('no policy names a control of a standard: @standard("<standard>/<control>")\n');
  else show(invocation, controls);
  const untested = controls.some(({ held }) => held !== 'tested');
  return invocation.options.detailedExitcode === true && untested ? UNTESTED : undefined;
}

function show({ io }: Invocation, controls: readonly ControlCoverage[]): void {
  const rows = controls.flatMap((control) => control.policies.map((policy) => ({ control, policy })));
  io.out(
    renderTable(
      rows,
      [
        { title: 'standard', value: ({ control }) => control.standard, whole: true },
        { title: 'control', value: ({ control }) => control.control, whole: true },
        { title: 'held by', value: ({ policy }) => policy.id, whole: true },
        { title: 'mode', value: ({ policy }) => policy.mode, whole: true },
        { title: 'cases', value: ({ policy }) => String(policy.cases.length), right: true },
        { title: 'says', value: ({ policy }) => policy.message },
      ],
      io.columns,
    ),
  );
  const count = (held: ControlCoverage['held']) => controls.filter((control) => control.held === held).length;
  const [tested, enforced, report] = [count('tested'), count('enforced'), count('report')];
  io.err(
    `${controls.length} controls: ${tone(io, 'good', `${tested} enforced and tested`)}, ${enforced} enforced, ${report} on trial\n`,
  );
}

/** The cases beside the policies of a scope, with the ids of their policies in full. */
function casesIn(folder: string, scope: string): CoveringCase[] {
  const file = join(folder, scope, 'cases.yaml');
  if (!existsSync(file)) return [];
  const { cases = [] } = (parse(readFileSync(file, 'utf8')) ?? {}) as {
    cases?: (CoveringCase & { reports?: string[] })[];
  };
  const full = (id: string) => (id.includes('/') ? id : `${GLOBAL_SCOPE}/${id}`);
  return cases.map(({ name, policies, reports = [] }) => ({ name, policies: [...policies, ...reports].map(full) }));
}
