import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DomainMesh } from '#cli/kit/domain-mesh.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Gives the repositories below a folder the packages that `npm install` would: those of this project, and the project itself. */
export function linkPackages(folder: string): void {
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  symlinkSync(ROOT, join(folder, 'node_modules', 'weft'));
}

/** What `test/try-out.ts` of a repository does. */
export async function tryOutOf(repository: string): Promise<(mesh: DomainMesh) => Promise<void>> {
  const module = (await import(pathToFileURL(join(repository, 'test/try-out.ts')).href)) as {
    tryOut(mesh: DomainMesh): Promise<void>;
  };
  return module.tryOut;
}
