import { isAlias, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { Place, Problem } from '../error.ts';
import { findBomb } from './bomb.ts';
import { fromDocument } from './from-document.ts';
import { readPlain } from './plain.ts';
import { YamlView } from './view.ts';

export interface YamlSource {
  readonly file?: string;
  readonly text: string;
}

export interface YamlLimits {
  /** The code of every problem that is found here. */
  readonly code: string;
  /** The longest text that is read, in bytes of UTF-8. */
  readonly maxBytes: number;
}

const MAX_ALIASES = 100;
const MAX_DEPTH = 64;
const MAX_WARNINGS = 20;

/**
 * Reads one YAML 1.2 document that a stranger may have written: no custom tags, no merge keys, no `__proto__`, no alias inside an anchor
 * (so that a small text stays a small document). The view is absent when something is wrong.
 */
export function readYaml(source: YamlSource, limits: YamlLimits): { view?: YamlView; problems: Problem[] } {
  const problem = (message: string, fix: string, place: Place = { file: source.file }): Problem => ({
    code: limits.code,
    severity: 'error',
    message,
    fix,
    ...place,
  });
  const bytes = new TextEncoder().encode(source.text).length;
  if (bytes > limits.maxBytes) {
    return {
      problems: [problem(`the file has ${bytes} bytes, at most ${limits.maxBytes} are read`, 'split the file')],
    };
  }
  const plain = readPlain(source.text);
  if (plain !== undefined) {
    return { view: new YamlView({ file: source.file, placeAt: plain.placeAt }, plain.root), problems: [] };
  }
  const bomb = findBomb(source.text, { aliases: MAX_ALIASES, depth: MAX_DEPTH });
  if (bomb !== undefined) {
    const before = source.text.slice(0, bomb.offset);
    const line = before.split('\n').length;
    const column = bomb.offset - before.lastIndexOf('\n');
    return { problems: [problem(bomb.message, bomb.fix, { file: source.file, line, column })] };
  }
  const lines = new LineCounter();
  const document = parse(source.text, lines);
  if (document === undefined) return { problems: [problem('the YAML is nested too deeply', 'make it flatter')] };

  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const placeAt = (offset: number): Place => ({ file: source.file, ...position(offset) });
  // What the parser stumbles over after the first broken place mostly follows from it; a key that stands twice stands for itself.
  const [broken] = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  const told = [...(broken === undefined ? [] : [broken]), ...document.warnings.slice(0, MAX_WARNINGS)];
  const problems = told.map((error) =>
    problem(`broken YAML: ${firstLine(error.message)}`, 'correct the YAML at this place', placeAt(error.pos[0])),
  );
  const refuse = (node: Node | null, message: string, fix: string) =>
    problems.push(problem(message, fix, placeAt(node?.range?.[0] ?? 0)));
  visit(document, {
    Node: (_key, node, path) => {
      if (path.length > 2 * MAX_DEPTH) {
        refuse(node, 'the YAML is nested too deeply', `use at most ${MAX_DEPTH} levels`);
        return visit.BREAK;
      }
      if (isMap(node)) {
        const seen = new Set<unknown>();
        for (const { key } of node.items) {
          const name = isScalar(key) ? key.value : key;
          if (seen.has(name)) refuse(key as Node, 'broken YAML: map keys must be unique', 'remove one of them');
          seen.add(name);
        }
      }
      if (!isAlias(node)) return undefined;
      if (path.some((parent) => (parent as { anchor?: string }).anchor !== undefined)) {
        refuse(node, `the alias *${node.source} stands inside an anchor`, 'write the value out');
      } else if (node.resolve(document) === undefined) {
        refuse(
          node,
          `the alias *${node.source} has no anchor before it`,
          `write &${node.source} before a value, or the value`,
        );
      }
      return undefined;
    },
    Pair: (_key, pair) => {
      const key = pair.key as Node | null;
      const name = isScalar(key) ? key.value : undefined;
      if (typeof name !== 'string' && typeof name !== 'number' && typeof name !== 'boolean') {
        refuse(key, 'a key is not plain text', 'use a word as the key');
      }
      if (name === '__proto__') refuse(key, 'the key "__proto__" is not allowed', 'rename or remove it');
      if (name === '<<') refuse(key, 'the merge key "<<" is not allowed', 'write the keys out');
    },
  });
  if (problems.length > 0) return { problems };
  return { view: new YamlView({ file: source.file, placeAt: position }, fromDocument(document)), problems };
}

function parse(text: string, lineCounter: LineCounter) {
  try {
    return parseDocument(text, {
      lineCounter,
      schema: 'core',
      prettyErrors: false,
      logLevel: 'error',
      // The parser compares each key with all before it; a set does that below.
      uniqueKeys: false,
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function firstLine(message: string): string {
  const line = message.split('\n')[0] ?? message;
  return line.charAt(0).toLowerCase() + line.slice(1);
}
