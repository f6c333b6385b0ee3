import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '../..');

const CACHE = join(REPOSITORY, 'node_modules', '.cache', 'weft', 'assemblies');

/** What templates are made from, besides what a mesh says; `lib/local` only deploys them. */
const SOURCES = [
  'package.json',
  'package-lock.json',
  'policies',
  'lib/cli/synthesis.ts',
  'lib/cli/synthesis.js',
  'lib/constructs',
  'lib/stacks',
  'lib/mesh',
  'lib/aws',
  'lib/control',
  'lambdas',
];

/** Assemblies of other meshes and of sources that have changed since; each takes some tens of megabytes. */
const KEPT = 10;

let known: string | undefined;

/**
 * The folder of the cloud assembly of one input, made by `make` where it has not been made from the same sources before: nothing else decides what is in it, so a
 * mesh that comes up again is not synthesized again.
 */
export async function assemblyOf(input: string, make: (outdir: string) => Promise<void>): Promise<string> {
  known ??= sourcesDigest();
  const folder = join(CACHE, createHash('sha256').update(known).update(input).digest('hex').slice(0, 32));
  if (isThere(folder)) {
    const now = new Date();
    utimesSync(folder, now, now);
    return folder;
  }
  const draft = `${folder}.${process.pid}`;
  mkdirSync(CACHE, { recursive: true });
  try {
    await make(draft);
    settle(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  prune();
  return folder;
}

function isThere(folder: string): boolean {
  return existsSync(join(folder, 'manifest.json'));
}

/** Two processes may have made the same; the first one's counts. */
function settle(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (cause) {
    if (!isThere(folder)) throw cause;
  }
}

function sourcesDigest(): string {
  const hash = createHash('sha256').update(process.version);
  for (const source of SOURCES) digest(join(REPOSITORY, source), hash);
  return hash.digest('hex');
}

function digest(path: string, hash: ReturnType<typeof createHash>): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (found.isFile()) {
    hash.update(`${path}\0`).update(readFileSync(path));
    return;
  }
  for (const name of readdirSync(path).sort()) digest(join(path, name), hash);
}

function prune(): void {
  const entries = readdirSync(CACHE).flatMap((name) => {
    const found = statSync(join(CACHE, name), { throwIfNoEntry: false });
    return found === undefined ? [] : [{ name, at: found.mtimeMs }];
  });
  for (const { name } of entries.toSorted((a, b) => b.at - a.at).slice(KEPT)) {
    // Under another name first: what a killed process has removed by half is no assembly, and stands in nobody's way.
    const gone = join(CACHE, `gone.${process.pid}`);
    try {
      rmSync(gone, { recursive: true, force: true });
      renameSync(join(CACHE, name), gone);
      rmSync(gone, { recursive: true, force: true });
    } catch {
      // Another process prunes, too.
    }
  }
}
