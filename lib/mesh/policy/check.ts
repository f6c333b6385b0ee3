import type { Problem } from '../error.ts';
import type { Cedar } from './cedar.ts';
import { contradictions } from './contradictions.ts';
import { placeholders } from './placeholders.ts';
import { GLOBAL_SCOPE, type PolicySets } from './policy-sets.ts';
import { readPolicies } from './read-policies.ts';
import type { PolicyRule } from './rule.ts';
import { readableFacts } from './schema-facts.ts';
import { placeAt } from './split.ts';

export interface CheckOptions {
  readonly cedar: Cedar;
  /** The text of `policies/schema.cedarschema`. */
  readonly schema: string;
  /** Domains of the mesh; without them a set's scope is not looked at. */
  readonly domains?: readonly string[];
  /** Classes of approvers; without them those of an `@ask` are not looked at. */
  readonly approvers?: readonly string[];
  /** Levels of the mesh; without them no domain's policy is held against the global ones. */
  readonly ladder?: readonly string[];
}

/**
 * Everything that is wrong with policies, with its place: what `readPolicies` finds, what the schema does not know (`WEFT-POLICY-030`), policies that can
 * never match (-031), messages that name facts nobody has (-032), approvers that nobody is (-033), sets of no domain (-034), and a domain's permits that a
 * global policy overrules whenever they hold (-035).
 */
export function checkPolicySets(sets: PolicySets, options: CheckOptions): Problem[] {
  const read = sets.map((set) => ({ set, ...readPolicies(set, options.cedar) }));
  const problems = read.flatMap((entry) => entry.problems);
  const rules = read.flatMap((entry) => entry.rules);
  const facts = readableFacts(options.schema, options.cedar);
  for (const rule of rules) {
    problems.push(
      ...validated(rule, options),
      ...messageProblems(rule, facts),
      ...approverProblems(rule, options.approvers),
    );
  }
  for (const { set } of read) {
    if (options.domains === undefined || set.scope === GLOBAL_SCOPE || options.domains.includes(set.scope)) continue;
    problems.push({
      code: 'WEFT-POLICY-034',
      severity: 'error',
      file: Object.keys(set.files)[0],
      message: `the mesh has no domain \`${set.scope}\`, so its policies hold for nothing`,
      fix: `name the folder ${GLOBAL_SCOPE}, or after one of ${options.domains.join(', ')}`,
    });
  }
  if (options.ladder !== undefined && problems.every(({ severity }) => severity === 'warning')) {
    problems.push(...contradictions(sets, rules, { cedar: options.cedar, ladder: options.ladder }));
  }
  return problems;
}

function validated(rule: PolicyRule, { cedar, schema }: CheckOptions): Problem[] {
  const answer = cedar.validate({ schema, policies: { staticPolicies: { [rule.id]: rule.text } } });
  if (answer.type === 'failure') {
    return answer.errors.map((error) => ({
      ...at(rule),
      code: 'WEFT-POLICY-030',
      severity: 'error',
      message: error.message,
    }));
  }
  const found = answer.validationErrors.map(({ error }): Problem => {
    const never = /never be satisfied|unable to find an applicable action/i.test(error.message);
    const code = never ? 'WEFT-POLICY-031' : 'WEFT-POLICY-030';
    const offset = error.sourceLocations?.[0]?.start ?? 0;
    const fix = error.help ?? 'see the schema: docs/policies.md lists what a policy may read';
    return { ...at(rule, offset), code, severity: 'error', message: said(error.message, rule), fix };
  });
  const impossible = answer.validationWarnings.map(
    ({ error }): Problem => ({
      ...at(rule, error.sourceLocations?.[0]?.start ?? 0),
      code: 'WEFT-POLICY-031',
      severity: 'warning',
      message: said(error.message, rule),
      fix: 'its conditions exclude each other, or no request is of that kind: remove it, or mend the condition',
    }),
  );
  if (found.length > 0 || impossible.length > 0) return [...found, ...impossible];
  const envs = cedar.getValidRequestEnvsPolicy(rule.text, schema);
  if (rule.actions.length > 0 && (envs.type === 'failure' || envs.actions.length > 0)) return [];
  const message = `the policy \`${rule.id}\` can never match: nobody ever asks that`;
  return [
    {
      ...at(rule),
      code: 'WEFT-POLICY-031',
      severity: 'warning',
      message,
      fix: 'name an action and types that go together',
    },
  ];
}

function said(message: string, rule: PolicyRule): string {
  return message.replace(/^for policy `[^`]+`, /, `in \`${rule.id}\`, `).replace(/^./, (first) => first.toLowerCase());
}

function messageProblems(rule: PolicyRule, facts: ReturnType<typeof readableFacts>): Problem[] {
  return placeholders(rule.message).flatMap(({ on, attribute }): Problem[] => {
    const known = rule.actions.every((action) =>
      facts(action)[on as 'resource' | 'context' | 'principal'].has(attribute),
    );
    if (known) return [];
    const message = `the message of \`${rule.id}\` names {${on}.${attribute}}, which not every question it answers has`;
    return [{ ...at(rule), code: 'WEFT-POLICY-032', severity: 'error', message, fix: 'name a fact of the schema' }];
  });
}

function approverProblems(rule: PolicyRule, approvers: readonly string[] | undefined): Problem[] {
  const unknown = (rule.ask ?? []).filter((name) => approvers !== undefined && !approvers.includes(name));
  return unknown.map((name) => ({
    ...at(rule),
    code: 'WEFT-POLICY-033',
    severity: 'error',
    message: `the policy \`${rule.id}\` asks for "${name}", which nobody is`,
    fix: `use one of ${approvers?.join(', ')}, or name them in mesh.yaml under governance.approvers`,
  }));
}

/** A place in a policy, by an offset in bytes into its text. */
function at({ place, text }: PolicyRule, offset = 0): Pick<Problem, 'file' | 'line' | 'column'> {
  const before = new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, offset));
  const { line, column } = placeAt(before, before.length);
  return { file: place.file, line: place.line + line - 1, column: line === 1 ? place.column + column - 1 : column };
}
