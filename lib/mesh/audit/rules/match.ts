import { type Fact, productOf, type Sensitivity } from './fact.ts';
import { isWhen } from './hours.ts';
import { type AuditRule, asksForColumns, HIGHEST, matchesAny } from './rule.ts';

/** What the mesh knows around the facts. */
export interface Surroundings {
  /** The domain of an account, or undefined. */
  domainOf(account: string): string | undefined;
  /** What the columns of a fact are; undefined where nobody knows: then it counts as the most sensitive. */
  sensitivityOf(fact: Fact): Sensitivity | undefined;
  /** From least to most sensitive. */
  readonly ladder: readonly string[];
}

/** True when a rule is about a fact, as far as who, when and which product; what its columns are is not asked yet. */
export function mayConcern(rule: AuditRule, fact: Fact, around: Pick<Surroundings, 'domainOf'>): boolean {
  if ((rule.looksAt === 'reads') !== (fact.kind === 'read')) return false;
  return isWhom(rule, fact, around) && isWhere(rule, fact) && (rule.when === undefined || isWhen(fact.at, rule.when));
}

/** True when a rule is about a fact. */
export function concerns(rule: AuditRule, fact: Fact, around: Surroundings): boolean {
  if (!mayConcern(rule, fact, around)) return false;
  return !asksForColumns(rule) || isSensitive(rule, fact, around);
}

function isWhom({ who }: AuditRule, { principal, account }: Fact, around: Pick<Surroundings, 'domainOf'>): boolean {
  const { domains, roles, principals, except } = who;
  if (except !== undefined && matchesAny(except, principal)) return false;
  if (principals !== undefined && !matchesAny(principals, principal)) return false;
  if (domains !== undefined && !domains.includes(around.domainOf(account) ?? '')) return false;
  // The mesh's roles end in what they are.
  return roles === undefined || roles.some((role) => principal.endsWith(`-${role}`));
}

function isWhere({ what }: AuditRule, fact: Fact): boolean {
  const product = productOf(fact);
  if (what.products !== undefined && (product === undefined || !matchesAny(what.products, product))) return false;
  return what.tables === undefined || (fact.table !== undefined && what.tables.includes(fact.table));
}

function isSensitive({ what }: AuditRule, fact: Fact, { sensitivityOf, ladder }: Surroundings): boolean {
  const known = sensitivityOf(fact);
  if (known === undefined) return true;
  if (what.personal === true && !known.personal) return false;
  if (what.classification === undefined) return true;
  const least = what.classification === HIGHEST ? ladder.length - 1 : ladder.indexOf(what.classification);
  const has = ladder.indexOf(known.classification);
  // A level that the ladder does not have is not guessed at: it counts as reached.
  return has === -1 || least === -1 || has >= least;
}
