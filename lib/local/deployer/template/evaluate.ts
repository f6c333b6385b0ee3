import { NO_VALUE, pseudoParameter, type Scope, templateError } from './scope.ts';
import { substitute } from './substitute.ts';

type Intrinsic = (argument: unknown, scope: Scope, place: string) => unknown;

const DYNAMIC = /\{\{resolve:([a-z-]+):([^}]+)\}\}/g;

/**
 * Gives a template's value with every intrinsic function, parameter and dynamic reference resolved.
 * @param place path into the template that errors name, e.g. `Resources.Bus.Properties.Name`.
 * @throws WeftError `WEFT-LOCAL-011` on what cannot be resolved or is not known.
 */
export function evaluate(value: unknown, scope: Scope, place: string): unknown {
  if (typeof value === 'string') return dynamicReferences(value, scope, place);
  if (Array.isArray(value)) {
    return value.map((entry, index) => evaluate(entry, scope, `${place}[${index}]`)).filter((v) => v !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) return value;
  const [name, argument] = intrinsicOf(value) ?? [];
  if (name !== undefined) {
    const intrinsic = INTRINSICS[name];
    if (intrinsic === undefined) throw templateError(`${name} is not implemented`, place, `known: ${KNOWN}`);
    return intrinsic(argument, scope, place);
  }
  const members: [string, unknown][] = [];
  for (const [key, member] of Object.entries(value)) {
    const result = evaluate(member, scope, `${place}.${key}`);
    if (result !== NO_VALUE) members.push([key, result]);
  }
  return Object.fromEntries(members);
}

/** The function and its argument when an object is a call of an intrinsic function. */
export function intrinsicOf(value: object): [string, unknown] | undefined {
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length !== 1 || first === undefined) return undefined;
  return first[0] === 'Ref' || first[0].startsWith('Fn::') ? first : undefined;
}

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope, place) => reference(text(argument, 'Ref', place), scope, place),
  'Fn::GetAtt': (argument, scope, place) => {
    const [logicalId, attribute] = attributePath(argument, scope, place);
    return attributeOf(logicalId, attribute, scope, place);
  },
  'Fn::Sub': (argument, scope, place) => {
    const [pattern, variables] = Array.isArray(argument) ? argument : [argument, {}];
    const own = evaluate(variables ?? {}, scope, `${place}.Fn::Sub`) as Record<string, unknown>;
    const parts = substitute(text(pattern, 'Fn::Sub', place), (name) => {
      if (Object.hasOwn(own, name)) return own[name];
      const dot = name.indexOf('.');
      if (dot < 0) return reference(name, scope, place);
      return attributeOf(name.slice(0, dot), name.slice(dot + 1), scope, place);
    });
    const texts = parts.map((part) => scalar(part, 'Fn::Sub', place));
    return dynamicReferences(joined(texts, '', 'Fn::Sub', place), scope, place);
  },
  'Fn::Join': (argument, scope, place) => {
    const [separator, list] = pair(argument, 'Fn::Join', place);
    const entries = array(evaluate(list, scope, `${place}.Fn::Join`), 'Fn::Join', place);
    const texts = entries.map((entry) => scalar(entry, 'Fn::Join', place));
    return dynamicReferences(joined(texts, text(separator, 'Fn::Join', place), 'Fn::Join', place), scope, place);
  },
  'Fn::Select': (argument, scope, place) => {
    const [index, list] = pair(argument, 'Fn::Select', place);
    const entries = array(evaluate(list, scope, `${place}.Fn::Select`), 'Fn::Select', place);
    const at = Number(evaluate(index, scope, place));
    const chosen = entries[at];
    if (chosen === undefined) throw templateError(`Fn::Select has no entry ${at} of ${entries.length}`, place);
    return chosen;
  },
  'Fn::Split': (argument, scope, place) => {
    const [separator, source] = pair(argument, 'Fn::Split', place);
    const whole = scalar(evaluate(source, scope, `${place}.Fn::Split`), 'Fn::Split', place);
    return whole.split(text(separator, 'Fn::Split', place));
  },
  'Fn::Base64': (argument, scope, place) =>
    Buffer.from(scalar(evaluate(argument, scope, place), 'Fn::Base64', place)).toString('base64'),
  'Fn::FindInMap': (argument, scope, place) => {
    const keys = array(argument, 'Fn::FindInMap', place)
      .slice(0, 3)
      .map((key) => scalar(evaluate(key, scope, `${place}.Fn::FindInMap`), 'Fn::FindInMap', place));
    const [map = '', top = '', second = ''] = keys;
    const found = own(own(own(scope.template.Mappings, map), top), second);
    if (found === undefined) throw templateError(`Fn::FindInMap finds no ${keys.join(' / ')}`, place);
    return found;
  },
  'Fn::If': (argument, scope, place) => {
    const [name, yes, no] = array(argument, 'Fn::If', place);
    const holds = scope.condition(text(name, 'Fn::If', place));
    return evaluate(holds ? yes : no, scope, `${place}.Fn::If[${holds ? 1 : 2}]`);
  },
  'Fn::ImportValue': (argument, scope, place) => {
    const name = scalar(evaluate(argument, scope, place), 'Fn::ImportValue', place);
    const found = scope.exported(name);
    if (found === undefined) throw templateError(`no export named ${name} found`, place);
    return found;
  },
  'Fn::GetAZs': (argument, scope, place) => {
    const region = scalar(evaluate(argument, scope, place), 'Fn::GetAZs', place) || scope.site.region;
    return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
  },
};

/** As long as the longest template that CloudFormation takes. */
const LONGEST = 1_000_000;

const KNOWN = Object.keys(INTRINSICS).join(', ');

function reference(name: string, scope: Scope, place: string): unknown {
  const pseudo = pseudoParameter(name, scope.site);
  if (pseudo !== undefined) return pseudo;
  if (Object.hasOwn(scope.parameters, name)) return scope.parameters[name];
  const id = scope.physicalId(name);
  if (id === undefined) throw templateError(`Ref ${name} names no parameter and no resource that exists`, place);
  return id;
}

function attributeOf(logicalId: string, attribute: string, scope: Scope, place: string): unknown {
  const value = scope.attribute(logicalId, attribute);
  if (value === undefined) throw templateError(`${logicalId} has no attribute ${attribute}`, place);
  return value;
}

function attributePath(argument: unknown, scope: Scope, place: string): [string, string] {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    if (dot < 0) throw templateError(`Fn::GetAtt needs a resource and an attribute, not ${written(argument)}`, place);
    return [argument.slice(0, dot), argument.slice(dot + 1)];
  }
  const [logicalId, attribute] = pair(argument, 'Fn::GetAtt', place);
  return [text(logicalId, 'Fn::GetAtt', place), scalar(evaluate(attribute, scope, place), 'Fn::GetAtt', place)];
}

function dynamicReferences(value: string, scope: Scope, place: string): string {
  if (!value.includes('{{resolve:')) return value;
  return value.replace(DYNAMIC, (whole, service: string, key: string) => {
    const found = scope.dynamic(service, key);
    if (found === undefined) throw templateError(`${whole} resolves to nothing`, place);
    return found;
  });
}

function text(value: unknown, name: string, place: string): string {
  if (typeof value !== 'string') throw templateError(`${name} needs a string, not ${written(value)}`, place);
  return value;
}

function scalar(value: unknown, name: string, place: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw templateError(`${name} needs a string, not ${written(value)}`, place);
}

function array(value: unknown, name: string, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw templateError(`${name} needs a list, not ${written(value)}`, place);
  return value;
}

/** Longer texts than a template may be are made by templates that double them again and again. */
function joined(texts: readonly string[], separator: string, name: string, place: string): string {
  const length = texts.reduce((sum, one) => sum + one.length + separator.length, 0);
  if (length > LONGEST) throw templateError(`${name} makes a text of ${length} characters, at most ${LONGEST}`, place);
  return texts.join(separator);
}

function own(record: unknown, name: string): unknown {
  if (typeof record !== 'object' || record === null || !Object.hasOwn(record, name)) return undefined;
  return (record as Readonly<Record<string, unknown>>)[name];
}

/** A value as a message shows it. */
export function written(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function pair(value: unknown, name: string, place: string): [unknown, unknown] {
  const list = array(value, name, place);
  if (list.length !== 2) throw templateError(`${name} needs two arguments, not ${list.length}`, place);
  return [list[0], list[1]];
}
