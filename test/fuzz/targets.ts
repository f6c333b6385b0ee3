import type { Target } from './target.ts';

const LOADERS: Readonly<Record<string, () => Promise<{ target: Target }>>> = {
  contracts: () => import('./targets/contracts.ts'),
  sql: () => import('./targets/sql.ts'),
  intrinsics: () => import('./targets/intrinsics.ts'),
  wire: () => import('./targets/wire.ts'),
  identifiers: () => import('./targets/identifiers.ts'),
  api: () => import('./targets/api.ts'),
  events: () => import('./targets/events.ts'),
  filters: () => import('./targets/filters.ts'),
};

/** Everything that can be fuzzed, by name. */
export const TARGETS: readonly string[] = Object.keys(LOADERS);

/** Loads a target. @throws Error naming the known ones */
export async function targetNamed(name: string): Promise<Target> {
  const load = LOADERS[name];
  if (load === undefined) throw new Error(`there is no target ${name}; known: ${TARGETS.join(', ')}`);
  return (await load()).target;
}
