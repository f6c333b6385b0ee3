import { describe, expect, test } from '@jest/globals';
import { decodeYaml } from '#mesh/yaml/decode.ts';
import { readYaml } from '#mesh/yaml/read.ts';

const LIMITS = { code: 'WEFT-X-001', maxBytes: 5_000_000 };
const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

describe('a text that was written to do harm', () => {
  test.each([
    ['aliases without end', `a: &a 1\n${lines(50_000, (i) => `k${i}: *a\n`)}`, 'more than 100 aliases', 101 + 1],
    ['an alias inside an anchor', 'a: &a [x]\nb: &b [*a, *a]\n', 'stands inside an anchor', 2],
    ['brackets in brackets', '['.repeat(100_000), 'nested too deeply', 1],
    ['mappings in mappings', '{a: '.repeat(50_000), 'nested too deeply', 1],
    ['lists in lists', '- '.repeat(50_000), 'nested too deeply', 1],
    ['keys of keys', '? '.repeat(50_000), 'nested too deeply', 1],
    ['tags in a row', '!!str '.repeat(50_000), 'nested too deeply', 1],
    ['indentation without end', lines(2000, (i) => `${' '.repeat(i)}a:\n`), 'nested too deeply', 66],
    ['a prototype', 'b: 1\n__proto__: { admin: true }\n', '"__proto__" is not allowed', 2],
    ['a long file', `a: ${'x'.repeat(10_000_000)}`, 'at most 5000000 are read', undefined],
  ])('with %s is refused with its place', (_name, text, message, line) => {
    const { view, problems } = readYaml({ file: 'f', text }, LIMITS);
    expect(view).toBeUndefined();
    expect(problems[0]).toMatchObject({ code: 'WEFT-X-001', severity: 'error', file: 'f' });
    expect(problems[0]?.message).toContain(message);
    expect(problems[0]?.line).toBe(line);
  });

  test('with a key that stands twice is told each time', () => {
    const { problems } = readYaml({ text: 'a: 1\na: 2\nb: {c: 1, c: 2}\n' }, LIMITS);
    expect(problems.map(({ line, column }) => `${line}:${column}`)).toEqual(['2:1', '3:11']);
  });

  test('is not what a sound text full of such characters is', () => {
    const bold = lines(300, (i) => `k${i}: "*bold* [ { - - - - - - - -"\n`);
    const prose = `k: |\n${lines(300, () => '  *word* - - - - - - - - - - [[[[\n')}`;
    const deep = `${lines(30, (i) => `${'  '.repeat(i)}a:\n`)}${'  '.repeat(30)}b: [[[1]]]\n`;
    const far = `k: |\n  a\n${' '.repeat(200)}b\nl: 1\n`;
    for (const text of [bold, prose, deep, far]) expect(readYaml({ text }, LIMITS).problems).toEqual([]);
  });
});

describe('the bytes of a file', () => {
  const decode = (bytes: Uint8Array) => decodeYaml(bytes, { file: 'f', ...LIMITS });

  test.each([
    ['UTF-16, little end first', Buffer.from('\ufeffkind: x', 'utf16le'), 'UTF-16'],
    ['UTF-16, big end first', Buffer.from('\ufeffkind: x', 'utf16le').swap16(), 'UTF-16'],
    ['UTF-16 without a mark', Buffer.from('kind: x', 'utf16le'), 'NUL'],
    ['Latin-1', Buffer.from('name: caf\u00e9', 'latin1'), 'not valid UTF-8'],
    ['too many bytes', Buffer.alloc(10_000_000, 'x'), '10000000 bytes'],
  ])('of %s are refused', (_name, bytes, message) => {
    const checked = decode(bytes);
    expect(checked.ok).toBe(false);
    expect(checked.problems[0]).toMatchObject({ code: 'WEFT-X-001', file: 'f', fix: expect.any(String) });
    expect(checked.problems[0]?.message).toContain(message);
  });

  test('of UTF-8 are its text, without the mark', () => {
    expect(decode(Buffer.from('\ufeffname: café 🦆'))).toMatchObject({ ok: true, value: 'name: café 🦆' });
  });
});
