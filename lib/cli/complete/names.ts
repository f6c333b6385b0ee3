import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Io } from '../io.ts';
import type { NameKind } from './candidates.ts';

export type NameLists = Readonly<Record<NameKind, readonly string[]>>;

/** Names, and the word that they were asked for. */
export interface AskedNames extends NameLists {
  readonly word: string;
  /** These are all that the word may become. */
  readonly whole: boolean;
}

const KINDS: readonly NameKind[] = ['product', 'subscription', 'domain', 'principal', 'level'];

/** Names that are older are asked for again. */
const FRESH_MS = 60_000;

/** The file that remembers the names of one mesh as one principal sees them; undefined where there is no home to keep it in. */
export function cacheFile({ env }: Io, mesh: string, principal: string): string | undefined {
  const root = env.XDG_CACHE_HOME ?? (env.HOME === undefined ? undefined : join(env.HOME, '.cache'));
  if (root === undefined || root === '') return undefined;
  const key = createHash('sha256').update(`${mesh}\n${principal}`).digest('hex').slice(0, 16);
  return join(root, 'weft', `names-${key}.json`);
}

/** What was remembered, and whether it is fresh and says what a word may become. */
export function remembered(
  file: string | undefined,
  word: string,
): { readonly names: NameLists; readonly fresh: boolean } | undefined {
  if (file === undefined) return undefined;
  try {
    const names = JSON.parse(readFileSync(file, 'utf8')) as Partial<AskedNames>;
    if (!KINDS.every((kind) => Array.isArray(names[kind])) || typeof names.word !== 'string') return undefined;
    const answers = names.word === word || (names.whole === true && word.startsWith(names.word));
    return { names: names as NameLists, fresh: answers && Date.now() - statSync(file).mtimeMs < FRESH_MS };
  } catch {
    return undefined;
  }
}

/** Remembers names; a file that cannot be written is none. */
export function remember(file: string | undefined, names: AskedNames): void {
  if (file === undefined) return;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify(names), { mode: 0o600 });
  } catch {
    // Completion works without.
  }
}
