import type { Decision } from './decision.ts';
import type { PolicyEngine } from './engine.ts';
import { type PolicyCase, questionOf } from './policy-case.ts';
import { GLOBAL_SCOPE } from './policy-sets.ts';

/** A case with what is expected of it. */
export interface ExpectedCase extends PolicyCase {
  readonly name: string;
  readonly effect: Decision['effect'];
  /** Ids of the policies that decide, in any order; those of the global scope without it. */
  readonly policies: readonly string[];
  /** Absent: not looked at. */
  readonly approvers?: readonly string[];
  /** Ids of the policies in report-only mode that would have refused or asked, and `<id> would allow`; default none. */
  readonly reports?: readonly string[];
  /** A part of what people are told. */
  readonly says?: string;
}

/** How a case came out. */
export interface CaseOutcome {
  readonly name: string;
  readonly ok: boolean;
  readonly decision: Decision;
  /** One sentence for each thing that is not as expected. */
  readonly differences: readonly string[];
}

/** Decides a case and compares. */
export function runCase(expected: ExpectedCase, engine: PolicyEngine, ladder: readonly string[]): CaseOutcome {
  const decision = engine.decide(questionOf(expected, ladder));
  const differences: string[] = [];
  const compare = (what: string, wanted: readonly string[], found: readonly string[]) => {
    const [left, right] = [wanted, found].map((ids) => ids.toSorted().join(', ') || 'none');
    if (left !== right) differences.push(`${what}: expected ${left}, found ${right}`);
  };
  compare('effect', [expected.effect], [decision.effect]);
  compare(
    'policies',
    expected.policies.map(globalized),
    decision.policies.map(({ id }) => id),
  );
  if (expected.approvers !== undefined) compare('approvers', expected.approvers, decision.approvers ?? []);
  const reports = (decision.reports ?? []).map(({ id, would }) => (would === 'allow' ? `${id} would allow` : id));
  compare('reports', (expected.reports ?? []).map(globalized), reports);
  const said = [...decision.policies, ...(decision.reports ?? [])].map(({ message }) => message).join('; ');
  if (expected.says !== undefined && !said.includes(expected.says)) {
    differences.push(`message: expected to find ${JSON.stringify(expected.says)} in ${JSON.stringify(said)}`);
  }
  return { name: expected.name, ok: differences.length === 0, decision, differences };
}

function globalized(id: string): string {
  return id.includes('/') ? id : `${GLOBAL_SCOPE}/${id}`;
}
