import { coreScalar, isWord } from './core-scalar.ts';
import type { YamlNode, YamlPair } from './node.ts';

/** Thrown, and caught by `readPlain`, at the first thing that the quick reader leaves to the parser. */
export const NOT_PLAIN = Symbol('not plain');

/** A key that is one word; what else YAML allows as a key is left to the parser. */
const KEY = /([A-Za-z_][\w.$/-]{0,120}):(?= |\n|$)/y;
/** Characters with which no plain scalar begins, and those whose meaning depends on what follows. */
const NO_START = new Set('?:,[]{}#&*!|>\'"%@`-');
const FLOW_END = /[,[\]{}]/g;
const DEEPEST = 30;

/** A key at this place, with where it ends behind its colon; undefined when there is none. */
export function keyAt(text: string, at: number): { readonly key: string; readonly end: number } | undefined {
  KEY.lastIndex = at;
  const key = KEY.exec(text)?.[1];
  if (key === undefined) return undefined;
  if (key === '__proto__' || isWord(key)) throw NOT_PLAIN;
  return { key, end: at + key.length + 1 };
}

/** The offset behind the blanks. */
export function skipBlanks(text: string, at: number): number {
  let index = at;
  while (text.charCodeAt(index) === 0x20) index += 1;
  return index;
}

/** A scalar or a flow collection that begins and ends on one line. `end` is where the line ends, without blanks. */
export function inlineValue(text: string, at: number, end: number): YamlNode {
  const first = text[at];
  if (first === '"' || first === "'") return ended(text, quoted(text, at, end), end);
  if (first === '[' || first === '{') return ended(text, collection(text, at, end, 1), end);
  const rest = text.slice(at, end);
  const comment = rest.indexOf(' #');
  return plain(comment < 0 ? rest : rest.slice(0, comment).trimEnd(), at);
}

interface Read {
  readonly node: YamlNode;
  readonly after: number;
}

/** Nothing but a comment may follow on the line. */
function ended(text: string, { node, after }: Read, end: number): YamlNode {
  const next = skipBlanks(text, after);
  if (next >= end || (next > after && text[next] === '#')) return node;
  throw NOT_PLAIN;
}

function plain(source: string, at: number): YamlNode {
  const first = source[0];
  if (first === undefined || source.includes(': ') || source.endsWith(':')) throw NOT_PLAIN;
  if (NO_START.has(first) && !(first === '-' && /^-[\w.]/.test(source))) throw NOT_PLAIN;
  const scalar = coreScalar(source);
  if (scalar === undefined) throw NOT_PLAIN;
  return { kind: 'scalar', at, value: scalar.value, source };
}

function quoted(text: string, at: number, end: number): Read {
  const quote = text[at] as string;
  let close = text.indexOf(quote, at + 1);
  if (quote === "'") while (close >= 0 && text[close + 1] === "'") close = text.indexOf("'", close + 2);
  if (close < 0 || close >= end) throw NOT_PLAIN;
  const inner = text.slice(at + 1, close);
  if (quote === '"' && inner.includes('\\')) throw NOT_PLAIN;
  const value = quote === "'" ? inner.replaceAll("''", "'") : inner;
  return { node: { kind: 'scalar', at, value, source: value }, after: close + 1 };
}

function collection(text: string, at: number, end: number, depth: number): Read {
  if (depth > DEEPEST) throw NOT_PLAIN;
  const isMap = text[at] === '{';
  const close = isMap ? '}' : ']';
  const items: YamlNode[] = [];
  const pairs: YamlPair[] = [];
  const names = new Set<string>();
  let next = skipBlanks(text, at + 1);
  while (text[next] !== close) {
    const found = isMap ? keyAt(text, next) : undefined;
    if (isMap && (found === undefined || names.has(found.key))) throw NOT_PLAIN;
    const { node, after } = flowValue(text, found === undefined ? next : skipBlanks(text, found.end), end, depth);
    if (found === undefined) items.push(node);
    else {
      names.add(found.key);
      pairs.push({ key: found.key, at: next, value: node });
    }
    next = skipBlanks(text, after);
    if (text[next] === ',') next = skipBlanks(text, next + 1);
    else if (text[next] !== close) throw NOT_PLAIN;
    if (next >= end) throw NOT_PLAIN;
  }
  const node: YamlNode = isMap ? { kind: 'map', at, pairs } : { kind: 'list', at, items };
  return { node, after: next + 1 };
}

function flowValue(text: string, at: number, end: number, depth: number): Read {
  const first = text[at];
  if (at >= end) throw NOT_PLAIN;
  if (first === '"' || first === "'") return quoted(text, at, end);
  if (first === '[' || first === '{') return collection(text, at, end, depth + 1);
  FLOW_END.lastIndex = at;
  const stop = FLOW_END.exec(text)?.index ?? end;
  if (stop >= end) throw NOT_PLAIN;
  const source = text.slice(at, stop).trimEnd();
  if (source.includes(' #')) throw NOT_PLAIN;
  return { node: plain(source, at), after: stop };
}
