import type { ExpressionScope } from './expression-scope.ts';
import { TokenReader } from './expression-token.ts';
import { invalid } from './failure.ts';
import { addNumbers, subtractNumbers } from './number.ts';
import { getPath, type Path, refuseOverlaps, removePath, setPath } from './path.ts';
import { type Item, setOf, typeOf, type Value } from './value.ts';

type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'if_not_exists'; readonly path: Path; readonly otherwise: Operand }
  | { readonly kind: 'list_append' | '+' | '-'; readonly left: Operand; readonly right: Operand };

type Action =
  | { readonly kind: 'SET'; readonly path: Path; readonly operand: Operand }
  | { readonly kind: 'REMOVE'; readonly path: Path }
  | { readonly kind: 'ADD' | 'DELETE'; readonly path: Path; readonly value: Value };

/** A parsed UpdateExpression. */
export type Update = readonly Action[];

const KIND = 'UpdateExpression';
const SECTIONS = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;

/** @throws AwsError `ValidationException`. */
export function parseUpdate(text: string, scope: ExpressionScope): Update {
  const reader = new TokenReader(KIND, text);
  const actions: Action[] = [];
  const seen = new Set<string>();
  while (reader.peek().kind !== 'end') {
    const section = SECTIONS.find((word) => reader.takesWord(word));
    if (section === undefined) throw reader.unexpected();
    if (seen.has(section)) {
      throw invalid(`Invalid ${KIND}: The "${section}" section can only be used once in an update expression;`);
    }
    seen.add(section);
    do actions.push(parseAction(section, reader, scope));
    while (reader.takes(','));
  }
  refuseOverlaps(
    KIND,
    actions.map(({ path }) => path),
  );
  return actions;
}

/** The paths that an update writes. */
export function updatedPaths(update: Update): Path[] {
  return update.map(({ path }) => path);
}

/** The item after the update; every operand is read from the item before it. */
export function applyUpdate(before: Item, update: Update): Item {
  let item = before;
  const removals: Path[] = [];
  for (const action of update) {
    if (action.kind === 'REMOVE') removals.push(action.path);
    else if (action.kind === 'SET') item = setPath(item, action.path, evaluate(before, action.operand));
    else item = changeSet(item, action.kind, action.path, action.value);
  }
  // From the last index to the first, so that one removal does not move the next.
  for (const path of removals.sort(laterFirst)) {
    if (getPath(item, path) !== undefined) item = removePath(item, path);
    else if (path.length > 1) requireParent(item, path);
  }
  return item;
}

function parseAction(section: (typeof SECTIONS)[number], reader: TokenReader, scope: ExpressionScope): Action {
  const path = scope.path(reader);
  if (section === 'REMOVE') return { kind: section, path };
  if (section === 'SET') {
    reader.expect('=');
    return { kind: section, path, operand: parseSum(reader, scope) };
  }
  if (reader.peek().kind !== 'value') throw reader.unexpected();
  const value = scope.value(reader);
  const fits = setOf(value) !== undefined || (section === 'ADD' && 'N' in value);
  if (!fits) {
    throw invalid(
      `Invalid ${KIND}: Incorrect operand type for operator or function; operator: ${section}, operand type: ${TYPE_NAMES[typeOf(value)]}, typeSet: ALLOWED_FOR_${section}_OPERAND`,
    );
  }
  return { kind: section, path, value };
}

const TYPE_NAMES = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  BOOL: 'BOOLEAN',
  NULL: 'NULL',
  L: 'LIST',
  M: 'MAP',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
} as const;

function parseSum(reader: TokenReader, scope: ExpressionScope): Operand {
  const left = parseOperand(reader, scope);
  if (reader.takes('+')) return { kind: '+', left, right: parseOperand(reader, scope) };
  if (reader.takes('-')) return { kind: '-', left, right: parseOperand(reader, scope) };
  return left;
}

function parseOperand(reader: TokenReader, scope: ExpressionScope): Operand {
  const token = reader.peek();
  if (token.kind === 'value') return { kind: 'value', value: scope.value(reader) };
  if (reader.takes('(')) {
    const inner = parseSum(reader, scope);
    reader.expect(')');
    return inner;
  }
  if (token.kind !== 'name' || reader.peek(1).text !== '(') return { kind: 'path', path: scope.path(reader) };
  reader.next();
  reader.expect('(');
  if (token.text === 'if_not_exists') {
    const path = scope.path(reader);
    reader.expect(',');
    const otherwise = parseSum(reader, scope);
    reader.expect(')');
    return { kind: 'if_not_exists', path, otherwise };
  }
  if (token.text !== 'list_append') {
    throw invalid(`Invalid ${KIND}: Invalid function name; function: ${token.text}`);
  }
  const left = parseSum(reader, scope);
  reader.expect(',');
  const right = parseSum(reader, scope);
  reader.expect(')');
  return { kind: 'list_append', left, right };
}

function evaluate(item: Item, operand: Operand): Value {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'path': {
      const value = getPath(item, operand.path);
      if (value !== undefined) return value;
      throw invalid('The provided expression refers to an attribute that does not exist in the item');
    }
    case 'if_not_exists':
      return getPath(item, operand.path) ?? evaluate(item, operand.otherwise);
  }
  const left = evaluate(item, operand.left);
  const right = evaluate(item, operand.right);
  if (operand.kind === 'list_append' && 'L' in left && 'L' in right) return { L: [...left.L, ...right.L] };
  if (operand.kind === '+' && 'N' in left && 'N' in right) return { N: addNumbers(left.N, right.N) };
  if (operand.kind === '-' && 'N' in left && 'N' in right) return { N: subtractNumbers(left.N, right.N) };
  throw wrongType();
}

function changeSet(item: Item, kind: 'ADD' | 'DELETE', path: Path, value: Value): Item {
  const present = getPath(item, path);
  if (present === undefined) return kind === 'ADD' ? setPath(item, path, value) : item;
  if (kind === 'ADD' && 'N' in value && 'N' in present) {
    return setPath(item, path, { N: addNumbers(present.N, value.N) });
  }
  const type = typeOf(value);
  const old = setOf(present);
  const given = setOf(value);
  if (old === undefined || given === undefined || typeOf(present) !== type) throw wrongType();
  const members = kind === 'ADD' ? [...new Set([...old, ...given])] : old.filter((entry) => !given.includes(entry));
  return members.length === 0 ? removePath(item, path) : setPath(item, path, { [type]: members } as unknown as Value);
}

function requireParent(item: Item, path: Path): void {
  const parent = getPath(item, path.slice(0, -1));
  const fits = parent !== undefined && (typeof path.at(-1) === 'string' ? 'M' in parent : 'L' in parent);
  if (!fits) throw invalid('The document path provided in the update expression is invalid for update');
}

function laterFirst(left: Path, right: Path): number {
  for (const [at, step] of left.entries()) {
    const other = right[at];
    if (step === other) continue;
    if (typeof step === 'number' && typeof other === 'number') return other - step;
    return String(step) < String(other) ? -1 : 1;
  }
  return 0;
}

function wrongType() {
  return invalid('An operand in the update expression has an incorrect data type');
}
