import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { lambdaNames, packagesIn } from '../../bench/bundles.ts';
import { judge } from '../../bin/audit.ts';

const ROOT = resolve(import.meta.dirname, '../..');

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly integrity?: string;
  /** It lies in the archive of another package, whose checksum covers it. */
  readonly inBundle?: boolean;
}

/** Licences under which code may be part of what is deployed or published. */
const AT_RUN_TIME = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0']);

/** Licences of tools that check this project and are part of nothing that leaves it. */
const AT_HOME = new Set([...AT_RUN_TIME, 'AGPL-3.0-or-later', 'BlueOak-1.0.0', 'CC-BY-4.0', 'CC0-1.0']);

const packages = Object.entries(
  (JSON.parse(readFileSync(resolve(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> })
    .packages,
).filter(([path]) => path !== '');

/** `MIT OR GPL-3.0` lets the user choose, `AND` does not. */
function allowed(licence: string, list: ReadonlySet<string>): boolean {
  const text = licence.replace(/^\((.*)\)$/, '$1');
  if (text.includes(' OR ')) return text.split(' OR ').some((part) => allowed(part, list));
  return text.split(' AND ').every((part) => list.has(part));
}

/** What has a licence that is not on the list, as `name: licence`. */
function refused(entries: readonly (readonly [string, Locked])[], list: ReadonlySet<string>): string[] {
  return entries
    .filter(([, { license = 'none' }]) => !allowed(license, list))
    .map(([path, { license = 'none' }]) => `${path.replace(/^.*node_modules\//, '')}: ${license}`);
}

const atHome = ({ dev, devOptional }: Locked) => dev === true || devOptional === true;

describe('what others wrote', () => {
  test('is under a permissive licence where it is part of what is deployed or published', () => {
    const shipped = packages.filter(([, locked]) => !atHome(locked));
    expect(shipped.length).toBeGreaterThan(50);
    expect(refused(shipped, AT_RUN_TIME)).toEqual([]);
  });

  test('is under a known licence where it only checks the project', () => {
    expect(
      refused(
        packages.filter(([, locked]) => atHome(locked)),
        AT_HOME,
      ),
    ).toEqual([]);
  });

  test.each([
    ['GPL-3.0-only', false],
    ['(MIT OR GPL-3.0-only)', true],
    ['MIT AND GPL-3.0-only', false],
    ['AGPL-3.0-or-later', false],
    ['none', false],
    ['Apache-2.0 AND MIT', true],
  ])('%s may be shipped: %s', (license, expected) => {
    expect(refused([['node_modules/some', { license }]], AT_RUN_TIME).length === 0).toBe(expected);
  });

  test('is pinned with a checksum', () => {
    const bare = packages.filter(([, { integrity, inBundle }]) => integrity === undefined && inBundle !== true);
    expect(bare.map(([path]) => path)).toEqual([]);
    const { dependencies, devDependencies } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, range]) => !/^\d/.test(range));
    expect(loose).toEqual([]);
  });
});

describe('what is known of their vulnerabilities', () => {
  const report = (counts: Record<string, number>, vulnerabilities = {}, prod = 150) =>
    JSON.stringify({ vulnerabilities, metadata: { vulnerabilities: counts, dependencies: { prod } } });

  test.each([
    ['nothing was found', report({ high: 0, critical: 0 }), 'passed'],
    ['something small was found', report({ low: 2, moderate: 1, high: 0, critical: 0 }), 'passed'],
    ['something high was found', report({ high: 1, critical: 0 }), 'failed'],
    ['something critical was found', report({ high: 0, critical: 1 }), 'failed'],
    ['the registry does not answer', JSON.stringify({ statusCode: 405, message: '405 Method Not Allowed' }), 'not-run'],
    ['the answer is an error', JSON.stringify({ error: { code: 'ENOAUDIT' } }), 'not-run'],
    ['the answer counts nothing', JSON.stringify({ vulnerabilities: {}, metadata: {} }), 'not-run'],
    ['no package was looked at', report({ high: 0 }, {}, 0), 'not-run'],
    ['there is no answer', '', 'not-run'],
    ['the answer is a page', '<html>', 'not-run'],
  ])('%s', (_what, text, state) => {
    const verdict = judge(text);
    expect(verdict.state).toBe(state);
    expect(verdict.lines.join('\n').includes('NOT RUN')).toBe(state === 'not-run');
  });

  test('names what was found', () => {
    const { lines } = judge(report({ high: 1 }, { yaml: { severity: 'high', range: '<2' } }));
    expect(lines[0]).toBe('audit: high: yaml <2');
  });
});

test('the list of what it is made of has every package that is in a bundle, in its version and with a licence', () => {
  const sbom = JSON.parse(
    execFileSync('npm', ['run', '--silent', 'sbom'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
  ) as { components: { name: string; version: string; licenses?: unknown[]; hashes?: unknown[] }[] };
  const listed = new Set(sbom.components.map(({ name, version }) => `${name}@${version}`));
  const bundled = new Set(lambdaNames().flatMap(packagesIn));
  expect(bundled.size).toBeGreaterThan(20);
  const versionOf = (folder: string) =>
    JSON.parse(readFileSync(resolve(ROOT, 'node_modules', folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
    };
  const missing = [...bundled].map(versionOf).filter(({ name, version }) => !listed.has(`${name}@${version}`));
  expect(missing.map(({ name, version }) => `${name}@${version}`)).toEqual([]);
  expect(sbom.components.filter(({ licenses = [] }) => licenses.length === 0).map(({ name }) => name)).toEqual([]);
}, 60_000);
