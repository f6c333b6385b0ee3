import type { Decision } from './decision.ts';

const WEIGHT = { allow: 0, ask: 1, deny: 2 } as const;

/** Several decisions on one thing as one: the strictest counts, and who has to be asked for any of them is asked. */
export function combine(decisions: readonly Decision[]): Decision {
  const weight = Math.max(0, ...decisions.map(({ effect }) => WEIGHT[effect]));
  const counting = decisions.filter(({ effect }) => WEIGHT[effect] === weight);
  const approvers = [...new Set(counting.flatMap((decision) => decision.approvers ?? []))];
  const reports = decisions.flatMap((decision) => decision.reports ?? []);
  const versions = [...new Set(decisions.flatMap(({ version }) => version ?? []))];
  return {
    effect: counting[0]?.effect ?? 'deny',
    policies: counting.flatMap(({ policies }) => policies),
    ...(approvers.length === 0 ? {} : { approvers }),
    ...(reports.length === 0 ? {} : { reports }),
    ...(versions.length === 0 ? {} : { version: versions.join('+') }),
  };
}
