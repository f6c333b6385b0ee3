import { AwsError } from '../../../core/error.ts';
import { FUNCTIONS, GRAMMAR, TABLE_FUNCTIONS } from './functions.ts';
import { malformed, type Token } from './lexer.ts';
import { Dialect, parse } from './polyglot.ts';

/** A table, view or link that a statement names. */
export interface RelationName {
  readonly catalog?: string;
  readonly database?: string;
  readonly table: string;
  readonly line: number;
  readonly column: number;
}

/** The first list: what the statement reads and calls, on Athena's side. */
export interface Gated {
  readonly relations: readonly RelationName[];
  /** The select list: whether each entry has a name of its own, or is a star. */
  readonly outputs: readonly Output[];
}

export type Output = 'named' | 'unnamed' | 'star';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Node = { readonly [key: string]: Json };

/**
 * The first of two lists: one query, whose functions are all documented by Athena, and the relations it names.
 * @throws AwsError `InvalidRequestException` for what is no SQL; `FUNCTION_NOT_FOUND` and the like as a {@link QueryFailure}.
 */
export function gateQuery(sql: string, tokens: readonly Token[]): Gated {
  const parsed = parse(sql, Dialect.Athena);
  if (!parsed.success) throw syntaxError(parsed.error ?? '', parsed.errorLine, parsed.errorColumn, tokens);
  const statements = parsed.ast as unknown as Json;
  if (!Array.isArray(statements) || statements.length !== 1) throw oneStatement(sql);
  const root = statements[0] as Node;
  const kind = Object.keys(root)[0] ?? '';
  if (!QUERY_NODES.has(kind)) throw firstToken(tokens);
  checkCalls(tokens);
  const relations: RelationName[] = [];
  visit(root, new Set(), relations, tokens);
  return { relations, outputs: outputsOf(root) };
}

/** A statement that was accepted and then fails: Athena's error code and words, for `StateChangeReason`. */
export class QueryFailure extends Error {
  /** 1 system, 2 user, 3 other. */
  readonly category: number;

  constructor(message: string, category = 2) {
    super(message);
    this.name = 'QueryFailure';
    this.category = category;
  }
}

export function oneStatement(sql: string): AwsError {
  return new AwsError('InvalidRequestException', `Only one sql statement is allowed. Got: ${sql}`, 400, {
    AthenaErrorCode: 'INVALID_INPUT',
  });
}

const QUERY_NODES = new Set(['select', 'union', 'intersect', 'except', 'values', 'subquery', 'paren', 'with']);

function syntaxError(error: string, line: number | undefined, column: number | undefined, tokens: readonly Token[]) {
  const near = tokens.find((token) => token.line === line && token.column + (token.end - token.start) >= (column ?? 0));
  const token = near ?? tokens.at(-1);
  return malformed(
    token?.line ?? 1,
    token?.column ?? 1,
    near === undefined ? '<EOF>' : near.value,
    error.includes('Expected') ? (/Expected (\w+)/.exec(error)?.[1] ?? '') : '',
  );
}

export function firstToken(tokens: readonly Token[]): AwsError {
  const token = tokens[0];
  const expecting =
    "'ALTER', 'CREATE', 'DESCRIBE', 'DROP', 'EXECUTE', 'EXPLAIN', 'INSERT', 'SELECT', 'SHOW', 'UNLOAD', 'VALUES', 'WITH', <query>";
  return malformed(token?.line ?? 1, token?.column ?? 1, token?.value ?? '<EOF>', expecting);
}

/** Every name that stands before a parenthesis is a documented function, a word of the grammar, or an alias with columns. */
function checkCalls(tokens: readonly Token[]): void {
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1];
    if (next?.kind !== 'symbol' || next.value !== '(' || (token.kind !== 'word' && token.kind !== 'quoted')) continue;
    const name = token.value.toLowerCase();
    const before = tokens[index - 1];
    if (token.kind === 'word' && (GRAMMAR.has(name) || FUNCTIONS.has(name) || TABLE_FUNCTIONS.has(name))) continue;
    if (isAlias(tokens, index)) continue;
    const isTable = before?.kind === 'word' && (before.value === 'from' || before.value === 'join');
    const place = `line ${token.line}:${token.column}`;
    throw new QueryFailure(
      isTable || /^(read_|parquet_|duckdb_|pragma_|sniff_|glob$|query$|query_table$)/.test(name)
        ? `FUNCTION_NOT_FOUND: ${place}: Table function '${name}' not registered`
        : `FUNCTION_NOT_FOUND: ${place}: Function '${name}' not registered`,
    );
  }
}

/** `… AS u(a, b)`, `) u(a, b)`, and the name of a common table expression with columns. */
function isAlias(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1];
  if (before === undefined) return false;
  if (before.kind === 'symbol' && before.value === ')') return true;
  if (before.kind === 'word' && ['as', 'ordinality', 'with', 'recursive'].includes(before.value)) return true;
  if (before.kind === 'word' || before.kind === 'quoted') return !GRAMMAR.has(before.value) && before.value !== 'from';
  if (before.value !== ',') return false;
  let depth = 0;
  for (let at = index + 1; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind !== 'symbol') continue;
    if (token.value === '(') depth += 1;
    if (token.value === ')') depth -= 1;
    if (depth === 0) return tokens[at + 1]?.value === 'as' && tokens[at + 2]?.value === '(';
  }
  return false;
}

/** Collects tables below a node; names of common table expressions are in force where SQL says so. */
function visit(node: Json, scope: ReadonlySet<string>, relations: RelationName[], tokens: readonly Token[]): void {
  if (Array.isArray(node)) {
    for (const entry of node) visit(entry, scope, relations, tokens);
    return;
  }
  if (node === null || typeof node !== 'object') return;
  const object = node as Node;
  if (isTable(object)) collect(object, scope, relations);
  if (isFunction(object)) {
    const name = String(object.name).toLowerCase();
    if (!FUNCTIONS.has(name) && !TABLE_FUNCTIONS.has(name) && !GRAMMAR.has(name.split(' ')[0] ?? '')) {
      throw new QueryFailure(`FUNCTION_NOT_FOUND: Function '${name}' not registered`);
    }
  }
  const inner = withNames(object, scope, relations, tokens);
  for (const [key, value] of Object.entries(object)) if (key !== 'with') visit(value, inner, relations, tokens);
}

function withNames(object: Node, scope: ReadonlySet<string>, relations: RelationName[], tokens: readonly Token[]) {
  const clause = object.with as Node | null | undefined;
  if (clause === null || typeof clause !== 'object' || !Array.isArray(clause?.ctes)) return scope;
  const names = new Set(scope);
  for (const cte of clause.ctes as readonly Node[]) {
    const name = String((cte.alias as Node | null)?.name ?? '').toLowerCase();
    if (clause.recursive === true) names.add(name);
    visit(cte.this ?? null, new Set(names), relations, tokens);
    names.add(name);
  }
  return names;
}

function isTable(object: Node): boolean {
  return 'schema' in object && 'catalog' in object && typeof object.name === 'object' && object.name !== null;
}

function isFunction(object: Node): boolean {
  return typeof object.name === 'string' && Array.isArray(object.args);
}

function collect(object: Node, scope: ReadonlySet<string>, relations: RelationName[]): void {
  const name = object.name as Node;
  const table = String(name.name).toLowerCase();
  const database = part(object.schema);
  if (database === undefined && scope.has(table)) return;
  const span = name.span as Node | null;
  const place = { line: Number(span?.line ?? 1), column: Number(span?.column ?? 1) - table.length };
  const catalog = part(object.catalog);
  relations.push({
    table,
    ...place,
    ...(database === undefined ? {} : { database }),
    ...(catalog === undefined ? {} : { catalog }),
  });
}

/** The select list of a query, of the left one of a set operation. */
function outputsOf(node: Node): Output[] {
  const [kind = '', body] = Object.entries(node)[0] ?? [];
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return [];
  const inner = body as Node;
  if (kind === 'select') return (inner.expressions as readonly Node[]).map(outputOf);
  const next = inner.left ?? inner.this;
  return next === undefined || next === null || typeof next !== 'object' ? [] : outputsOf(next as Node);
}

function outputOf(expression: Node): Output {
  const kind = Object.keys(expression)[0] ?? '';
  if (kind === 'star') return 'star';
  return kind === 'column' || kind === 'alias' || kind === 'dot' ? 'named' : 'unnamed';
}

function part(value: Json | undefined): string | undefined {
  const name = (value as Node | null | undefined)?.name;
  return typeof name === 'string' ? name.toLowerCase() : undefined;
}
