import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

/** User errors that have no next step of their own, each with why. */
const EXCEPTIONS: readonly { readonly file: string; readonly why: string }[] = [
  { file: 'lib/mesh/error.ts', why: 'it makes the errors of others' },
  {
    file: 'lib/aws/mesh-api.ts',
    why: 'a Lambda passes the error of the API on to its log, which nobody reads step by step',
  },
];

interface Thrown {
  readonly line: number;
  readonly call: string;
}

/** The calls in a source that make an error of a user's without a hint, and without problems, whose every one has a fix. */
function withoutHint(source: string): Thrown[] {
  return [...source.matchAll(/(?:userError|new WeftError)\(/g)].flatMap((match) => {
    const from = match.index + match[0].length;
    const call = source.slice(from, endOfCall(source, from));
    const byUser = match[0].startsWith('userError') || /source: 'user'/.test(call);
    if (!byUser || /\b(?:hint|problems)\b/.test(call)) return [];
    return [{ line: source.slice(0, from).split('\n').length, call: call.replaceAll(/\s+/g, ' ').slice(0, 120) }];
  });
}

/** Where the parenthesis closes that is open at `from`; strings and the values in templates may hold others. */
function endOfCall(source: string, from: number): number {
  let depth = 1;
  let quote = '';
  const templates: number[] = [];
  let at = from;
  for (; at < source.length && depth > 0; at += 1) {
    const character = source[at] ?? '';
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
      else if (quote === '`' && source.startsWith('${', at)) {
        templates.push(depth);
        quote = '';
        depth += 1;
        at += 1;
      }
    } else if (/['"`]/.test(character)) quote = character;
    else if (/[([{]/.test(character)) depth += 1;
    else if (/[)\]}]/.test(character)) {
      depth -= 1;
      if (templates.at(-1) === depth) {
        templates.pop();
        quote = '`';
      }
    }
  }
  return at - 1;
}

describe('every error of a user ends with the next step', () => {
  test('in all sources, but for those that are excused', () => {
    const found = globSync('{bin,lib,lambdas}/**/*.ts').flatMap((file) =>
      withoutHint(readFileSync(file, 'utf8')).map((thrown) => ({ file, ...thrown })),
    );
    const excused = EXCEPTIONS.map(({ file }) => file);
    expect(found.filter(({ file }) => !excused.includes(file))).toEqual([]);
    // An excuse that nothing needs any more goes.
    for (const file of excused) expect(found.map((one) => one.file)).toContain(file);
  });

  test.each([
    ["throw userError('WEFT-X-001', `a ${b(')')} c`);", 1],
    ["throw userError('WEFT-X-001', `a ${b} c`, { hint: 'd' });", 0],
    ["throw new WeftError('WEFT-X-001', 'a');", 0],
    ["throw new WeftError('WEFT-X-001', 'a', { source: 'user' });", 1],
    ["throw userError('WEFT-X-001', 'a', { problems });", 0],
    ["throw userError('WEFT-X-001', 'a');\nconst hint = 'b';", 1],
  ])('%s has %d without', (source, count) => {
    expect(withoutHint(source)).toHaveLength(count);
  });
});
