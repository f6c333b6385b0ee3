import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { userError } from '#mesh/error.ts';
import { type Explained, explain } from '#mesh/policy/explain.ts';
import { type PolicyCase, questionOf } from '#mesh/policy/policy-case.ts';
import { POLICY_ACTIONS } from '#mesh/policy/question.ts';
import { type Invocation, textOption } from '../command.ts';
import { type Io, tone } from '../io.ts';
import { readMapping } from '../policy-cases.ts';
import { openWorkbench, shownFile, type Workbench } from '../policy-workbench.ts';
import { verdictLines } from '../verdict.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const [path = ''] = invocation.args;
  const file = resolve(io.cwd, path);
  if (!existsSync(file))
    throw userError('WEFT-POLICY-038', `there is no ${path}`, {
      hint: 'docs/policies.md shows what a request looks like',
    });
  const request = readMapping(file, path) as PolicyCase & { readonly ladder?: readonly string[] };
  if (!POLICY_ACTIONS.some((action) => action === request.action) || typeof request.as !== 'string') {
    throw userError('WEFT-POLICY-038', `${path} is no request: it needs \`action\` and \`as\``, {
      hint: `action is one of ${POLICY_ACTIONS.join(', ')}; as is <domain>/<role>`,
    });
  }
  const bench = openWorkbench(invocation, textOption(invocation, 'policies'));
  const ladder = request.ladder ?? bench.topology.classification;
  const { decision, policies } = explain(questionOf(request, ladder), bench.sets, { cedar: bench.cedar, ladder });
  if (invocation.json) {
    io.out(`${JSON.stringify({ decision, policies })}\n`);
    return;
  }
  for (const line of verdictLines(io, decision)) io.out(`${line}\n`);
  const shown = policies.filter(({ outcome }) => invocation.options.all === true || outcome !== 'not matched');
  for (const policy of shown) io.out(`${describe(policy, io, bench)}\n`);
}

function describe(policy: Explained, io: Io, bench: Workbench): string {
  const { id, effect, ask, reportOnly, outcome, because, place } = policy;
  const kind = [ask === undefined ? effect : `asks ${ask.join(' and ')}`, ...(reportOnly ? ['report only'] : [])].join(
    ', ',
  );
  const mark =
    outcome === 'matched' ? tone(io, 'good', 'matched') : tone(io, outcome === 'not matched' ? 'dim' : 'bad', outcome);
  const where = tone(io, 'dim', `${shownFile(place.file, bench, io.cwd)}:${place.line}:${place.column}`);
  return [`${mark} ${id} (${kind}) ${where}`, ...because.map((line) => `    ${line}`)].join('\n');
}
