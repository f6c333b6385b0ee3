import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listTemplates } from '#cli/template/template-folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const TRIED = 'source-aligned';

/** Runs a program to its end; what it said is in the error when it fails. */
function run(program: string, argv: readonly string[], cwd: string): string {
  const env = { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined };
  return execFileSync(program, argv, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('the package that is published', () => {
  let folder: string;
  const weft = (cwd: string, ...argv: string[]) =>
    run(process.execPath, [join(folder, 'node_modules/weft/bin/weft.js'), ...argv], cwd);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'weft-packed-'));
    run(process.execPath, ['--disable-warning=ExperimentalWarning', join(ROOT, 'bin/package.ts'), folder], ROOT);
    const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    run('tar', ['xzf', tarball], folder);
    mkdirSync(join(folder, 'node_modules'));
    run('mv', ['package', 'node_modules/weft'], folder);
    for (const name of readdirSync(join(ROOT, 'node_modules')))
      if (name !== '.cache') symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
    for (const { name } of listTemplates()) weft(folder, 'domain', 'new', name, '--template', name, '--yes');
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('has no TypeScript that Node would have to run, and imports none', () => {
    const files = readdirSync(join(folder, 'node_modules/weft'), { recursive: true, encoding: 'utf8' });
    const code = files.filter((file) => /^(bin|lib|lambdas)\//.test(file));
    expect(code.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
    const importing = code.filter((file) => {
      if (!/\.(js|d\.ts)$/.test(file)) return false;
      return /\b(from|import)\b\s*\(?\s*['"][.#][^'"]*\.ts['"]/.test(
        readFileSync(join(folder, 'node_modules/weft', file), 'utf8'),
      );
    });
    expect(importing).toEqual([]);
  });

  test('is what a repository depends on: its version, and one copy of the CDK', () => {
    const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const made = JSON.parse(readFileSync(join(folder, TRIED, 'package.json'), 'utf8'));
    expect(made.dependencies.weft).toBe(own.version);
    const versions = { ...own.dependencies, ...own.devDependencies };
    const { weft: _, ...others } = { ...made.dependencies, ...made.devDependencies };
    for (const [name, version] of Object.entries(others)) expect([name, version]).toEqual([name, versions[name]]);
    const packed = JSON.parse(readFileSync(join(folder, 'node_modules/weft/package.json'), 'utf8'));
    expect(Object.keys(packed.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    expect(packed.bin).toEqual({ weft: './bin/weft.js' });
  });

  test('type-checks the repositories of all templates against its declarations', () => {
    const repositories = listTemplates().map(({ name }) => name);
    const [first = ''] = repositories;
    const { compilerOptions } = JSON.parse(readFileSync(join(folder, first, 'tsconfig.json'), 'utf8'));
    const include = repositories.flatMap((name) => [`${name}/bin`, `${name}/test`]);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
    expect(run(join(ROOT, 'node_modules/.bin/tsc'), ['--noEmit'], folder)).toBe('');
  }, 60_000);

  test('runs the tests of a repository: its domain on a mesh of this machine', () => {
    const said = run('npm', ['test', '--silent'], join(folder, TRIED));
    expect(said).toMatch(/\bpass [1-9]/);
    expect(said).toMatch(/\bfail 0\b/);
    expect(existsSync(join(folder, TRIED, '.weft'))).toBe(false);
  }, 180_000);
});
