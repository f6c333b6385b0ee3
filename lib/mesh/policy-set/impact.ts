import type { Decision } from '../policy/decision.ts';
import type { PolicyEngine } from '../policy/engine.ts';
import type { PolicyQuestion } from '../policy/question.ts';

/** One thing that is there, and the question that brought it there. */
export interface ImpactCase {
  /** What it is, for people: `<domain>/<product> v<major>`, or the id of a subscription. */
  readonly subject: string;
  readonly question: PolicyQuestion;
}

/** What a policy would say of something that is there. */
export interface ImpactRow {
  readonly subject: string;
  readonly action: PolicyQuestion['action'];
  /** What is decided today, and what would be. */
  readonly now: Decision['effect'];
  readonly would: Decision['effect'];
  /** `<scope>/<@id>`. */
  readonly policy: string;
  readonly message: string;
  /** `report`: it only shows what it would say; `enforced`: the set that is looked at would say so. */
  readonly mode: 'report' | 'enforced';
}

const WEIGHT = { allow: 0, ask: 1, deny: 2 } as const;

/**
 * What would become of everything that is there, if it were asked for today: of each case, the policies in report-only mode that have something against
 * it, and the policies of the set looked at that decide otherwise than those in force. Nothing but the two engines is asked.
 */
export function impactOf(
  cases: readonly ImpactCase[],
  engines: { readonly inForce: PolicyEngine; readonly looked: PolicyEngine },
): ImpactRow[] {
  return cases.flatMap(({ subject, question }) => {
    const now = engines.inForce.decide(question);
    const would = engines.looked === engines.inForce ? now : engines.looked.decide(question);
    const row = { subject, action: question.action, now: now.effect };
    const reported = (would.reports ?? [])
      .filter((report) => report.would !== 'allow')
      .map((report) => ({
        ...row,
        would: report.would,
        policy: report.id,
        message: report.message,
        mode: 'report' as const,
      }));
    return [...differences(now, would).map((entry) => ({ ...row, ...entry })), ...reported];
  });
}

/** The policies that make the decision another: those that say no or ask anew, or those that do so no more. */
function differences(now: Decision, would: Decision): Pick<ImpactRow, 'would' | 'policy' | 'message' | 'mode'>[] {
  const looser = WEIGHT[would.effect] < WEIGHT[now.effect];
  if (would.effect === 'allow' && !looser) return [];
  const [from, against] = looser ? [now, would] : [would, now];
  const known = new Set(against.effect === from.effect ? against.policies.map(({ id }) => id) : []);
  return from.policies
    .filter(({ id }) => !known.has(id))
    .map(({ id, message }) => ({ would: would.effect, policy: id, message, mode: 'enforced' as const }));
}
