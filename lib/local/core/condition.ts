import { BlockList, isIP } from 'node:net';
import { ownMember } from './members.ts';

/** The condition keys of a request; a key with several values is an array, an absent key is undefined. */
export type ConditionKeys = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A `Condition` block as it stands in a policy: operator → key → value or values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, Scalar | readonly Scalar[]>>>>;
type Scalar = string | number | boolean;

type Compare = (actual: string, wanted: string) => boolean;

const POSITIVE: Readonly<Record<string, Compare>> = {
  StringEquals: (actual, wanted) => actual === wanted,
  StringEqualsIgnoreCase: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  StringLike: (actual, wanted) => matchesWildcard(actual, wanted),
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  NumericEquals: (actual, wanted) => Number(actual) === Number(wanted),
  NumericLessThan: (actual, wanted) => Number(actual) < Number(wanted),
  NumericLessThanEquals: (actual, wanted) => Number(actual) <= Number(wanted),
  NumericGreaterThan: (actual, wanted) => Number(actual) > Number(wanted),
  NumericGreaterThanEquals: (actual, wanted) => Number(actual) >= Number(wanted),
  DateEquals: (actual, wanted) => Date.parse(actual) === Date.parse(wanted),
  DateLessThan: (actual, wanted) => Date.parse(actual) < Date.parse(wanted),
  DateLessThanEquals: (actual, wanted) => Date.parse(actual) <= Date.parse(wanted),
  DateGreaterThan: (actual, wanted) => Date.parse(actual) > Date.parse(wanted),
  DateGreaterThanEquals: (actual, wanted) => Date.parse(actual) >= Date.parse(wanted),
  IpAddress: inRange,
};

const NEGATED: Readonly<Record<string, Compare>> = {
  StringNotEquals: (actual, wanted) => actual === wanted,
  StringNotEqualsIgnoreCase: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  StringNotLike: (actual, wanted) => matchesWildcard(actual, wanted),
  ArnNotEquals: matchesArn,
  ArnNotLike: matchesArn,
  NumericNotEquals: (actual, wanted) => Number(actual) === Number(wanted),
  DateNotEquals: (actual, wanted) => Date.parse(actual) === Date.parse(wanted),
  NotIpAddress: inRange,
};

/** Whether a `Condition` block holds; `unknown` when it has an operator that IAM does not define. */
export function evaluateConditions(conditions: Conditions, keys: ConditionKeys): boolean | 'unknown' {
  const folded = new Map(Object.entries(keys).map(([name, value]) => [name.toLowerCase(), value]));
  let unknown = false;
  for (const [operator, block] of Object.entries(conditions)) {
    for (const [key, value] of Object.entries(block)) {
      const wanted = list(value).map((text) => substitute(String(text), folded));
      const present = folded.get(key.toLowerCase());
      const holds = evaluate(operator, present === undefined ? undefined : list(present), wanted);
      if (holds === false) return false;
      if (holds === 'unknown') unknown = true;
    }
  }
  return unknown ? 'unknown' : true;
}

/** Puts the values of policy variables such as `${aws:PrincipalAccount}` into a text; one without a value stays as it is. */
export function substitute(text: string, keys: ReadonlyMap<string, string | readonly string[] | undefined>): string {
  return text.replaceAll(/\$\{([^}]+)\}/g, (variable, name: string) => {
    const value = keys.get(name.toLowerCase());
    return typeof value === 'string' ? value : variable;
  });
}

/** `*` is any run of characters, `?` any one. */
export function matchesWildcard(text: string, pattern: string): boolean {
  if (!/[*?]/.test(pattern)) return text === pattern;
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function evaluate(operator: string, actual: readonly string[] | undefined, wanted: string[]): boolean | 'unknown' {
  const [, quantifier, name = '', ifExists] = /^(ForAnyValue:|ForAllValues:)?(.*?)(IfExists)?$/.exec(operator) ?? [];
  if (name === 'Null') return wanted.some((text) => (text.toLowerCase() === 'true') === (actual === undefined));
  const positive = ownMember(POSITIVE, name);
  const negated = ownMember(NEGATED, name);
  const compare = positive ?? negated;
  if (compare === undefined) return 'unknown';
  if (actual === undefined || actual.length === 0) {
    if (quantifier === 'ForAllValues:') return true;
    if (quantifier === 'ForAnyValue:') return ifExists !== undefined;
    return ifExists !== undefined || negated !== undefined;
  }
  const holds = (value: string) => wanted.some((text) => compare(value, text)) === (positive !== undefined);
  if (quantifier === 'ForAllValues:') return actual.every(holds);
  if (quantifier === 'ForAnyValue:') return actual.some(holds);
  return positive === undefined ? actual.every(holds) : actual.some(holds);
}

function matchesArn(actual: string, wanted: string): boolean {
  const left = arnParts(actual);
  const right = arnParts(wanted);
  return left.length === 6 && right.length === 6 && left.every((part, at) => matchesWildcard(part, right[at] ?? ''));
}

function arnParts(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function inRange(actual: string, wanted: string): boolean {
  const [network = '', bits] = wanted.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(network) === 0 || isIP(actual) === 0) return false;
  const range = new BlockList();
  range.addSubnet(network, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  return range.check(actual, isIP(actual) === 6 ? 'ipv6' : 'ipv4');
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
