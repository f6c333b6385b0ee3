import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { auditRulesIn } from '#constructs/audit-rule-file.ts';
import { BUILT_IN_POLICIES, CEDAR_MODULE, policySetsIn } from '#constructs/policy-folder.ts';
import { openCedar } from '#mesh/policy/cedar.ts';
import type { PolicySet } from '#mesh/policy/policy-sets.ts';
import { readPolicies } from '#mesh/policy/read-policies.ts';
import type { PolicyRule } from '#mesh/policy/rule.ts';
import { NOTE, table } from './markdown.ts';

const ROOT = join(import.meta.dirname, '..');
const EXAMPLE = join(ROOT, 'examples/aviation/policies');

/** The page of every policy that comes with the project or with its example, and of every audit rule. */
export function policyPage(): string {
  const cedar = openCedar(() => readFileSync(CEDAR_MODULE));
  const rulesOf = (set: PolicySet) => readPolicies(set, cedar).rules;
  const builtIn = policySetsIn(BUILT_IN_POLICIES);
  const example = policySetsIn(EXAMPLE).filter(({ scope }) => scope !== 'global');
  const sections = [
    ...builtIn.map((set) =>
      section(`In force where a mesh has no global policies of its own`, rulesOf(set), set, BUILT_IN_POLICIES),
    ),
    ...example.map((set) => section(`Of the example's domain ${set.scope}`, rulesOf(set), set, EXAMPLE)),
  ];
  const audit = table(
    ['rule', 'what it looks at', 'what is raised', 'severity', 'what follows'],
    auditRulesIn(BUILT_IN_POLICIES).rules.map(({ id, looksAt, message, severity, response }) => [
      `\`${id}\``,
      looksAt,
      message,
      severity,
      response,
    ]),
  );
  return `# Policies

${NOTE}Who may do what is decided by these texts in Cedar; [policies](../policies.md) says how to write your own, [governance](../governance.md) how they change. A \`permit\` allows, a \`forbid\` wins over every permit; one that *asks* waits for the named classes of approvers instead of refusing; one *on trial* refuses nothing and is reported. \`{…}\` stands for the facts of the question. What is permitted by none is refused as \`weft/no-permit\`.

${sections.join('\n')}
## Audit rules

Held against what was read, decided and refused ([audit rules](../audit-rules.md)); from \`policies/audit-rules.yaml\`.

${audit}`;
}

function section(title: string, rules: readonly PolicyRule[], { scope }: PolicySet, folder: string): string {
  const rows = rules.map((rule) => [
    `\`${rule.id}\``,
    rule.actions.join(', '),
    effectOf(rule),
    rule.message,
    rule.standards.join(', '),
    sourceOf(rule, folder),
  ]);
  return `## ${title}\n\nScope \`${scope}\`.\n\n${table(['policy', 'actions', 'what it does', 'what it says', 'standards', 'from'], rows)}`;
}

function effectOf({ effect, ask, reportOnly }: PolicyRule): string {
  const does = ask === undefined ? (effect === 'permit' ? 'allows' : 'refuses') : `asks ${ask.join(' and ')}`;
  return reportOnly ? `on trial: ${does}` : does;
}

function sourceOf({ place }: PolicyRule, folder: string): string {
  return `[${place.file}](../../${relative(ROOT, folder)}/${place.file})`;
}
