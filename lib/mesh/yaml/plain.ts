import { inlineValue, keyAt, NOT_PLAIN, skipBlanks } from './inline.ts';
import { placeIn, type YamlNode, type YamlPair, type YamlTree } from './node.ts';

/** A line that says something: where its content begins and ends, and how far it is indented. */
interface Line {
  readonly indent: number;
  readonly start: number;
  readonly end: number;
}

const DEEPEST = 30;
/** Tabs, carriage returns, marks and other controls but the newline: what they mean depends on where they stand. */
const UNUSUAL = /[\p{Cc}\u2028\u2029\ufeff]/u;

/**
 * Reads YAML as most people write it, ten times as fast as the parser: block mappings and lists, words as keys, and values on one line. It
 * gives the same values and places as the parser, or undefined for a text that uses anything else, or that may be wrong: the parser
 * reads those, and tells what is wrong.
 */
export function readPlain(text: string): YamlTree | undefined {
  if (UNUSUAL.test(text.replaceAll('\n', ' '))) return undefined;
  const starts: number[] = [];
  const lines = linesOf(text, starts);
  if (lines === undefined || lines.length === 0) return undefined;
  try {
    const reader = new PlainReader(text, lines);
    const root = reader.document();
    return { root, placeAt: (offset) => placeIn(starts, offset) };
  } catch (error) {
    if (error === NOT_PLAIN) return undefined;
    throw error;
  }
}

function linesOf(text: string, starts: number[]): Line[] | undefined {
  const lines: Line[] = [];
  for (let from = 0; from <= text.length; ) {
    const newline = text.indexOf('\n', from);
    const stop = newline < 0 ? text.length : newline;
    starts.push(from);
    const start = skipBlanks(text, from);
    if (start < stop && text[start] !== '#') {
      if (start === from && (text.startsWith('---', from) || text.startsWith('...', from))) return undefined;
      let end = stop;
      while (text.charCodeAt(end - 1) === 0x20) end -= 1;
      lines.push({ indent: start - from, start, end });
    }
    from = stop + 1;
  }
  return lines;
}

/** Walks the lines once, from top to bottom. */
class PlainReader {
  readonly #text: string;
  readonly #lines: readonly Line[];
  #at = 0;
  #depth = 0;

  constructor(text: string, lines: readonly Line[]) {
    this.#text = text;
    this.#lines = lines;
  }

  document(): YamlNode {
    const root = this.#block();
    if (this.#at < this.#lines.length) throw NOT_PLAIN;
    return root;
  }

  get #line(): Line | undefined {
    return this.#lines[this.#at];
  }

  #block(): YamlNode {
    const line = this.#line;
    if (line === undefined || this.#depth >= DEEPEST) throw NOT_PLAIN;
    this.#depth += 1;
    const node = this.#isItem(line) ? this.#list(line.indent, line.start) : this.#map(line.indent, line.start);
    this.#depth -= 1;
    return node;
  }

  #map(indent: number, at: number): YamlNode {
    const pairs: YamlPair[] = [];
    const names = new Set<string>();
    let start = at;
    for (let line = this.#line; line !== undefined; line = this.#line) {
      const found = keyAt(this.#text, start);
      if (found === undefined || names.has(found.key)) throw NOT_PLAIN;
      names.add(found.key);
      const value = this.#value(skipBlanks(this.#text, found.end), line.end, indent, true);
      pairs.push({ key: found.key, at: start, value });
      const next = this.#line;
      if (next === undefined || next.indent < indent) break;
      if (next.indent > indent) throw NOT_PLAIN;
      start = next.start;
    }
    return { kind: 'map', at, pairs };
  }

  #list(indent: number, at: number): YamlNode {
    const items: YamlNode[] = [];
    for (let line = this.#line; line?.indent === indent && this.#isItem(line); line = this.#line) {
      const content = skipBlanks(this.#text, line.start + 1);
      const empty = content >= line.end || this.#text[content] === '#';
      if (!empty && keyAt(this.#text, content) !== undefined) {
        if (this.#depth >= DEEPEST) throw NOT_PLAIN;
        this.#depth += 1;
        items.push(this.#map(indent + content - line.start, content));
        this.#depth -= 1;
      } else items.push(this.#value(content, line.end, indent, false));
    }
    if ((this.#line?.indent ?? 0) > indent) throw NOT_PLAIN;
    return { kind: 'list', at, items };
  }

  /** What stands behind a colon or a dash: on the same line, or further indented below. A list may stand right below its key. */
  #value(content: number, end: number, indent: number, belowKey: boolean): YamlNode {
    this.#at += 1;
    const next = this.#line;
    if (content < end && this.#text[content] !== '#') {
      // A line that is further indented would go on with this value.
      if (next !== undefined && next.indent > indent) throw NOT_PLAIN;
      return inlineValue(this.#text, content, end);
    }
    if (next === undefined) throw NOT_PLAIN;
    if (next.indent > indent || (belowKey && next.indent === indent && this.#isItem(next))) return this.#block();
    throw NOT_PLAIN;
  }

  #isItem({ start, end }: Line): boolean {
    return this.#text[start] === '-' && (start + 1 >= end || this.#text[start + 1] === ' ');
  }
}
