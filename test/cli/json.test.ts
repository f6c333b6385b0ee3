import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '#cli/commands.ts';
import { runWeft } from './run-weft.ts';
import { shapeProblems, shapesOf } from './shape.ts';

/** These do something where there is nothing, and say so. */
const SUCCEED = new Set([
  'domain templates',
  'next',
  'doctor',
  'local down',
  'local logs',
  'local reset',
  'policy check',
  'policy coverage',
  'audit rules',
  'events schema',
]);

/** These bring up a mesh, or try every policy for seconds. */
const NOT_HERE = new Set(['demo', 'local up', 'policy test']);

describe('--json', () => {
  test.each(COMMANDS.map(({ name, shape }) => [name, shape]))('of %s has a shape that can be read: %s', (_, shape) => {
    expect(shapesOf(shape).length).toBeGreaterThan(0);
    for (const { kind, members, open } of shapesOf(shape))
      expect(kind === 'array' || open || members.length > 0).toBe(true);
  });

  test.each(
    COMMANDS.map(({ name }) => name).filter((name) => !NOT_HERE.has(name)),
  )('of %s where there is no mesh is one document, and asks nothing', async (name) => {
    const cwd = mkdtempSync(join(tmpdir(), 'weft-json-'));
    const spec = COMMANDS.find((one) => one.name === name);
    const needed = (spec?.arguments ?? []).filter((argument) => argument.name.startsWith('<')).map(() => 'a/b');
    const { exit, out } = await runWeft([...name.split(' '), ...needed, '--json'], { cwd });
    const document = JSON.parse(out);
    if (SUCCEED.has(name))
      expect({ exit, problems: shapeProblems(spec?.shape ?? '', document) }).toEqual({ exit: 0, problems: [] });
    else if (document.error === undefined) expect(exit).not.toBe(0);
    else {
      expect(exit).toBe(1);
      expect(document).toEqual({ error: expect.objectContaining({ code: expect.stringMatching(/^WEFT-(?!BUG)/) }) });
      // With what to do next, or problems that say it.
      expect(document.error.hint ?? document.error.problems).toBeDefined();
    }
  });

  test.each<[string, unknown, string[]]>([
    ['{ "a", "b": […] }', { a: 1, b: [] }, []],
    ['{ "a", "b": […] }', { a: 1 }, ['"b" is missing']],
    ['{ "a" }', { a: 1, c: 1 }, ['"c" is not told of']],
    ['{ "a", … }', { a: 1, c: 1 }, []],
    ['{ "a", "b"? }', { a: 1 }, []],
    ['{ "a": [{ "inner" }], "needs": "x" | "y" }', { a: [], needs: 'x' }, []],
    ['[{ "a" }]', [], []],
    ['[{ "a" }]', {}, ['it is no list']],
    ['{ "a" }; with --b { "c" }', { c: 1 }, []],
    ['{ "a" }; with --follow one entry a line', { a: 1 }, []],
  ])('a document of %s: %j has the problems %j', (shape, document, problems) => {
    expect(shapeProblems(shape, document)).toEqual(problems);
  });
});
