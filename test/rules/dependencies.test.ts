import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

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
