import { BlockList, isIP } from 'node:net';
import { AwsError } from '../../core/error.ts';

type Scalar = string | number | boolean | null;

/** One entry of a pattern's array: a test of a value, or of whether there is one. */
export interface Matcher {
  readonly exists?: boolean;
  test(value: Scalar): boolean;
}

type Test = (value: Scalar) => boolean;

const NUMERIC: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** @throws AwsError `InvalidEventPatternException` for what is no matcher. */
export function parseMatcher(field: string, entry: unknown): Matcher {
  if (entry === null || ['string', 'number', 'boolean'].includes(typeof entry))
    return { test: (value) => value === entry };
  const [name, argument] = single(field, entry);
  if (name === 'exists') {
    if (typeof argument !== 'boolean') throw invalidPattern('exists match pattern must be either true or false.');
    return { exists: argument, test: () => argument };
  }
  return { test: name === 'anything-but' ? anythingBut(field, argument) : operator(field, name, argument) };
}

function operator(field: string, name: string, argument: unknown): Test {
  switch (name) {
    case 'prefix':
    case 'suffix':
      return affix(field, name, argument);
    case 'equals-ignore-case': {
      const wanted = text(field, name, argument).toLowerCase();
      return (value) => typeof value === 'string' && value.toLowerCase() === wanted;
    }
    case 'wildcard': {
      const pattern = wildcard(text(field, name, argument));
      return (value) => typeof value === 'string' && pattern.test(value);
    }
    case 'numeric':
      return numeric(argument);
    case 'cidr':
      return cidr(text(field, name, argument));
    default:
      throw invalidPattern(`Unrecognized match type ${name}`);
  }
}

function affix(field: string, name: 'prefix' | 'suffix', argument: unknown): Test {
  const fold = typeof argument === 'object' && argument !== null;
  const wanted = fold ? text(field, name, foldedArgument(field, argument)).toLowerCase() : text(field, name, argument);
  return (value) => {
    if (typeof value !== 'string') return false;
    const actual = fold ? value.toLowerCase() : value;
    return name === 'prefix' ? actual.startsWith(wanted) : actual.endsWith(wanted);
  };
}

function foldedArgument(field: string, argument: object): unknown {
  const [name, value] = single(field, argument);
  if (name !== 'equals-ignore-case') throw invalidPattern(`Unsupported anything-but pattern: ${name}`);
  return value;
}

/** Nested operators take one value or a list; a plain list is of strings or of numbers. */
function anythingBut(field: string, argument: unknown): Test {
  if (typeof argument === 'object' && argument !== null && !Array.isArray(argument)) {
    const [name, nested] = single(field, argument);
    if (!['prefix', 'suffix', 'equals-ignore-case', 'wildcard'].includes(name)) {
      throw invalidPattern(`Unsupported anything-but pattern: ${name}`);
    }
    const tests = (Array.isArray(nested) ? (nested as unknown[]) : [nested]).map((value) =>
      operator(field, name, value),
    );
    if (tests.length === 0) throw invalidPattern('Empty arrays are not allowed');
    return (value) => !tests.some((test) => test(value));
  }
  const values = Array.isArray(argument) ? (argument as unknown[]) : [argument];
  if (values.length === 0) throw invalidPattern('Empty arrays are not allowed');
  if (!values.every((value) => typeof value === 'string') && !values.every((value) => typeof value === 'number')) {
    const single = values.length === 1 && (values[0] === null || typeof values[0] === 'boolean');
    if (!single)
      throw invalidPattern(
        'Inside anything but list, either all values are number or string, mixed type is not supported',
      );
  }
  return (value) => !values.includes(value);
}

function numeric(argument: unknown): Test {
  if (!Array.isArray(argument) || argument.length === 0 || argument.length % 2 !== 0 || argument.length > 4) {
    throw invalidPattern('Value of numeric must be an array of operators and numbers');
  }
  const bounds: Test[] = [];
  for (let at = 0; at < argument.length; at += 2) {
    const compare = NUMERIC[String(argument[at])];
    const bound: unknown = argument[at + 1];
    if (compare === undefined) throw invalidPattern(`Unrecognized numeric range operator: ${argument[at]}`);
    if (typeof bound !== 'number') throw invalidPattern('Value of numeric operator must be a number');
    bounds.push((value) => typeof value === 'number' && compare(value, bound));
  }
  if (argument.length === 4) checkRange(argument);
  return (value) => bounds.every((bound) => bound(value));
}

/** Of two bounds the first is the lower one. */
function checkRange([lower, bottom, upper, top]: readonly unknown[]): void {
  if (!String(lower).startsWith('>')) throw invalidPattern(`Bad numeric range operator: ${lower}`);
  if (!String(upper).startsWith('<')) throw invalidPattern(`Bad numeric range operator: ${upper}`);
  if (Number(bottom) >= Number(top)) throw invalidPattern('Bottom must be less than top');
}

function cidr(range: string): Test {
  const [network = '', bits] = range.split('/');
  const version = isIP(network);
  const size = Number(bits);
  if (version === 0 || bits === undefined || !(size >= 0 && size <= (version === 6 ? 128 : 32))) {
    throw invalidPattern(`Malformed CIDR, one '/' required: ${range}`);
  }
  const list = new BlockList();
  list.addSubnet(network, size, version === 6 ? 'ipv6' : 'ipv4');
  return (value) =>
    typeof value === 'string' && isIP(value) === version && list.check(value, version === 6 ? 'ipv6' : 'ipv4');
}

/** `*` is any run of characters; `\*` and `\\` stand for themselves. */
function wildcard(text: string): RegExp {
  if (/(^|[^\\])\*\*/.test(text)) throw invalidPattern('Consecutive wildcard characters');
  let source = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\') {
      at += 1;
      const escaped = text[at];
      if (escaped !== '*' && escaped !== '\\') throw invalidPattern('Invalid escape character');
      source += quote(escaped);
    } else source += character === '*' ? '.*' : quote(character);
  }
  return new RegExp(`^${source}$`, 's');
}

function single(field: string, entry: unknown): [string, unknown] {
  const members = typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? Object.entries(entry) : [];
  const [member] = members;
  if (member === undefined || members.length !== 1)
    throw invalidPattern(`Only one key allowed in match expression at "${field}"`);
  return member;
}

function text(field: string, name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalidPattern(`${name} match pattern must be a string at "${field}"`);
  return value;
}

export function invalidPattern(reason: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}

function quote(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\]/, String.raw`\$&`);
}
