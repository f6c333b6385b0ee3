import type { ClassificationLadder } from '../topology/topology.ts';
import type { Cedar, PolicyJson } from './cedar.ts';
import { createPolicyEngine } from './cedar-engine.ts';
import type { Decision } from './decision.ts';
import { GLOBAL_SCOPE, type PolicySets } from './policy-sets.ts';
import type { PolicyQuestion } from './question.ts';
import { readPolicies } from './read-policies.ts';
import { type CedarRequest, requestOf } from './request.ts';
import type { PolicyRule } from './rule.ts';

/** What one policy had to say to a question. */
export interface Explained {
  readonly id: string;
  readonly effect: PolicyRule['effect'];
  readonly ask?: readonly string[];
  readonly reportOnly: boolean;
  readonly outcome: 'matched' | 'not matched' | 'not evaluated';
  /** The conditions that did not hold, or that could not be evaluated, as Cedar writes them. */
  readonly because: readonly string[];
  readonly place: PolicyRule['place'];
}

/** A decision with every policy that could have had a say. */
export interface Explanation {
  readonly decision: Decision;
  readonly policies: readonly Explained[];
}

/** Decides a question and tells of each policy for it whether it matched, and if not, which of its conditions did not hold. */
export function explain(
  question: PolicyQuestion,
  sets: PolicySets,
  { cedar, ladder }: { readonly cedar: Cedar; readonly ladder: ClassificationLadder },
): Explanation {
  const engine = createPolicyEngine({ cedar, ladder, sets, name: 'explain' });
  const request = requestOf(question, ladder);
  const rules = sets
    .filter(({ scope }) => scope === GLOBAL_SCOPE || scope === question.product.domain)
    .flatMap((set) => readPolicies(set, cedar).rules)
    .filter((rule) => rule.actions.includes(question.action));
  return { decision: engine.decide(question), policies: rules.map((rule) => explained(rule, request, cedar)) };
}

function explained(rule: PolicyRule, request: CedarRequest, cedar: Cedar): Explained {
  const { id, effect, ask, reportOnly, place } = rule;
  const outcome = evaluate(rule.json, request, cedar);
  const because = outcome === 'matched' ? [] : failing(rule.json, request, cedar);
  return { id, effect, ...(ask === undefined ? {} : { ask }), reportOnly, outcome, because, place };
}

function failing(json: PolicyJson, request: CedarRequest, cedar: Cedar): string[] {
  const head: PolicyJson = { ...json, conditions: [] };
  if (evaluate(head, request, cedar) !== 'matched') return ['it is about somebody or something else'];
  const outcomes = conjuncts(json).map((condition) => {
    const one: PolicyJson = { ...head, conditions: [condition] };
    return { outcome: evaluate(one, request, cedar), text: `${condition.kind} ${textOf(one, cedar)}` };
  });
  const failed = outcomes.filter(({ outcome }) => outcome === 'not matched').map(({ text }) => text);
  if (failed.length > 0) return failed;
  const unread = outcomes.filter(({ outcome }) => outcome === 'not evaluated');
  return unread.map(({ text }) => `${text} (something that it reads is not there)`);
}

type Condition = PolicyJson['conditions'][number];

/** The conditions of a policy with each `&&` of a `when` taken apart. */
function conjuncts({ conditions }: PolicyJson): Condition[] {
  return conditions.flatMap(({ kind, body }): Condition[] =>
    kind === 'when' && isAnd(body)
      ? conjuncts({
          conditions: [
            { kind, body: body['&&'].left },
            { kind, body: body['&&'].right },
          ],
        } as PolicyJson)
      : [{ kind, body }],
  );
}

interface And {
  readonly '&&': { readonly left: Condition['body']; readonly right: Condition['body'] };
}

function isAnd(body: Condition['body']): body is Condition['body'] & And {
  return '&&' in body && !Array.isArray(body['&&']);
}

function evaluate(json: PolicyJson, request: CedarRequest, cedar: Cedar): Explained['outcome'] {
  const { entities, ...call } = request;
  cedar.preparsePolicySet('explain one', { staticPolicies: { one: { ...json, annotations: {} } } });
  const answer = cedar.statefulIsAuthorized({ ...call, entities, preparsedPolicySetId: 'explain one' });
  if (answer.type === 'failure' || answer.response.diagnostics.errors.length > 0) return 'not evaluated';
  return answer.response.diagnostics.reason.length > 0 ? 'matched' : 'not matched';
}

function textOf(json: PolicyJson, cedar: Cedar): string {
  const answer = cedar.policyToText({ ...json, annotations: {} });
  if (answer.type === 'failure') return '';
  return /(?:when|unless)\s*\{([\s\S]*)\}/.exec(answer.text)?.[1]?.replaceAll(/\s+/g, ' ').trim() ?? '';
}
