import type { Cedar } from './cedar.ts';
import { createPolicyEngine } from './cedar-engine.ts';
import type { PolicySets } from './policy-sets.ts';
import { readPolicies } from './read-policies.ts';
import type { PolicyRule } from './rule.ts';
import { type ExpectedCase, runCase } from './run-cases.ts';

/** A change of one policy that no case noticed. */
export interface Survivor {
  readonly id: string;
  readonly mutation: Mutation;
}

type Mutation = 'removed' | 'effect flipped' | 'conditions removed' | 'mode changed';

/** What a mistaken edit does to a policy, as its text afterwards; undefined where it would change nothing. */
const MUTATIONS: Readonly<Record<Mutation, (rule: PolicyRule) => string | undefined>> = {
  removed: () => '',
  'effect flipped': ({ text, effect }) =>
    effect === 'permit'
      ? text.replace(/\bpermit\s*\(/, 'forbid (')
      : text.replace(/@ask\("[^"]*"\)\s*/, '').replace(/\bforbid\s*\(/, 'permit ('),
  'conditions removed': ({ text, json }) =>
    json.conditions.length === 0 ? undefined : text.replace(/\)\s*(when|unless)\s*\{[\s\S]*$/, ');'),
  'mode changed': ({ text, reportOnly }) =>
    reportOnly ? text.replace(/@mode\("report"\)\s*/, '') : `@mode("report")\n${text}`,
};

/**
 * Changes each policy in the ways that an edit gets wrong, one at a time, and gives the changes that no case notices: what no case would notice
 * today, nobody notices when it happens.
 */
export function survivors(
  sets: PolicySets,
  cases: readonly ExpectedCase[],
  { cedar, ladder }: { readonly cedar: Cedar; readonly ladder: readonly string[] },
): Survivor[] {
  const rules = sets.flatMap((set) => readPolicies(set, cedar).rules);
  return rules.flatMap((rule) =>
    (Object.keys(MUTATIONS) as Mutation[]).flatMap((mutation): Survivor[] => {
      const text = MUTATIONS[mutation](rule);
      if (text === undefined) return [];
      const mutated = sets.map((set) =>
        set.scope === rule.scope
          ? {
              ...set,
              files: {
                one: rules
                  .filter(({ scope }) => scope === set.scope)
                  .map((each) => (each === rule ? text : each.text))
                  .join('\n'),
              },
            }
          : set,
      );
      const engine = createPolicyEngine({ cedar, ladder, sets: mutated, name: 'mutant' });
      const concerned = cases.filter(({ action }) => rule.actions.includes(action));
      return concerned.some((each) => !runCase(each, engine, ladder).ok) ? [] : [{ id: rule.id, mutation }];
    }),
  );
}
