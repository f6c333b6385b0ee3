import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LineCounter, parseDocument } from 'yaml';
import { fromDocument } from '#mesh/yaml/from-document.ts';
import type { YamlNode } from '#mesh/yaml/node.ts';
import { readPlain } from '#mesh/yaml/plain.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

/** What a tree says and where, in one form for both readers. */
function flat(node: YamlNode | undefined, place: (offset: number) => unknown): unknown {
  if (node === undefined) return undefined;
  const at = place(node.at);
  if (node.kind === 'scalar') {
    return [node.value, at, typeof node.value === 'string' ? undefined : node.source];
  }
  if (node.kind === 'list') return { at, items: node.items.map((item) => flat(item, place)) };
  return { at, pairs: node.pairs.map(({ key, at: from, value }) => [key, place(from), flat(value, place)]) };
}

function byParser(text: string) {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', prettyErrors: false, logLevel: 'error' });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  return { wrong: [...document.errors, ...document.warnings], tree: () => flat(fromDocument(document), place) };
}

/** Both readers agree on the text, or the quick one leaves it to the parser. True when the quick one read it. */
function agree(text: string): boolean {
  const quick = readPlain(text);
  if (quick === undefined) return false;
  const { wrong, tree } = byParser(text);
  expect({ text, wrong: wrong.map(({ message }) => message) }).toEqual({ text, wrong: [] });
  expect({ text, tree: flat(quick.root, quick.placeAt) }).toEqual({ text, tree: tree() });
  return true;
}

const files = [
  ...globSync('examples/**/*.yaml', { cwd: ROOT }).map((name) => join(ROOT, name)),
  ...globSync('domain-templates/**/*.yaml', { cwd: ROOT }).map((name) => join(ROOT, name)),
  ...globSync('test/**/*.{odcs,odps}.yaml', { cwd: ROOT }).map((name) => join(ROOT, name)),
  ...(process.env.WEFT_STANDARDS_DIR === undefined
    ? []
    : globSync('**/*.yaml', { cwd: process.env.WEFT_STANDARDS_DIR }).map((name) =>
        join(process.env.WEFT_STANDARDS_DIR as string, name),
      )),
];

describe('the quick reader', () => {
  test('gives what the parser gives, for every file at hand, and reads most of ours itself', () => {
    const read = files.map((file) => agree(readFileSync(file, 'utf8')));
    expect(read.filter(Boolean).length).toBeGreaterThan(5);
  });

  test.each([
    ['a list right below its key', 'a:\n- b: 1\n  c: 2\n- d\ne: f\n'],
    ['comments anywhere', '# x\na: b # c\n  # d\n\nc: # e\n  - 1 # f\n# g\n  - "2" # h\n'],
    [
      'numbers, words and what looks like them',
      'a: 012\nb: 1.50\nc: -3\nd: ~\ne: True\nf: yes\ng: 1.2.3\nh: 12:30\ni: 2026-01-02\nj: .5\nk: +7\n',
    ],
    ['quotes', `a: "x: y # z"\nb: 'it''s'\nc: ''\nd: ""\n`],
    ['flow', `a: [x, "y, z", {b: 1, c: [ ]}, 'q',]\nd: {}\ne: { f: g h, i: "j" }\n`],
    ['a value that goes to the end of the text', 'a:\n  b: c'],
  ])('reads %s itself', (_what, text) => {
    expect(agree(text)).toBe(true);
  });

  test.each([
    ['an anchor and an alias', 'a: &x 1\nb: *x\n'],
    ['a tag', 'a: !!str 1\n'],
    ['a block text', 'a: |\n  b\n'],
    ['a text over two lines', 'a: b\n  c\n'],
    ['an escape', 'a: "\\u0041"\n'],
    ['a key that stands twice', 'a: 1\na: 2\n'],
    ['a prototype', '__proto__: 1\n'],
    ['a merge key', '<<: {a: 1}\n'],
    ['a tab', 'a:\tb\n'],
    ['a second document', 'a: b\n---\nc: d\n'],
    ['a key without a value', 'a:\nb: c\n'],
    ['an open bracket', 'a: [b\n'],
    ['an open quote', 'a: "b\nc: d"\n'],
    ['a mapping in a value', 'a: b: c\n'],
    ['a list in a list', '- - a\n'],
    ['a hexadecimal number', 'a: 0x1F\n'],
    ['wrong indentation', 'a:\n    b: 1\n  c: 2\n'],
    ['depth', Array.from({ length: 40 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['brackets in brackets', `a: ${'['.repeat(100_000)}`],
  ])('leaves %s to the parser', (_what, text) => {
    expect(readPlain(text)).toBeUndefined();
  });

  const piece = fc.constantFrom(
    'a',
    'b',
    'name',
    ': ',
    ':',
    '- ',
    '-',
    '"x y"',
    "'it''s'",
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    ', ',
    ',',
    '#',
    ' # c',
    ' ',
    '  ',
    '1',
    '1.5',
    '-2',
    '0x1',
    '1e3',
    '.5',
    '~',
    'null',
    'true',
    'No',
    '&a ',
    '*a',
    '!t ',
    '|',
    '>',
    '?',
    '? ',
    '%',
    '@',
    '\\',
    '\n',
    '\n  ',
    '\n    ',
    '\n- ',
    '\n  - ',
    '\na: ',
    '\nb:',
    '\n  c: ',
    '\n---',
    '\t',
    'é',
    '1.2.3',
    'http://x:1',
  );

  test('never differs from the parser, whatever is put together', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        agree(pieces.join(''));
      }),
      { numRuns: 20_000 },
    );
  }, 60_000);

  const scalar = fc.constantFrom(
    'x',
    'two words',
    '"q, r"',
    "'s'",
    '12',
    '-0.5',
    'true',
    '~',
    '[1, a]',
    '{ k: v, l: [2] }',
    'a-b/c',
    '1.0.0',
  );
  const block: fc.Arbitrary<string[]> = fc.letrec<{ block: string[] }>((tie) => ({
    block: fc.oneof(
      { maxDepth: 4 },
      fc
        .array(fc.tuple(fc.constantFrom('a', 'b', 'c-d', 'e.f'), scalar), { minLength: 1, maxLength: 4 })
        .map((pairs) => [...new Map(pairs)].map(([key, value]) => `${key}: ${value}`)),
      fc.array(scalar, { minLength: 1, maxLength: 3 }).map((items) => items.map((item) => `- ${item}`)),
      fc
        .tuple(tie('block'), fc.boolean())
        .map(([inner, comment]) => [`k:${comment ? ' # why' : ''}`, ...inner.map((line) => `  ${line}`)]),
      fc
        .array(tie('block'), { minLength: 1, maxLength: 3 })
        .map((blocks) =>
          blocks.flatMap((inner) => inner.map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`))),
        ),
    ),
  })).block;

  test('never differs on what people write, and reads nearly all of it itself', () => {
    let read = 0;
    fc.assert(
      fc.property(block, (lines) => {
        if (agree(`${lines.join('\n')}\n`)) read += 1;
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(1500);
  }, 60_000);

  test('never differs on what people write and then break', () => {
    fc.assert(
      fc.property(block, fc.nat(), fc.nat(6), fc.array(piece, { maxLength: 3 }), (lines, at, cut, pieces) => {
        const text = `${lines.join('\n')}\n`;
        const from = at % (text.length + 1);
        agree(text.slice(0, from) + pieces.join('') + text.slice(from + cut));
      }),
      { numRuns: 5000 },
    );
  }, 60_000);
});
