import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { auditRulesOf, ruleFileIn } from '#constructs/audit-rule-file.ts';
import { policySetsOf } from '#constructs/policy-folder.ts';
import type { AuditRules } from '#mesh/audit/rules/rule.ts';
import { userError } from '#mesh/error.ts';
import type { PolicySets } from '#mesh/policy/policy-sets.ts';
import { parseMesh } from '#mesh/topology/parse.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { type Invocation, textOption } from './command.ts';

const OWN_MESH = 'mesh.yaml';

/** The mesh file that a command means: of `--mesh`, else `./mesh.yaml`, else of `WEFT_MESH`; undefined for the one that comes with the project. */
export function meshFileOf(invocation: Invocation): string | undefined {
  const named = textOption(invocation, 'mesh');
  if (named !== undefined) return named;
  return existsSync(resolve(invocation.io.cwd, OWN_MESH)) ? OWN_MESH : invocation.io.env.WEFT_MESH;
}

/** The policies beside a `mesh.yaml`, as `readMeshFile` finds it. */
export function readMeshPolicies(path: string | undefined, cwd: string): PolicySets {
  return policySetsOf(path === undefined ? EXAMPLE_MESH : resolve(cwd, path));
}

/** The audit rules beside a `mesh.yaml`. */
export function readMeshAuditRules(path: string | undefined, cwd: string): AuditRules {
  return auditRulesOf(path === undefined ? EXAMPLE_MESH : resolve(cwd, path));
}

/** The file of audit rules that counts for a `mesh.yaml`. */
export function meshRuleFile(path: string | undefined, cwd: string): string {
  return ruleFileIn(join(dirname(path === undefined ? EXAMPLE_MESH : resolve(cwd, path)), 'policies'));
}

/** The mesh that comes with the project. */
const EXAMPLE_MESH = resolve(import.meta.dirname, '../../examples/aviation/mesh.yaml');

/**
 * Reads and checks a `mesh.yaml`.
 * @throws WeftError `WEFT-CLI-012` when it is not there or not valid, with every problem.
 */
export function readMeshFile(path: string | undefined, cwd: string): Topology {
  const file = path === undefined ? EXAMPLE_MESH : resolve(cwd, path);
  if (!existsSync(file))
    throw userError('WEFT-CLI-012', `there is no ${path}`, { hint: 'give the mesh file with --mesh' });
  if (!statSync(file).isFile())
    throw userError('WEFT-CLI-012', `${path} is not a file`, { hint: 'give the mesh file with --mesh' });
  const checked = parseMesh(readFileSync(file, 'utf8'), relative(cwd, file));
  if (!checked.ok)
    throw userError('WEFT-CLI-012', `${relative(cwd, file)} is not valid`, { problems: checked.problems });
  return checked.value;
}
