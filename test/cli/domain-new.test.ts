import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { listTemplates } from '#cli/template/template-folder.ts';
import { inTheWay, writeFiles } from '#cli/template/write-files.ts';
import { runWeft } from './run-weft.ts';

const MESH = readFileSync(new URL('../../examples/aviation/mesh.yaml', import.meta.url), 'utf8');
const NEW = ['domain', 'new', 'sales', '--template', 'aggregate'];

describe('weft domain new', () => {
  let cwd: string;
  const weft = (argv: readonly string[]) => runWeft(argv, { cwd });
  const tree = (folder = cwd) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .toSorted();

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'weft-new-'));
  });
  afterEach(() => rmSync(cwd, { recursive: true, force: true }));

  test('makes a repository, says what comes next, and leaves nothing beside it', async () => {
    const { exit, out, err } = await weft([...NEW, '--yes']);
    expect({ exit, out }).toEqual({ exit: 0, out: '' });
    expect(err).toMatch(/^made sales of \d+ files, from the template aggregate\nnext: cd sales\nnext: npm install\n/);
    expect(readdirSync(cwd)).toEqual(['sales']);
    const files = tree(join(cwd, 'sales'));
    expect(files).toEqual(
      expect.arrayContaining([
        '.gitignore',
        '.github/workflows/products.yaml',
        'README.md',
        'mesh.yaml',
        'package.json',
      ]),
    );
    for (const file of files.filter((name) => !name.endsWith('.ts')))
      expect(readFileSync(join(cwd, 'sales', file), 'utf8')).not.toMatch(/(?<!\$)\{\{/);
  });

  test('shows the files and writes none with --dry-run; for programs, too', async () => {
    writeFileSync(join(cwd, 'mesh.yaml'), MESH);
    const answers = ['--account', '210000000077', '--owner', 'ada@sales.example', '--mesh', 'mesh.yaml', '--dry-run'];
    const { out, err } = await weft([...NEW, ...answers]);
    expect(out).toMatch(/^sales\/pipeline\/pipeline\.yaml$/m);
    expect(out).toMatch(/^mesh\.yaml {2}gets the domain sales$/m);
    expect(err).toBe('dry run: nothing was written\n');
    const told = JSON.parse((await weft([...NEW, ...answers, '--json'])).out);
    expect(told).toMatchObject({
      domain: 'sales',
      dryRun: true,
      inTheWay: [],
      mesh: { file: 'mesh.yaml', added: true },
    });
    expect(tree()).toEqual(['mesh.yaml']);
    expect(readFileSync(join(cwd, 'mesh.yaml'), 'utf8')).toBe(MESH);
  });

  test('overwrites nothing: what is in the way is told, all of it, and nothing is written', async () => {
    mkdirSync(join(cwd, 'sales/products'), { recursive: true });
    for (const file of ['README.md', 'pipeline', 'mine.txt']) writeFileSync(join(cwd, 'sales', file), 'mine');
    const { exit, err } = await weft([...NEW, '--yes']);
    expect(exit).toBe(1);
    expect(err).toContain('2 file(s) stand in the way');
    expect(err).toContain('README.md, pipeline (WEFT-TEMPLATE-008)');
    expect(tree()).toEqual(['sales/README.md', 'sales/mine.txt', 'sales/pipeline']);
  });

  test('goes into a folder that is there, beside what it holds', async () => {
    mkdirSync(join(cwd, 'sales/.git'), { recursive: true });
    writeFileSync(join(cwd, 'sales/.git/HEAD'), 'ref');
    expect((await weft([...NEW, '--yes'])).exit).toBe(0);
    expect(tree()).toEqual(expect.arrayContaining(['sales/.git/HEAD', 'sales/mesh.yaml']));
    expect(readdirSync(cwd)).toEqual(['sales']);
  });

  test('adds the domain to the mesh file of the platform, once: that is the pull request', async () => {
    writeFileSync(join(cwd, 'mesh.yaml'), MESH);
    const add = [...NEW, '--mesh', 'mesh.yaml', '--account', '210000000077', '--owner', 'ada@sales.example'];
    expect((await weft(add)).err).toContain('mesh.yaml has the domain now: that change is the pull request');
    const lines =
      '  - name: sales\n    account: "210000000077"\n    owners: [ada@sales.example]\n    contact: ada@sales.example\n';
    expect(readFileSync(join(cwd, 'mesh.yaml'), 'utf8').replace(lines, '')).toBe(MESH);
    // What the mesh knows need not be said again.
    const again = await weft([...NEW, '--mesh', 'mesh.yaml', '--dir', 'again']);
    expect({ exit: again.exit, added: again.err.includes('pull request') }).toEqual({ exit: 0, added: false });
    expect(readFileSync(join(cwd, 'again/mesh.yaml'), 'utf8')).toContain('account: "210000000077"');
    expect(readFileSync(join(cwd, 'again/mesh.yaml'), 'utf8')).toContain('mesh: aviation');
    const other = await weft([...NEW, '--mesh', 'mesh.yaml', '--dir', 'other', '--account', '210000000078']);
    expect(other.err).toContain('WEFT-TEMPLATE-007');
    expect(readdirSync(cwd)).toEqual(['again', 'mesh.yaml', 'sales']);
  });

  test.each<[string, string[], RegExp]>([
    [
      'what is missing and nobody can be asked for',
      NEW,
      /--account and --owner are missing .*\(WEFT-TEMPLATE-005\)\nnext: add --account …/,
    ],
    [
      'a template that there is none of',
      ['domain', 'new', 'sales', '--template', 'x', '--yes'],
      /WEFT-TEMPLATE-002\)\nnext: take one of aggregate, /,
    ],
    [
      'no template',
      ['domain', 'new', 'sales', '--yes'],
      /no template is named \(WEFT-TEMPLATE-005\)\nnext: add --template with one of aggregate, /,
    ],
    ['no name', ['domain', 'new', '--template', 'aggregate', '--yes'], /the domain has no name \(WEFT-TEMPLATE-005\)/],
    [
      'a bad name',
      ['domain', 'new', '../x', '--template', 'aggregate', '--yes'],
      /WEFT-TEMPLATE-003\)\nnext: weft domain new <name>, such as "sales"/,
    ],
    [
      'a parameter that the template has not',
      [...NEW, '--yes', '--set', 'x=1'],
      /WEFT-TEMPLATE-010\)\nnext: its names are mesh, /,
    ],
    [
      'a name that its own mesh has already',
      ['domain', 'new', 'analytics', '--template', 'aggregate', '--yes'],
      /WEFT-TEMPLATE-012/,
    ],
  ])('refuses %s', async (_what, argv, expected) => {
    const { exit, err } = await weft(argv);
    expect({ exit, err }).toEqual({ exit: 1, err: expect.stringMatching(expected) });
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('lists its templates, with when to take which', async () => {
    const { out } = await weft(['domain', 'templates']);
    for (const { name, summary } of listTemplates()) {
      expect(out).toContain(name);
      expect(summary.length).toBeGreaterThan(20);
    }
    expect(JSON.parse((await weft(['domain', 'templates', '--json'])).out)).toEqual(listTemplates());
  });
});

describe('files are written all or none', () => {
  const files = ['a/one.txt', 'b/c/two.txt'].map((path) => ({ path, content: new TextEncoder().encode(path) }));
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'weft-write-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('into a folder that is there: none when one cannot be written', () => {
    mkdirSync(join(folder, 'there/keep'), { recursive: true });
    const broken = [...files, { path: `b/${'x'.repeat(300)}`, content: new Uint8Array() }];
    expect(() => writeFiles(join(folder, 'there'), broken)).toThrow(/ENAMETOOLONG/);
    expect(readdirSync(folder, { recursive: true })).toEqual(['there', 'there/keep']);
  });

  test('what is in the way: a file, a link, a file where a folder is needed', () => {
    writeFileSync(join(folder, 'a'), '');
    mkdirSync(join(folder, 'b/c/two.txt'), { recursive: true });
    expect(inTheWay(folder, files)).toEqual(['a', 'b/c/two.txt']);
    expect(inTheWay(join(folder, 'a'), files)).toEqual(['.']);
    expect(inTheWay(join(folder, 'none'), files)).toEqual([]);
  });
});
