import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import { parseMesh } from '#mesh/topology/parse.ts';
import { buildApp } from '#stacks/app.ts';
import { followGuide } from './follow.ts';
import { blocksOf, commandsOf, GUIDES, guideText, patternOf } from './guide.ts';
import { openGuideShell } from './guide-shell.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** How many blocks of each guide do not run; each says why. */
const NOT_RUN: Readonly<Record<string, number>> = {
  'guide-analyst.md': 3,
  'guide-compliance.md': 2,
  'guide-domain.md': 2,
  'guide-platform.md': 7,
};

/** What a copy of the repository has that its commands need. */
const REPOSITORY = [
  'bin',
  'lib',
  'lambdas',
  'policies',
  'examples',
  'node_modules',
  'cdk.json',
  'package.json',
  'tsconfig.json',
];

const block = (text: string) => ({ line: 10, language: 'sh', notes: {}, text });

describe('reading a guide', () => {
  test('there is one for each kind of user', () => {
    expect(GUIDES).toEqual(['guide-analyst.md', 'guide-compliance.md', 'guide-domain.md', 'guide-platform.md']);
  });

  test('commands are lines, with what goes on behind a backslash or belongs to a here-document', () => {
    const text = 'one\n\n# a remark\ntwo \\\n  goes on\ncat > f <<END\nthree\nEND\nfour';
    expect(commandsOf(block(text))).toEqual([
      { line: 11, text: 'one' },
      { line: 14, text: 'two \\\n  goes on' },
      { line: 16, text: 'cat > f <<END\nthree\nEND' },
      { line: 19, text: 'four' },
    ]);
  });

  test('shown output is a pattern in which only … and blanks are loose', () => {
    expect(patternOf('a  (b)… c.').test('a (b) and c.')).toBe(true);
    expect(patternOf('a  (b)… c.').test('a b c.')).toBe(false);
  });

  test.each(GUIDES)('%s has every command in a block that is run, or that says why not', (name) => {
    const text = guideText(name);
    const blocks = blocksOf(text);
    for (const { language, line } of blocks)
      expect([line, language]).toEqual([line, expect.stringMatching(/^(sh|text|sql|python|yaml|java|json|cedar)$/)]);
    const outside = text.replaceAll(/^```[\s\S]*?^```/gm, '');
    expect(outside).not.toMatch(/^ {4,}(weft|npx|aws|python3) /m);
    const reasons = blocks.flatMap(({ notes }) => notes['not-run'] ?? []);
    expect({ [name]: reasons.length, reasons }).toEqual({ [name]: NOT_RUN[name], reasons });
    for (const reason of reasons)
      expect(reason).toMatch(/AWS account|tests this page|waits here|takes long|only the syntax/);
  });
});

describe('guide-platform.md', () => {
  const blocks = blocksOf(guideText('guide-platform.md'));

  test('deploys every stack of its mesh once, and none before what it needs', () => {
    const mesh = parseMesh(blocks.find(({ notes }) => notes.file !== undefined)?.text ?? '', 'mesh.yaml');
    if (!mesh.ok) throw new Error(mesh.problems.map(({ message }) => message).join('; '));
    const app = buildApp(mesh.value, { outdir: mkdtempSync(join(tmpdir(), 'weft-assembly-')) });
    const stacks = app.node.findAll().filter((node) => Stack.isStack(node));
    const lines = blocks.filter(({ language }) => language === 'sh').flatMap(commandsOf);
    const deployed = lines
      .filter(({ text }) => text.startsWith('npx cdk deploy -c mesh='))
      .flatMap(({ text }) => text.split(' ').slice(5));
    expect([...deployed].sort()).toEqual(stacks.map(({ node }) => node.path).sort());
    for (const stack of stacks) {
      const at = deployed.indexOf(stack.node.path);
      for (const before of stack.dependencies) expect(deployed.indexOf(before.node.path)).toBeLessThan(at);
    }
  });

  test('can be followed by copying its commands', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weft-guide-'));
    for (const name of REPOSITORY) symlinkSync(resolve(ROOT, name), join(folder, name));
    const shell = await openGuideShell(folder);
    try {
      const { ran, notRun } = await followGuide('guide-platform.md', shell, folder);
      expect(ran.length).toBeGreaterThan(7);
      expect(notRun.filter(({ reason }) => !/AWS|installed|long/.test(reason))).toEqual([]);
    } finally {
      await shell.run('weft local down');
      await shell.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 300_000);
});
