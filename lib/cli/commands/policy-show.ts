import type { PolicySet } from '#mesh/policy/policy-sets.ts';
import { readPolicies } from '#mesh/policy/read-policies.ts';
import type { PolicyRule } from '#mesh/policy/rule.ts';
import { type PolicySetRecord, policySetId } from '#mesh/policy-set/policy-set.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { type Io, tone } from '../io.ts';
import { localCedar, policyName, readSet, scopeStatus, standing } from '../policy-sets.ts';
import { renderTable } from '../table.ts';

interface Answer {
  readonly set: PolicySetRecord;
  readonly files: PolicySet['files'];
  readonly versions: readonly PolicySetRecord[];
}

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const { scope, version } = policyName(invocation.args[0] ?? '');
  const connection = await connect(invocation);
  const digest = version ?? (await scopeStatus(connection, scope)).inForce.digest;
  const answer = await connection.api<Answer>({ method: 'GET', path: `/policies/${scope}/${digest}` });
  if (invocation.json) {
    io.out(`${JSON.stringify(answer)}\n`);
    return;
  }
  const { set, files, versions } = answer;
  if (invocation.options.text === true) {
    for (const [file, text] of Object.entries(files)) io.out(`// ${file}\n${text}\n`);
    return;
  }
  const cedar = localCedar();
  const { rules } = readPolicies({ ...set, files }, cedar);
  io.out(ruleTable(io, rules));
  io.err(`\n${policySetId(set)} is ${standing(io, set)}\n`);
  if (set.replaces !== undefined && set.state === 'proposed') {
    const former = await readSet(connection, { scope, digest: set.replaces });
    for (const line of difference(readPolicies(former, cedar).rules, rules)) io.err(`  ${line}\n`);
  }
  const others = versions.filter((entry) => entry.digest !== set.digest);
  for (const other of others) io.err(`${tone(io, 'dim', `${policySetId(other)} ${other.state} ${other.change.at}`)}\n`);
}

function ruleTable(io: Io, rules: readonly PolicyRule[]): string {
  return renderTable(
    rules,
    [
      { title: 'policy', value: ({ id }) => id, whole: true },
      { title: 'does', value: doesWhat, whole: true },
      { title: 'mode', value: modeOf, whole: true },
      { title: 'at', value: ({ actions }) => actions.join(', ') },
      { title: 'says', value: ({ message }) => message },
    ],
    io.columns,
  );
}

function doesWhat({ effect, ask }: PolicyRule): string {
  return ask === undefined ? effect : `ask ${ask.join(', ')}`;
}

function modeOf({ reportOnly }: PolicyRule): string {
  return reportOnly ? 'report' : 'enforced';
}

/** What one set has that the other has not, policy by policy. */
function difference(before: readonly PolicyRule[], after: readonly PolicyRule[]): string[] {
  const was = new Map(before.map((rule) => [rule.id, rule]));
  const is = new Map(after.map((rule) => [rule.id, rule]));
  const said: string[] = [];
  for (const [id, rule] of is) {
    const former = was.get(id);
    if (former === undefined) said.push(`+ ${id} (${doesWhat(rule)}, ${modeOf(rule)}): ${rule.message}`);
    else if (modeOf(former) !== modeOf(rule)) said.push(`~ ${id}: ${modeOf(former)} to ${modeOf(rule)}`);
    else if (former.text !== rule.text) said.push(`~ ${id}: changed`);
  }
  return [...said, ...[...was.keys()].filter((id) => !is.has(id)).map((id) => `- ${id}`)];
}
