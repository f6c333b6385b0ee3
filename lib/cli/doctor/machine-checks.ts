import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Check, failed, ok, skipped, warning } from './check.ts';

/** The first Node.js that runs TypeScript files as they are, without a flag. */
const OLDEST_NODE: readonly [number, number] = [22, 18];

/** True when a version is at least that. */
export function isNewEnough(version: string, [major, minor]: readonly [number, number] = OLDEST_NODE): boolean {
  const [a = 0, b = 0] = version.replace(/^v/, '').split('.').map(Number);
  return a > major || (a === major && b >= minor);
}

/** This machine: what runs the command, and what it needs to be there. */
export const MACHINE_CHECKS: readonly Check[] = [
  {
    id: 'node',
    about: 'Node.js',
    look: ({ node: version }) => {
      return isNewEnough(version)
        ? ok(`version ${version}`)
        : failed(
            `version ${version} is older than ${OLDEST_NODE.join('.')}`,
            'install a newer one: https://nodejs.org',
          );
    },
  },
  {
    id: 'packages',
    about: 'packages',
    look: ({ io }) => {
      const root = packageRoot(io.cwd);
      if (root === undefined) return skipped('no package.json here');
      const missing = dependenciesOf(root).filter((name) => !isInstalled(name, root));
      return missing.length === 0
        ? ok('all that package.json names are installed')
        : failed(`${missing.length} of package.json are not installed: ${missing.slice(0, 3).join(', ')}`, 'npm ci');
    },
  },
  {
    id: 'lock-file',
    about: 'lock file',
    look: ({ io }) => {
      const root = packageRoot(io.cwd);
      if (root === undefined) return skipped('no package.json here');
      return existsSync(join(root, 'package-lock.json'))
        ? ok('package-lock.json is there')
        : warning('there is no package-lock.json: others get other versions', 'npm install, and commit the file');
    },
  },
];

function packageRoot(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function dependenciesOf(root: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
  };
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
}

/** As Node looks for it: in this folder, or one above. */
function isInstalled(name: string, root: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', name))) return true;
    if (dirname(folder) === folder) return false;
  }
}
