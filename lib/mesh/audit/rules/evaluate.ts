import { type Fact, productOf } from './fact.ts';
import { concerns, type Surroundings } from './match.ts';
import type { AuditRule, First, Measure, Response, Severity, Threshold } from './rule.ts';
import { Tally } from './tally.ts';

/** A span of time for which a rule was raised about a subject: what happened in it was told. */
export interface Told {
  readonly id: string;
  readonly rule: string;
  readonly subject: string;
  readonly from: string;
  /** The instant from which on it is news again. */
  readonly until: string;
}

/** A rule that is to be raised, with what made it so. */
export interface Finding extends Told {
  /** The fact that reached the threshold. */
  readonly at: string;
  readonly severity: Severity;
  readonly response: Response;
  readonly message: string;
  readonly principal: string;
  readonly account: string;
  readonly products: readonly string[];
  readonly subscriptions: readonly string[];
  /** What was counted. */
  readonly measured: Readonly<Partial<Record<Measure, number>>>;
  /** The queries or entries that caused it, oldest first. */
  readonly evidence: readonly string[];
}

/** What an evaluation needs beside the facts. */
export interface Evaluation extends Surroundings {
  /** What was told before; the same is never told twice. */
  readonly told: readonly Told[];
  /** A digest of a text in lower-case hex. */
  digest(text: string): string;
}

/**
 * What the rules find in facts, oldest first, whatever order the facts have. A fact counts for one finding of a rule at most: with what was found in
 * `told`, the same facts find nothing.
 */
export function evaluate(rules: readonly AuditRule[], facts: readonly Fact[], given: Evaluation): Finding[] {
  const found = rules.flatMap((rule) => {
    const matching = once(facts.filter((fact) => concerns(rule, fact, given))).toSorted(byTime);
    const bySubject = Map.groupBy(
      matching.flatMap((fact) => subjectsOf(rule, fact).map((subject) => ({ subject, fact }))),
      ({ subject }) => subject,
    );
    return [...bySubject].flatMap(([subject, entries]) => {
      const own = entries.map(({ fact }) => fact);
      return 'first' in rule.raise
        ? firstUses(rule, rule.raise.first, subject, own, given)
        : crossings(rule, rule.raise, subject, own, given);
    });
  });
  return found.toSorted((a, b) => byText(a.at, b.at) || byText(a.id, b.id));
}

/** Facts that are told more than once, as the looks overlap, are one. */
function once(facts: readonly Fact[]): Fact[] {
  return [...new Map(facts.map((fact) => [keyOf(fact), fact])).values()];
}

function keyOf({ kind, id, domain, product, major, table, principal }: Fact): string {
  return JSON.stringify([kind, id, domain, product, major, table, principal]);
}

/** Whose fact it is; several subscriptions each count it. */
function subjectsOf({ per }: AuditRule, { principal, session, subscriptions }: Fact): readonly string[] {
  if (per === 'principal') return [principal];
  return per === 'session' ? [`${principal} ${session}`.trim()] : subscriptions;
}

/** Each time that enough has come together; then what follows within the window belongs to it. */
function crossings(
  rule: AuditRule,
  { withinMs, least }: Threshold,
  subject: string,
  facts: readonly Fact[],
  given: Evaluation,
): Finding[] {
  const told = given.told.filter((entry) => entry.rule === rule.id && entry.subject === subject);
  const isTold = (at: number) => told.some(({ from, until }) => at >= Date.parse(from) && at < Date.parse(until));
  const findings: Finding[] = [];
  let window: Fact[] = [];
  let tally = new Tally();
  let quietUntil = Number.NEGATIVE_INFINITY;
  for (const fact of facts) {
    const at = Date.parse(fact.at);
    if (at < quietUntil || isTold(at)) continue;
    while (window[0] !== undefined && at - Date.parse(window[0].at) >= withinMs) {
      tally.remove(window[0]);
      window = window.slice(1);
    }
    window.push(fact);
    tally.add(fact);
    if (!reached(tally, least)) continue;
    quietUntil = at + withinMs;
    const from = window[0]?.at ?? fact.at;
    const id = idOf(rule, [subject, from, fact.at], given);
    const until = new Date(quietUntil).toISOString();
    findings.push(findingOf(rule, { id, subject, from, at: fact.at, until }, window, measuredOf(tally, least)));
    window = [];
    tally = new Tally();
  }
  return findings;
}

function reached(tally: Tally, least: Threshold['least']): boolean {
  return Object.entries(least).some(([measure, number]) => tally.of(measure as Measure) >= number);
}

function measuredOf(tally: Tally, least: Threshold['least']): Finding['measured'] {
  return Object.fromEntries(Object.keys(least).map((measure) => [measure, tally.of(measure as Measure)]));
}

/** Each thing that the subject had not used before, as far as it was told. */
function firstUses(
  rule: AuditRule,
  first: First,
  subject: string,
  facts: readonly Fact[],
  given: Evaluation,
): Finding[] {
  const known = new Set(given.told.map(({ id }) => id));
  const findings: Finding[] = [];
  for (const fact of facts) {
    for (const thing of thingsOf(first, fact)) {
      const id = idOf(rule, [subject, thing], given);
      if (known.has(id)) continue;
      known.add(id);
      const { at } = fact;
      findings.push(findingOf(rule, { id, subject, from: at, at, until: at }, [fact], {}));
    }
  }
  return findings;
}

function thingsOf(first: First, fact: Fact): readonly string[] {
  const product = productOf(fact);
  if (product === undefined) return [];
  if (first === 'product') return [product];
  const table = `${product}.${fact.table ?? ''}`;
  return first === 'table' ? [table] : fact.columns.map((column) => `${table}.${column}`);
}

function idOf({ id }: AuditRule, parts: readonly string[], { digest }: Pick<Evaluation, 'digest'>): string {
  return `${id}.${digest(JSON.stringify([id, ...parts])).slice(0, 16)}`;
}

function findingOf(
  { id: rule, severity, response, message }: AuditRule,
  when: Pick<Finding, 'id' | 'subject' | 'from' | 'at' | 'until'>,
  facts: readonly Fact[],
  measured: Finding['measured'],
): Finding {
  const { principal = '', account = '' } = facts.at(-1) ?? {};
  const distinct = (list: readonly (string | undefined)[]) =>
    [...new Set(list.filter((entry) => entry !== undefined && entry !== ''))] as string[];
  return {
    ...when,
    rule,
    severity,
    response,
    message,
    principal,
    account,
    products: distinct(facts.map(productOf)).toSorted(),
    subscriptions: distinct(facts.flatMap(({ subscriptions }) => subscriptions)).toSorted(),
    measured,
    evidence: distinct(facts.map(({ id }) => id)),
  };
}

function byTime(a: Fact, b: Fact): number {
  return Date.parse(a.at) - Date.parse(b.at) || byText(keyOf(a), keyOf(b));
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
