import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { NOTE, table } from './markdown.ts';

const ROOT = join(import.meta.dirname, '..');

/** An error or a problem as the source raises it. */
export interface Raised {
  readonly code: string;
  readonly message: string;
  /** The next step. */
  readonly fix: string;
  readonly file: string;
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

/** Places whose readers number their problems within an area, where the file itself does not say which. */
const AREAS: Readonly<Record<string, string>> = {
  'lib/mesh/policy/lint.ts': 'DESIGN',
  'lib/mesh/topology/': 'MESH',
  'lib/mesh/contract/': 'CONTRACT',
  'lib/mesh/pipeline/': 'PIPELINE',
  'lib/mesh/audit/log/': 'AUDIT',
  'lib/edge/config/': 'EDGE',
  'lib/mesh/policy/': 'POLICY',
  'lib/mesh/policy-set/': 'POLICY',
};

const CODE = /^WEFT-[A-Z]+-\d{3}$/;

/** Codes whose message is somebody else's word. */
const SAID_BY_OTHERS: Readonly<Record<string, string>> = {
  'WEFT-API-002': 'each member of the request that is not as it has to be',
  'WEFT-AUDIT-080': 'each problem of the file of audit rules',
  'WEFT-AUDIT-085': 'each problem of a rule',
  'WEFT-BUG-001': 'what nobody expected: it is a bug',
  'WEFT-CLI-007': 'what AWS says of its refusal',
  'WEFT-CONTRACT-001': 'what is wrong with the file as YAML',
  'WEFT-EVENT-004': 'each row that does not fit its table',
  'WEFT-FILTER-001': 'what of the row filter cannot be read, and where',
  'WEFT-POLICY-020': 'what Cedar says of the text',
  'WEFT-POLICY-030': 'what Cedar says of the text against the schema',
  'WEFT-QUERY-001': 'what Athena says of the query',
  'WEFT-REQUEST-006': 'why the subscription cannot take this step now',
  'WEFT-RETENTION-005': 'why this hold is not yours to release',
  'WEFT-SUBSCRIPTION-005': 'what of the two row filters together cannot be read',
};

/** The page of every error code with its message and the next step, as the source has them. */
export function errorPage(): string {
  const rows = raisedErrors().map(({ code, message, fix, file }) => [
    code,
    message || `*${SAID_BY_OTHERS[code] ?? ''}*`,
    fix,
    `\`${file}\``,
  ]);
  return `# Error codes\n\n${NOTE}A code is never used for a second meaning. \`…\` stands for the value at hand. Where no next step stands, the message at hand says what is allowed.\n\n${table(['code', 'message', 'next step', 'raised in'], rows)}`;
}

/** Every code once, by code: where it is raised first with a message, and the first next step that is told with it. */
export function raisedErrors(): Raised[] {
  const found = new Map<string, Raised>();
  for (const file of ['bin', 'lib', 'lambdas'].flatMap(sourcesIn)) {
    for (const raised of raisedIn(file)) {
      const known = found.get(raised.code);
      if (known === undefined || known.message === '')
        found.set(raised.code, { ...raised, fix: raised.fix || (known?.fix ?? '') });
      else if (known.fix === '' && raised.fix !== '') found.set(raised.code, { ...known, fix: raised.fix });
    }
  }
  return [...found.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`)
    .sort();
}

function raisedIn(file: string): Raised[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const area =
    /new Findings\('([A-Z]+)'\)/.exec(text)?.[1] ??
    Object.entries(AREAS).find(([place]) => file.startsWith(place))?.[1];
  if (area === undefined && !text.includes('WEFT-')) return [];
  const raised: Raised[] = [];
  const constants = new Map<string, string>();
  walk(parseSync(text, { syntax: 'typescript', target: 'es2024' }) as unknown as Node, (node) => {
    if (node.type === 'VariableDeclarator') {
      const { id, init } = node as unknown as { id: { value?: string }; init?: Node };
      const value = textOf(init, constants);
      if (id.value !== undefined && value !== undefined) constants.set(id.value, value);
    }
    const told = [fromCall(node, area, constants), fromObject(node, constants), fromTable(node), fromConstant(node)];
    for (const { codes, message = '', fix = '' } of told.filter((one) => one !== undefined))
      raised.push(...codes.map((code) => ({ code, message, fix, file })));
  });
  return raised;
}

function walk(node: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(node)) for (const entry of node) walk(entry, visit);
  else if (typeof node === 'object' && node !== null) {
    if ('type' in node && typeof node.type === 'string') visit(node as Node);
    for (const member of Object.values(node)) walk(member, visit);
  }
}

interface Told {
  readonly codes: readonly string[];
  readonly message?: string;
  readonly fix?: string;
}

/** `userError('WEFT-…', message, { hint })`, `problem('WEFT-…', message, fix)`, and `findings.error(12, place, message, fix)` of an area. */
function fromCall(node: Node, area: string | undefined, constants: ReadonlyMap<string, string>): Told | undefined {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return undefined;
  const args = ((node.arguments ?? []) as readonly { expression: Node }[]).map(({ expression }) => expression);
  const [first, ...rest] = args;
  if (first === undefined) return undefined;
  const codes =
    first.type === 'NumericLiteral' && area !== undefined && numbers(node.callee as Node)
      ? [`WEFT-${area}-${String(first.value).padStart(3, '0')}`]
      : codesOf(first);
  if (codes.length === 0) return undefined;
  const texts = rest.map((argument) => textOf(argument, constants)).filter((text) => text?.includes(' '));
  const options = rest.find(({ type }) => type === 'ObjectExpression');
  const hint =
    options === undefined ? undefined : (member(options, 'hint', constants) ?? member(options, 'fix', constants));
  return { codes, message: texts[0], fix: hint ?? texts[1] };
}

function numbers(callee: Node): boolean {
  const { property, value } = callee as { property?: { value?: string }; value?: string };
  return ['error', 'warning', 'report'].includes(property?.value ?? value ?? '');
}

/** `{ code: 'WEFT-…', message, fix }`. */
function fromObject(node: Node, constants: ReadonlyMap<string, string>): Told | undefined {
  if (node.type !== 'ObjectExpression') return undefined;
  const codes = codesOf(initOf(node, 'code'));
  const message = member(node, 'message', constants);
  if (codes.length === 0 || message === undefined) return undefined;
  return { codes, message, fix: member(node, 'hint', constants) ?? member(node, 'fix', constants) };
}

/** `'missing-digest': 'WEFT-…'`: what is wrong, by the name of its code. */
function fromTable(node: Node): Told | undefined {
  if (node.type !== 'KeyValueProperty') return undefined;
  const { key, value } = node as unknown as { key: { value?: string }; value: Node };
  if (key.value === 'code') return { codes: codesOf(value) };
  return { codes: codesOf(value), message: String(key.value ?? '').replaceAll('-', ' ') };
}

/** `const code = never ? 'WEFT-…' : 'WEFT-…'`. */
function fromConstant(node: Node): Told | undefined {
  return node.type === 'VariableDeclarator' ? { codes: codesOf(node.init as Node | undefined) } : undefined;
}

function codesOf(node: Node | undefined): string[] {
  if (node?.type === 'StringLiteral' && CODE.test(String(node.value))) return [String(node.value)];
  if (node?.type === 'BinaryExpression' && node.operator === '??') return codesOf(node.right as Node);
  if (node?.type !== 'ConditionalExpression') return [];
  return [...codesOf(node.consequent as Node), ...codesOf(node.alternate as Node)];
}

function initOf(object: Node, name: string): Node | undefined {
  const properties = object.properties as readonly { type: string; key?: { value?: string }; value?: Node | string }[];
  for (const { type, key, value } of properties) {
    if (type === 'KeyValueProperty' && key?.value === name) return value as Node;
    if (type === 'Identifier' && value === name) return { type: 'Identifier', value: name };
  }
  return undefined;
}

function member(object: Node, name: string, constants: ReadonlyMap<string, string>): string | undefined {
  return textOf(initOf(object, name), constants);
}

/** The text that an expression makes, `…` for each value in it; undefined for one that is no text. */
function textOf(node: Node | undefined, constants: ReadonlyMap<string, string>): string | undefined {
  switch (node?.type) {
    case 'StringLiteral':
      return String(node.value);
    case 'TemplateLiteral': {
      const quasis = node.quasis as readonly { cooked: string }[];
      return quasis.map(({ cooked }) => cooked).join('…');
    }
    case 'Identifier':
      return constants.get(String(node.value));
    case 'ParenthesisExpression':
      return textOf(node.expression as Node, constants);
    case 'BinaryExpression': {
      const [left, right] = [textOf(node.left as Node, constants), textOf(node.right as Node, constants)];
      return node.operator === '+' && left !== undefined && right !== undefined ? left + right : undefined;
    }
    case 'ConditionalExpression': {
      const both = [textOf(node.consequent as Node, constants), textOf(node.alternate as Node, constants)];
      return both.filter((text) => text !== undefined && text !== '').join(', or: ') || undefined;
    }
    default:
      return undefined;
  }
}
