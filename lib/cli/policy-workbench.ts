import { existsSync, readFileSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { BUILT_IN_POLICIES, CEDAR_MODULE, POLICY_SCHEMA, policySetsIn } from '#constructs/policy-folder.ts';
import { userError } from '#mesh/error.ts';
import { type Cedar, openCedar } from '#mesh/policy/cedar.ts';
import type { PolicySets } from '#mesh/policy/policy-sets.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Invocation } from './command.ts';
import { meshFileOf, readMeshFile } from './mesh-file.ts';

/** Everything to try policies with. */
export interface Workbench {
  readonly cedar: Cedar;
  readonly schema: string;
  readonly topology: Topology;
  /** Where the policies are, absolute. */
  readonly folder: string;
  readonly sets: PolicySets;
  /** Classes of approvers that somebody is. */
  readonly approvers: readonly string[];
}

/** Opens the policies of a folder; of `policies`, else of the project, when none is named. @throws WEFT-POLICY-036 when the folder is none. */
export function openWorkbench(invocation: Invocation, path: string | undefined): Workbench {
  const { cwd } = invocation.io;
  const folder = path === undefined ? defaultFolder(cwd) : resolve(cwd, path);
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw userError('WEFT-POLICY-036', `${path} is no folder of policies`, {
      hint: 'it holds one folder for each scope: global, or a domain',
    });
  }
  const topology = readMeshFile(meshFileOf(invocation), cwd);
  return {
    cedar: openCedar(() => readFileSync(CEDAR_MODULE)),
    schema: readFileSync(POLICY_SCHEMA, 'utf8'),
    topology,
    folder,
    sets: policySetsIn(folder),
    approvers: ['owner', 'platform', ...Object.keys(topology.governance?.approvers ?? {})],
  };
}

/** A file of a set as seen from where the command runs; the project's own where the folder has none of that scope. */
export function shownFile(file: string, { folder }: Workbench, cwd: string): string {
  const own = resolve(folder, file);
  return relative(cwd, existsSync(own) ? own : resolve(BUILT_IN_POLICIES, file));
}

function defaultFolder(cwd: string): string {
  const own = resolve(cwd, 'policies');
  return existsSync(own) ? own : BUILT_IN_POLICIES;
}
