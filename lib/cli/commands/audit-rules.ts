import { existsSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { readAuditRules } from '#constructs/audit-rule-file.ts';
import { checkAuditRules } from '#mesh/audit/rules/check.ts';
import type { Finding } from '#mesh/audit/rules/evaluate.ts';
import { type AuditRule, type AuditRules, MEASURES } from '#mesh/audit/rules/rule.ts';
import { type Problem, userError } from '#mesh/error.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { busy, tone } from '../io.ts';
import { meshFileOf, meshRuleFile, readMeshFile } from '../mesh-file.ts';
import { annotation, problemFormat, writeProblems } from '../problem-file.ts';
import { EXIT, renderProblem } from '../report.ts';
import { periodOf, tryRules } from '../rule-trial.ts';
import { renderTable } from '../table.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const output = textOption(invocation, 'output');
  if (output !== undefined) problemFormat(output);
  const period = textOption(invocation, 'try');
  const span = period === undefined ? undefined : periodOf(period, new Date());
  const mesh = meshFileOf(invocation);
  const path = fileOf(invocation, mesh);
  const file = relative(io.cwd, path);
  const read = readAuditRules(path, file);
  const problems = [...read.problems, ...(read.ok ? strangers(read.value, mesh, file, io.cwd) : [])];
  if (output !== undefined) writeProblems(output, io.cwd, problems);
  if (io.env.GITHUB_ACTIONS === 'true') for (const problem of problems) io.err(`${annotation(problem)}\n`);
  if (!read.ok || problems.length > 0) {
    if (invocation.json) io.out(`${JSON.stringify({ ok: false, problems })}\n`);
    else for (const problem of problems) io.err(`${renderProblem(io, problem)}\n`);
    return EXIT.error;
  }
  const { rules, capture } = read.value;
  if (span !== undefined) busy(io, 'asking the audit tables, which takes a while');
  const found = span === undefined ? undefined : await tryRules(rules, span, await connect(invocation));
  if (invocation.json) {
    io.out(`${JSON.stringify({ file, rules, capture, ...(found === undefined ? {} : { found }) })}\n`);
    return EXIT.ok;
  }
  if (found === undefined) {
    io.out(renderTable(rules, RULE_COLUMNS, io.columns));
    io.err(`${tone(io, 'good', 'valid')} ${file}: ${rules.length} rules\n`);
  } else if (found.length === 0) io.err('nothing would have been raised\n');
  else io.out(renderTable(found, FOUND_COLUMNS, io.columns));
  return EXIT.ok;
}

function fileOf({ io, args }: Invocation, mesh: string | undefined): string {
  const [named] = args;
  if (named === undefined) return meshRuleFile(mesh, io.cwd);
  const path = resolve(io.cwd, named);
  if (existsSync(path) && statSync(path).isFile()) return path;
  throw userError('WEFT-AUDIT-087', `${named} is no file of audit rules`, {
    hint: 'name a YAML file, or leave it out for the rules beside the mesh file',
  });
}

/** Only a mesh that somebody named, or has, can lack something. */
function strangers(rules: AuditRules, mesh: string | undefined, file: string, cwd: string): Problem[] {
  return checkAuditRules(rules, readMeshFile(mesh, cwd)).map((problem) => ({ ...problem, file }));
}

function raisedAt({ raise }: AuditRule): string {
  if ('first' in raise) return `first use of a ${raise.first}`;
  const least = MEASURES.flatMap((measure) => {
    const number = raise.least[measure];
    return number === undefined ? [] : [`${number} ${measure}`];
  });
  return `${least.join(' or ')} within ${Math.round(raise.withinMs / 60_000)} min`;
}

function hoursOf({ when }: AuditRule): string {
  if (when === undefined) return '';
  const clock = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return `${when.side} ${clock(when.from)}-${clock(when.to)} ${when.days.join(' ')} ${when.zone}`;
}

const listed = (scope: object) =>
  Object.entries(scope)
    .map(([key, value]) => `${key} ${[value].flat().join(', ')}`)
    .join('; ');

const RULE_COLUMNS = [
  { title: 'rule', value: ({ id }: AuditRule) => id, whole: true },
  { title: 'looks at', value: ({ looksAt }: AuditRule) => looksAt, whole: true },
  { title: 'who', value: ({ who }: AuditRule) => listed(who) },
  { title: 'what', value: ({ what }: AuditRule) => listed(what) },
  { title: 'when', value: hoursOf },
  { title: 'raised at', value: raisedAt },
  { title: 'severity', value: ({ severity }: AuditRule) => severity, whole: true },
  { title: 'response', value: ({ response }: AuditRule) => response, whole: true },
];

const FOUND_COLUMNS = [
  { title: 'at', value: ({ at }: Finding) => at.slice(0, 16).replace('T', ' '), whole: true },
  { title: 'rule', value: ({ rule }: Finding) => rule, whole: true },
  { title: 'severity', value: ({ severity }: Finding) => severity, whole: true },
  { title: 'who', value: ({ subject }: Finding) => subject.split('/').at(-1) ?? subject },
  { title: 'on', value: ({ products }: Finding) => products.join(', ') },
  { title: 'counted', value: ({ measured }: Finding) => listed(measured) },
  { title: 'response', value: ({ response }: Finding) => response, whole: true },
];
