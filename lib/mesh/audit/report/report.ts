import type { FindingResult } from '../findings/finding.ts';
import type { Act, HeldSubscription, ReadCount, ReportFacts, StandingProduct } from './facts.ts';

/** A label and how often. */
export interface Count {
  readonly name: string;
  readonly count: number;
}

/** How long registering took, in milliseconds, over the versions that were registered in the period. */
export interface Registration {
  readonly count: number;
  readonly p50?: number;
  readonly p95?: number;
}

/** What was given and taken in one part of the period. */
export interface AccessStep {
  /** The day or month. */
  readonly name: string;
  readonly added: number;
  readonly removed: number;
}

/** A compliance report, before it is written for people or machines: what `--json` and `report.json` hold. */
export interface Report extends Omit<ReportFacts, 'acts'> {
  readonly format: 'weft-report/1';
  /** How many entries it rests on, and the first and last of them. */
  readonly entries: { readonly count: number; readonly first?: string; readonly last?: string };
  readonly kinds: readonly Count[];
  readonly requests: readonly Act[];
  readonly decisions: readonly Act[];
  readonly denied: readonly Act[];
  readonly drift: readonly Act[];
  readonly failures: readonly Act[];
  /** What was kept, held, or disposed of. */
  readonly retention: readonly Act[];
  readonly access: { readonly added: number; readonly removed: number; readonly steps: readonly AccessStep[] };
  readonly states: readonly Count[];
  readonly policies: readonly { readonly id: string; readonly decisions: number; readonly denied: number }[];
  readonly readsByProduct: readonly Count[];
  readonly registration: Registration;
}

const ENDED = ['revoked', 'expired'];

/** The findings about products that are of no use as they are. */
export const PRODUCT_USE = ['unused-products', 'stale-products', 'duplicate-products'];

/** Works out what a period says; of a product, when the facts name one. */
export function buildReport(facts: ReportFacts): Report {
  const { acts: all, ...rest } = facts;
  const acts = all.filter((act) => concerns(facts, `${act.domain}/${act.product}`));
  const own = (name: string) => concerns(facts, name.replace(/ v\d+$/, ''));
  const subscriptions = facts.subscriptions.filter(({ product }) => own(product));
  const products = facts.products.filter(({ name }) => own(name));
  const reads = facts.reads?.filter(({ product }) => own(product));
  // A decision about a subscription moves its product's record, too, and events tell of it: it is told once.
  const asked = acts.filter(({ entity, kind }) => entity !== 'product' && entity !== 'share' && kind !== 'event');
  return {
    format: 'weft-report/1',
    ...rest,
    subscriptions,
    products,
    ...(reads === undefined ? {} : { reads }),
    findings: facts.findings.map((result) => foundOf(result, facts)),
    entries: { count: acts.length, ...ends(acts) },
    kinds: tally(acts.map(({ kind }) => kind)),
    requests: asked.filter(
      ({ action, entity, stateBefore }) =>
        /Requested$/.test(action) || (entity === 'subscription' && stateBefore === ''),
    ),
    decisions: asked.filter(({ kind }) => kind === 'decision'),
    denied: acts.filter(({ kind }) => kind === 'denied'),
    drift: acts.filter(({ kind }) => kind === 'drift'),
    failures: acts.filter(({ kind }) => kind === 'failure'),
    retention: acts.filter(({ action }) => /Retention|Dispos|LegalHold|HoldPlaced|HoldReleased/.test(action)),
    access: accessOf(acts, facts),
    states: tally(subscriptions.map(({ state }) => state)),
    policies: policiesOf(acts),
    readsByProduct: sumBy(reads ?? []),
    registration: registrationOf(products, facts),
  };
}

function concerns({ product }: ReportFacts, name: string): boolean {
  return product === undefined || product === name;
}

/** A finding without what it says of other products: subjects are products, tables or subscriptions, all of which begin with their product. */
function foundOf(result: FindingResult, { product }: ReportFacts): FindingResult {
  if (product === undefined || result.rows === undefined) return result;
  const dotted = `${product.replace('/', '.')}.`;
  const about = (subject: string) =>
    subject.startsWith(dotted) || subject.split(' and ').some((part) => /^[^ .#]+/.exec(part)?.[0] === product);
  return { ...result, rows: result.rows.filter(({ subject }) => about(subject)) };
}

function ends(acts: readonly Act[]): { first?: string; last?: string } {
  const [first] = acts;
  const last = acts.at(-1);
  return { ...(first === undefined ? {} : { first: first.id }), ...(last === undefined ? {} : { last: last.id }) };
}

function accessOf(acts: readonly Act[], { period }: ReportFacts): Report['access'] {
  const long = Date.parse(period.to) - Date.parse(period.from) > 45 * 86_400_000;
  const nameOf = ({ at }: Act) => at.slice(0, long ? 7 : 10);
  const moves = acts.filter(
    ({ entity, stateBefore, stateAfter }) => entity === 'subscription' && stateBefore !== stateAfter,
  );
  // A renewal adds nothing, and what ends before anybody decided takes nothing away.
  const added = moves.filter(({ stateBefore, stateAfter }) => stateAfter === 'active' && stateBefore !== 'expiring');
  const removed = moves.filter(
    ({ stateBefore, stateAfter }) => ENDED.includes(stateAfter) && stateBefore !== 'pending',
  );
  const names = [...new Set([...added, ...removed].map(nameOf))].toSorted();
  const count = (list: readonly Act[], name: string) => list.filter((act) => nameOf(act) === name).length;
  return {
    added: added.length,
    removed: removed.length,
    steps: names.map((name) => ({ name, added: count(added, name), removed: count(removed, name) })),
  };
}

/** A policy counts once for each request in which it decided, however many records that request moved. */
function policiesOf(acts: readonly Act[]): Report['policies'] {
  const pairs = acts.flatMap((act) => act.policies.map((id) => ({ id, act })));
  return [...Map.groupBy(pairs, ({ id }) => id)]
    .map(([id, list]) => ({
      id,
      decisions: new Set(list.map(({ act }) => act.correlation)).size,
      denied: new Set(list.filter(({ act }) => act.kind === 'denied').map(({ act }) => act.correlation)).size,
    }))
    .toSorted((a, b) => b.decisions - a.decisions || compare(a.id, b.id));
}

function registrationOf(products: readonly StandingProduct[], { period }: ReportFacts): Registration {
  const times = products
    .filter(({ registeredAt }) => registeredAt >= period.from && registeredAt < period.to)
    .flatMap(({ timeToRegisterMs }) => (timeToRegisterMs === undefined ? [] : [timeToRegisterMs]))
    .toSorted((a, b) => a - b);
  const rank = (share: number) => times[Math.max(0, Math.ceil(share * times.length) - 1)];
  const [p50, p95] = [rank(0.5), rank(0.95)];
  return { count: times.length, ...(p50 === undefined || p95 === undefined ? {} : { p50, p95 }) };
}

function sumBy(reads: readonly ReadCount[]): Count[] {
  return [...Map.groupBy(reads, ({ product }) => product)]
    .map(([name, list]) => ({ name, count: list.reduce((sum, one) => sum + one.reads, 0) }))
    .toSorted((a, b) => b.count - a.count || compare(a.name, b.name));
}

function tally(names: readonly string[]): Count[] {
  return [...Map.groupBy(names, (name) => name)]
    .map(([name, list]) => ({ name, count: list.length }))
    .toSorted((a, b) => b.count - a.count || compare(a.name, b.name));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Subscriptions that give access. */
export function inForce({ state }: Pick<HeldSubscription, 'state'>): boolean {
  return ['approved', 'active', 'expiring'].includes(state);
}
