import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GLOBAL_SCOPE, type PolicySet, type PolicySets } from '#mesh/policy/policy-sets.ts';

/** The policies that come with the project: in force where a mesh has no global ones of its own. */
export const BUILT_IN_POLICIES = fileURLToPath(new URL('../../policies', import.meta.url));

/** The schema that every policy is held against. */
export const POLICY_SCHEMA = join(BUILT_IN_POLICIES, 'schema.cedarschema');

/** The module of Cedar, as its package brings it. */
export const CEDAR_MODULE = join(
  dirname(fileURLToPath(import.meta.resolve('@cedar-policy/cedar-wasm/web'))),
  'cedar_wasm_bg.wasm',
);

/** The sets beside a `mesh.yaml`, in `policies/<scope>/*.cedar`; the built-in global one where it has none. */
export function policySetsOf(meshFile: string): PolicySets {
  return policySetsIn(join(dirname(meshFile), 'policies'));
}

/** The sets in a folder of policies; the built-in global one where it has none. */
export function policySetsIn(folder: string): PolicySets {
  const own = existsSync(folder) ? scopesIn(folder) : [];
  const scopes = own.map((scope) => readSet(folder, scope)).filter(({ files }) => Object.keys(files).length > 0);
  const hasGlobal = scopes.some(({ scope }) => scope === GLOBAL_SCOPE);
  return hasGlobal ? scopes : [readSet(BUILT_IN_POLICIES, GLOBAL_SCOPE), ...scopes];
}

/** Global first, then the domains by name. */
function scopesIn(folder: string): string[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  return names.toSorted((a, b) => Number(b === GLOBAL_SCOPE) - Number(a === GLOBAL_SCOPE) || (a < b ? -1 : 1));
}

function readSet(folder: string, scope: string): PolicySet {
  const names = readdirSync(join(folder, scope)).filter((name) => name.endsWith('.cedar'));
  const files = Object.fromEntries(
    names.toSorted().map((name) => [`${scope}/${name}`, readFileSync(join(folder, scope, name), 'utf8')]),
  );
  return { scope, digest: createHash('sha256').update(JSON.stringify(files)).digest('hex'), files };
}
