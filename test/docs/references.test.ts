import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { WEFT_PROPERTIES } from '#mesh/contract/weft-properties.ts';
import { COMMAND_VARIABLES } from '../../docs/command-variables.ts';
import { COST_UNITS } from '../../docs/cost-units.ts';
import { raisedErrors } from '../../docs/error-page.ts';
import { reasonFor } from '../../docs/permission-reasons.ts';
import { permissionsOf } from '../../docs/stack-page.ts';
import { type SynthesizedStack, synthesizedStacks } from '../../docs/synthesized.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const sources = (...patterns: string[]) =>
  patterns
    .flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .map((file) => readFileSync(resolve(ROOT, file), 'utf8'));

/** What a pattern's first group finds in sources. */
const found = (texts: readonly string[], pattern: RegExp) =>
  new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name)));

describe('what the stacks of the example have', () => {
  let stacks: readonly SynthesizedStack[];

  beforeAll(() => {
    stacks = synthesizedStacks();
  });

  test('each permission of each role has a reason: a new one is a line of docs/permission-reasons.ts', () => {
    const permissions = stacks.flatMap(permissionsOf);
    expect(permissions.length).toBeGreaterThan(200);
    const without = permissions.filter(({ sid, actions }) => reasonFor(sid, actions) === undefined);
    expect(
      without.map(({ stack, role, sid, actions }) => `${stack} ${role} ${sid ?? ''} ${actions.join(' ')}`),
    ).toEqual([]);
  });

  test('each kind of resource says what it is billed by, or that it is not: a new one is a line of docs/cost-units.ts', () => {
    const types = new Set(stacks.flatMap(({ resources }) => resources.map(({ type }) => type)));
    expect([...types].filter((type) => !Object.hasOwn(COST_UNITS, type))).toEqual([]);
  });

  test('nothing of a hash, or of one domain only, is in it', () => {
    const text = JSON.stringify(stacks.map(({ name, after }) => [name, after]));
    expect(text).not.toMatch(/[0-9a-f]{32}|flight|wildlife/);
  });
});

test('every custom property that is read is in the list: lib/mesh/contract/weft-properties.ts', () => {
  const texts = sources('lib/mesh/**/*.ts').filter((text) => !text.includes('WEFT_PROPERTIES: Readonly'));
  const read = found(texts, /(?:customProperty|readCharacter)\(\w+, '(weft\.[\w.]+)'/g);
  expect([...read].filter((name) => !Object.hasOwn(WEFT_PROPERTIES, name))).toEqual([]);
});

test('every variable that the command reads is in the list: docs/command-variables.ts', () => {
  const read = found(sources('lib/cli/**/*.ts', 'lib/local/**/*.ts', 'bin/*.ts'), /\benv\.([A-Z][A-Z_]+)\b/g);
  const known = new Set([...COMMAND_VARIABLES.map(({ name }) => name), 'PATH']);
  expect([...read].filter((name) => !known.has(name))).toEqual([]);
  expect([...known].filter((name) => !read.has(name))).toEqual([]);
});

test('every code that the source has as a text stands on the page with its message', () => {
  const raised = raisedErrors();
  const known = new Set(raised.map(({ code }) => code));
  const inSource = found(sources('bin/**/*.ts', 'lib/**/*.ts', 'lambdas/**/*.ts'), /'(WEFT-[A-Z]+-\d{3})'/g);
  expect([...inSource].filter((code) => !known.has(code))).toEqual([]);
  const drift = raised.find(({ code }) => code === 'WEFT-CLI-001');
  expect(drift).toMatchObject({ fix: 'start one with: weft local up --detach' });
  expect(raised.find(({ code }) => code === 'WEFT-CONTRACT-041')?.message).toMatch(/mask/);
});
