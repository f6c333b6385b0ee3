import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { userError } from '#mesh/error.ts';
import type { Asset } from './assembly.ts';

/**
 * Copies a stack's assets to `<folder>/assets/<hash>`, so that they outlive the assembly, and gives their places by object key. A hash that
 * is there already is the same content and is left alone. Templates are assets too, but nothing reads them later.
 * @throws WeftError `WEFT-LOCAL-017` when an asset is missing on disk.
 */
export function keepAssets(folder: string, assets: readonly Asset[]): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const { hash, path, objectKey } of assets) {
    if (path.endsWith('.template.json')) continue;
    const kept = join(folder, 'assets', hash);
    if (!existsSync(kept)) copy(path, kept);
    places.set(objectKey, kept);
  }
  return places;
}

/** A directory appears under its name only when it is complete. */
function copy(from: string, to: string): void {
  if (!existsSync(from))
    throw userError('WEFT-LOCAL-017', `the asset ${from} does not exist`, { hint: 'synthesize again' });
  const part = `${to}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(join(to, '..'), { recursive: true });
  cpSync(from, part, { recursive: statSync(from).isDirectory() });
  renameSync(part, to);
}
