import type { AlertRecord } from '#mesh/audit/alert.ts';
import { evaluate, type Finding } from '#mesh/audit/rules/evaluate.ts';
import type { AuditRule } from '#mesh/audit/rules/rule.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { factsOf, type RuleSources, surroundingsOf } from './rule-facts.ts';

export interface RuleWatch extends RuleSources {
  readonly rules: readonly AuditRule[];
  /** Every page of a list of the mesh's API. */
  list<T extends object>(path: string, query: Readonly<Record<string, string>>): Promise<T>;
  /** Sends a command to the mesh's API. */
  post<T>(path: string, body: object): Promise<T>;
  now(): Date;
  digest(text: string): string;
}

/** What one look found. */
export interface Look {
  readonly facts: number;
  /** The ids of new alerts. */
  readonly raised: readonly string[];
  /** Alerts that could not be raised, and why: the next look tries again. */
  readonly failed: readonly { readonly id: string; readonly why: unknown }[];
}

/** How late an event may come to the trail and still be seen whole, in milliseconds. */
const LATE = 2 * 3_600_000;

/** Entries of one alert that name what caused it, at most. */
const EVIDENCE = 200;

/**
 * One look: what happened lately is held against the rules, and what is not told yet is raised. A look keeps nothing of its own: what was told is in the
 * registry, so a look that died is made good by the next one, and what comes late is still seen.
 */
export async function watchRules(watch: RuleWatch): Promise<Look> {
  const now = watch.now();
  const longest = longestWindow(watch.rules);
  const before = (ms: number) => new Date(now.getTime() - ms).toISOString();
  const span = { since: before(longest + LATE), until: before(0) };
  const { topology } = await watch.get<{ topology: Topology }>('/mesh', {});
  const facts = await factsOf(watch.rules, span, watch, topology);
  if (facts.length === 0) return { facts: 0, raised: [], failed: [] };
  const around = await surroundingsOf(watch.rules, facts, watch, topology);
  const { alerts } = await watch.list<{ alerts: AlertRecord[] }>('/alerts', { since: before(2 * longest + LATE) });
  const findings = evaluate(watch.rules, facts, { ...around, told: alerts, digest: watch.digest });
  const raised: string[] = [];
  const failed: { id: string; why: unknown }[] = [];
  for (const finding of findings) {
    try {
      const { isNew } = await watch.post<{ isNew: boolean }>('/alerts', wishOf(finding));
      if (isNew) raised.push(finding.id);
    } catch (why) {
      failed.push({ id: finding.id, why });
    }
  }
  return { facts: facts.length, raised, failed };
}

/** The longest that a rule looks back, in milliseconds. */
function longestWindow(rules: readonly AuditRule[]): number {
  return Math.max(0, ...rules.map(({ raise }) => ('first' in raise ? 0 : raise.withinMs)));
}

function wishOf({ account: _, ...finding }: Finding): object {
  return {
    ...finding,
    products: finding.products.slice(0, EVIDENCE),
    subscriptions: finding.subscriptions.slice(0, EVIDENCE),
    evidence: finding.evidence.slice(0, EVIDENCE),
  };
}
