import { Lexer } from 'yaml';

export interface BombLimits {
  readonly aliases: number;
  readonly depth: number;
}

/** What makes a text too costly to parse, and where. */
export interface Bomb {
  readonly message: string;
  readonly fix: string;
  readonly offset: number;
}

const DOCUMENT = '\u0002';
const FLOW_END = '\u0018';
const SCALAR = '\u001f';
/** Properties that may stand before one value: a tag and an anchor, with room to spare. */
const MOST_PROPERTIES = 8;

/**
 * Finds what a parser would spend its time on: thousands of aliases, brackets or dashes inside each other, tags in a row. Linear in the
 * text, and done only where a glance finds enough of those characters; it stops at the first place that is too much.
 */
export function findBomb(text: string, limits: BombLimits): Bomb | undefined {
  return suspicious(text, limits) ? lex(text, limits) : undefined;
}

/** Counts without reading YAML: a sound text that is full of such characters is looked at more closely, and passes. */
function suspicious(text: string, limits: BombLimits): boolean {
  if (/(?:[-?!&]\S*[ \t]+){8}/.test(text)) return true;
  if (/\n {130}/.test(text)) return true;
  let aliases = 0;
  let open = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x2a) aliases += 1;
    else if (code === 0x5b || code === 0x7b) open += 1;
    else if (code === 0x5d || code === 0x7d) open -= 1;
    if (aliases > limits.aliases || open > limits.depth) return true;
  }
  return false;
}

function lex(text: string, limits: BombLimits): Bomb | undefined {
  let [offset, aliases, flow, inLine, properties] = [0, 0, 0, 0, 0];
  let scalar = false;
  let lineStart = true;
  const indents: number[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === SCALAR) {
      scalar = true;
      lineStart = false;
      properties = 0;
      continue;
    }
    if (lexeme === DOCUMENT || lexeme === FLOW_END) continue;
    const first = scalar ? '' : lexeme.charAt(0);
    if (lineStart && first !== '\n' && first !== '\r') {
      const indent = first === ' ' ? lexeme.length : 0;
      while ((indents.at(-1) ?? 0) >= indent && indents.length > 0) indents.pop();
      if (indent > 0 && flow === 0) indents.push(indent);
    }
    lineStart = first === '\n' || first === '\r';
    scalar = false;
    if (first === '*') aliases += 1;
    else if (first === '[' || first === '{') flow += 1;
    else if (first === ']' || first === '}') flow -= 1;
    else if (first === '-' || first === '?') inLine += 1;
    else if (first === '\n' || first === '\r') inLine = 0;
    else if (first === '!' || first === '&') properties += 1;
    if (aliases > limits.aliases) {
      const message = `there are more than ${limits.aliases} aliases`;
      return { message, fix: 'write the values out', offset };
    }
    if (flow + inLine + indents.length > limits.depth || properties > MOST_PROPERTIES) {
      return { message: 'the YAML is nested too deeply', fix: `use at most ${limits.depth} levels`, offset };
    }
    offset += lexeme.length;
  }
  return undefined;
}
