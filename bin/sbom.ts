import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { called } from './script.ts';

/**
 * Prints what the shipped code is made of, as CycloneDX: `node bin/sbom.ts`. npm writes the list of everything, and the lock file says what of it is only for
 * the development: told to leave that out by itself, npm leaves out as well what both sides need.
 */
const ROOT = resolve(import.meta.dirname, '..');

interface Component {
  readonly name: string;
  readonly version: string;
  readonly 'bom-ref': string;
}

interface Bom {
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/** `name@version` of every package that is not only for the development. */
function shipped(): ReadonlySet<string> {
  const { packages } = JSON.parse(readFileSync(resolve(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, { readonly name?: string; readonly version?: string; readonly dev?: boolean }>>;
  };
  const entries = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  return new Set(
    entries.map(([path, { name, version }]) => `${name ?? path.replace(/^.*node_modules\//, '')}@${version}`),
  );
}

function main(): void {
  called({ usage: 'npm run sbom', does: 'Prints what the shipped code is made of, as CycloneDX.', options: {} });
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'];
  const text = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const bom = JSON.parse(text) as Bom;
  const known = shipped();
  const components = bom.components.filter(({ name, version }) => known.has(`${name}@${version}`));
  const gone = new Set(bom.components.filter((one) => !components.includes(one)).map((one) => one['bom-ref']));
  const dependencies = bom.dependencies
    .filter(({ ref }) => !gone.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((other) => !gone.has(other)) }));
  process.stdout.write(`${JSON.stringify({ ...bom, components, dependencies }, null, 2)}\n`);
}

main();
