import { invalidPattern, type Matcher, parseMatcher } from './matcher.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A compiled event pattern. */
export interface EventPattern {
  matches(event: unknown): boolean;
}

type Node = (event: Json | undefined) => boolean;

/**
 * Compiles an event pattern, given as JSON text or as the parsed object.
 * @throws AwsError `InvalidEventPatternException`.
 */
export function compilePattern(pattern: string | object): EventPattern {
  const node = compileObject(typeof pattern === 'string' ? parse(pattern) : (pattern as Json));
  return { matches: (event) => node(event as Json) };
}

const compiled = new Map<string, EventPattern>();

/** Whether an event matches a pattern that has been accepted before; remembers what it compiles. */
export function matchesPattern(pattern: string, event: unknown): boolean {
  let found = compiled.get(pattern);
  if (found === undefined) {
    found = compilePattern(pattern);
    compiled.set(pattern, found);
  }
  return found.matches(event);
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw invalidPattern((error as Error).message);
  }
}

/** Every field must match; in an array of objects one element must match them all. */
function compileObject(pattern: Json): Node {
  if (!isObject(pattern)) throw invalidPattern('Filter is not an object');
  const fields = Object.entries(pattern).map(([name, value]) => compileField(name, value));
  if (fields.length === 0) throw invalidPattern('Empty objects are not allowed');
  const one = (event: { readonly [name: string]: Json } | undefined) => fields.every((field) => field(event));
  return (event) => {
    if (Array.isArray(event))
      return elementsOf(event as readonly Json[]).some((entry) => isObject(entry) && one(entry));
    return one(event !== undefined && isObject(event) ? event : undefined);
  };
}

function compileField(name: string, value: Json): Node {
  if (name === '$or' && Array.isArray(value) && value.length > 1 && value.every((entry) => isObject(entry as Json))) {
    const choices = (value as readonly Json[]).map(compileObject);
    return (event) => choices.some((choice) => choice(event));
  }
  if (Array.isArray(value)) {
    const leaf = compileLeaf(name, value as readonly Json[]);
    return (event) => leaf(memberOf(event, name));
  }
  if (!isObject(value)) throw invalidPattern(`"${name}" must be an object or an array`);
  const nested = compileObject(value);
  return (event) => nested(memberOf(event, name));
}

function compileLeaf(name: string, values: readonly Json[]): Node {
  if (values.length === 0) throw invalidPattern(`Empty arrays are not allowed at "${name}"`);
  const matchers: Matcher[] = values.map((value) => parseMatcher(name, value));
  return (event) => {
    const leaves = leavesOf(event);
    return matchers.some((matcher) =>
      matcher.exists === undefined ? leaves.some((leaf) => matcher.test(leaf)) : matcher.exists === leaves.length > 0,
    );
  };
}

/** The scalar values at a place: itself, or those of an array; an object in between is no leaf. */
function leavesOf(event: Json | undefined): (string | number | boolean | null)[] {
  if (event === undefined) return [];
  if (Array.isArray(event)) return (event as readonly Json[]).flatMap(leavesOf);
  return isObject(event) ? [] : [event as string | number | boolean | null];
}

function memberOf(event: Json | undefined, name: string): Json | undefined {
  return event !== undefined && isObject(event) && Object.hasOwn(event, name) ? event[name] : undefined;
}

function elementsOf(list: readonly Json[]): Json[] {
  return list.flatMap((entry) => (Array.isArray(entry) ? elementsOf(entry as readonly Json[]) : [entry]));
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
