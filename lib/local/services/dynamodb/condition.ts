import { ownMember } from '../../core/members.ts';
import type { ExpressionScope } from './expression-scope.ts';
import { TokenReader } from './expression-token.ts';
import { invalid } from './failure.ts';
import { getPath, type Path } from './path.ts';
import { compare, equal, type Item, isTypeName, setOf, typeOf, type Value } from './value.ts';

type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'size'; readonly path: Path };

type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A parsed condition, filter or key condition. */
export type Condition =
  | { readonly kind: 'and'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'compare'; readonly operator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly among: readonly Operand[] }
  | { readonly kind: 'function'; readonly name: string; readonly operands: readonly Operand[] };

const ARITY: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
};
const COMPARATORS = new Set(['=', '<>', '<', '<=', '>', '>=']);
const MOST_IN_OPERANDS = 100;

/** Parses a condition. `kind` is the parameter it came in. @throws AwsError `ValidationException`. */
export function parseCondition(kind: string, text: string, scope: ExpressionScope): Condition {
  const reader = new TokenReader(kind, text);
  const condition = parseOr(reader, scope);
  reader.expectEnd();
  return condition;
}

function parseOr(reader: TokenReader, scope: ExpressionScope): Condition {
  let left = parseAnd(reader, scope);
  while (reader.takesWord('OR')) left = { kind: 'or', left, right: parseAnd(reader, scope) };
  return left;
}

function parseAnd(reader: TokenReader, scope: ExpressionScope): Condition {
  let left = parseNot(reader, scope);
  while (reader.takesWord('AND')) left = { kind: 'and', left, right: parseNot(reader, scope) };
  return left;
}

function parseNot(reader: TokenReader, scope: ExpressionScope): Condition {
  if (reader.takesWord('NOT')) return { kind: 'not', of: parseNot(reader, scope) };
  if (reader.takes('(')) {
    const inner = parseOr(reader, scope);
    reader.expect(')');
    return inner;
  }
  return parsePredicate(reader, scope);
}

function parsePredicate(reader: TokenReader, scope: ExpressionScope): Condition {
  const { kind, text } = reader.peek();
  if (kind === 'name' && reader.peek(1).text === '(' && text !== 'size') return parseFunction(reader, scope);
  const operand = parseOperand(reader, scope);
  if (reader.takesWord('BETWEEN')) {
    const low = parseOperand(reader, scope);
    if (!reader.takesWord('AND')) throw reader.unexpected();
    const high = parseOperand(reader, scope);
    checkBounds(reader.kind, low, high);
    return { kind: 'between', operand, low, high };
  }
  if (reader.takesWord('IN')) {
    reader.expect('(');
    const among = [parseOperand(reader, scope)];
    while (reader.takes(',')) among.push(parseOperand(reader, scope));
    reader.expect(')');
    if (among.length > MOST_IN_OPERANDS) {
      throw invalid(
        `Invalid ${reader.kind}: The IN operator is provided with too many operands; number of operands: ${among.length}`,
      );
    }
    return { kind: 'in', operand, among };
  }
  const operator = reader.peek().text;
  if (!COMPARATORS.has(operator)) throw reader.unexpected();
  reader.next();
  return { kind: 'compare', operator: operator as Comparator, left: operand, right: parseOperand(reader, scope) };
}

function parseFunction(reader: TokenReader, scope: ExpressionScope): Condition {
  const name = reader.next().text;
  const arity = ownMember(ARITY, name);
  if (arity === undefined) throw invalid(`Invalid ${reader.kind}: Invalid function name; function: ${name}`);
  reader.expect('(');
  const operands = [parseOperand(reader, scope)];
  while (reader.takes(',')) operands.push(parseOperand(reader, scope));
  reader.expect(')');
  if (operands.length !== arity) {
    throw invalid(
      `Invalid ${reader.kind}: Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  const [first] = operands;
  if (arity === 1 && first?.kind !== 'path') {
    throw invalid(
      `Invalid ${reader.kind}: Operator or function requires a document path; operator or function: ${name}`,
    );
  }
  if (name === 'attribute_type') checkType(reader.kind, operands[1]);
  return { kind: 'function', name, operands };
}

function checkBounds(kind: string, low: Operand, high: Operand): void {
  if (low.kind !== 'value' || high.kind !== 'value' || (compare(low.value, high.value) ?? 0) <= 0) return;
  const show = (value: Value) => `AttributeValue: {${typeOf(value)}:${Object.values(value)[0]}}`;
  throw invalid(
    `Invalid ${kind}: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: ${show(low.value)}, upper bound operand: ${show(high.value)}`,
  );
}

function checkType(kind: string, operand: Operand | undefined): void {
  if (operand?.kind !== 'value' || !('S' in operand.value) || isTypeName(operand.value.S)) return;
  throw invalid(
    `Invalid ${kind}: Invalid attribute type name found; type: ${operand.value.S}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
  );
}

function parseOperand(reader: TokenReader, scope: ExpressionScope): Operand {
  if (reader.peek().kind === 'value') return { kind: 'value', value: scope.value(reader) };
  if (reader.peek().text === 'size' && reader.peek(1).text === '(') {
    reader.next();
    reader.expect('(');
    const path = scope.path(reader);
    reader.expect(')');
    return { kind: 'size', path };
  }
  return { kind: 'path', path: scope.path(reader) };
}

/** The top-level attributes that a condition speaks of. */
export function attributesOf(condition: Condition): string[] {
  if (condition.kind === 'not') return attributesOf(condition.of);
  if (condition.kind === 'and' || condition.kind === 'or') {
    return [condition.left, condition.right].flatMap(attributesOf);
  }
  return operandsOf(condition).flatMap((operand) => (operand.kind === 'value' ? [] : [String(operand.path[0])]));
}

function operandsOf(condition: Exclude<Condition, { kind: 'not' | 'and' | 'or' }>): readonly Operand[] {
  if (condition.kind === 'compare') return [condition.left, condition.right];
  if (condition.kind === 'between') return [condition.operand, condition.low, condition.high];
  return condition.kind === 'in' ? [condition.operand, ...condition.among] : condition.operands;
}

/** Whether an item meets a condition; an absent item is one without attributes. */
export function meets(item: Item, condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return meets(item, condition.left) && meets(item, condition.right);
    case 'or':
      return meets(item, condition.left) || meets(item, condition.right);
    case 'not':
      return !meets(item, condition.of);
    case 'compare':
      return compares(condition.operator, read(item, condition.left), read(item, condition.right));
    case 'between': {
      const value = read(item, condition.operand);
      return compares('>=', value, read(item, condition.low)) && compares('<=', value, read(item, condition.high));
    }
    case 'in': {
      const value = read(item, condition.operand);
      return condition.among.some((operand) => equal(value, read(item, operand)));
    }
    case 'function':
      return calls(
        condition.name,
        condition.operands.map((operand) => read(item, operand)),
      );
  }
}

function compares(operator: Comparator, left: Value | undefined, right: Value | undefined): boolean {
  if (operator === '=') return equal(left, right);
  if (operator === '<>') return !equal(left, right);
  const order = compare(left, right);
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function calls(name: string, [value, argument]: readonly (Value | undefined)[]): boolean {
  if (name === 'attribute_exists') return value !== undefined;
  if (name === 'attribute_not_exists') return value === undefined;
  if (value === undefined || argument === undefined) return false;
  if (name === 'attribute_type') return 'S' in argument && typeOf(value) === argument.S;
  if (name === 'begins_with') {
    if ('S' in value && 'S' in argument) return value.S.startsWith(argument.S);
    if (!('B' in value && 'B' in argument)) return false;
    return bytes(value.B).startsWith(bytes(argument.B));
  }
  if ('S' in value && 'S' in argument) return value.S.includes(argument.S);
  if ('B' in value && 'B' in argument)
    return Buffer.from(value.B, 'base64').includes(Buffer.from(argument.B, 'base64'));
  if ('L' in value) return value.L.some((entry) => equal(entry, argument));
  const set = setOf(value);
  return (
    set !== undefined && typeOf(value) === `${typeOf(argument)}S` && set.includes(Object.values(argument)[0] as string)
  );
}

const bytes = (base64: string) => Buffer.from(base64, 'base64').toString('latin1');

function read(item: Item, operand: Operand): Value | undefined {
  if (operand.kind === 'value') return operand.value;
  const value = getPath(item, operand.path);
  if (operand.kind === 'path' || value === undefined) return value;
  if ('S' in value) return { N: String([...value.S].length) };
  if ('B' in value) return { N: String(Buffer.from(value.B, 'base64').length) };
  if ('L' in value) return { N: String(value.L.length) };
  if ('M' in value) return { N: String(Object.keys(value.M).length) };
  const set = setOf(value);
  return set === undefined ? undefined : { N: String(set.length) };
}
