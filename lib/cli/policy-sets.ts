import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CEDAR_MODULE, policySetsIn } from '#constructs/policy-folder.ts';
import type { ScopeStatus } from '#control/govern-policies.ts';
import { userError } from '#mesh/error.ts';
import { type Cedar, openCedar } from '#mesh/policy/cedar.ts';
import type { PolicySet } from '#mesh/policy/policy-sets.ts';
import { tally } from '#mesh/policy-set/council.ts';
import { type PolicySetRecord, policySetId } from '#mesh/policy-set/policy-set.ts';
import { type Invocation, textOption } from './command.ts';
import type { Connection } from './connection.ts';
import { type Io, tone } from './io.ts';
import { everyPage } from './pages.ts';

/** A scope, and a version of it when somebody named one. */
export interface PolicyName {
  readonly scope: string;
  readonly version?: string;
}

/**
 * Reads `<scope>` or `<scope>@<version>`.
 * @throws WeftError `WEFT-CLI-040` for anything else.
 */
export function policyName(text: string): PolicyName {
  const match = /^([a-z][a-z0-9-]*)(?:@([0-9a-f]{6,64}))?$/.exec(text);
  const [, scope, version] = match ?? [];
  if (scope === undefined) {
    throw userError('WEFT-CLI-040', `${JSON.stringify(text)} names no set of policies`, {
      hint: 'write global or a domain, with a version if you mean one: global@3f9a1c2b7d04',
    });
  }
  return { scope, ...(version === undefined ? {} : { version }) };
}

/** What is in force and proposed of one scope. @throws WeftError `WEFT-CLI-041` when it has no policies. */
export async function scopeStatus(connection: Connection, scope: string): Promise<ScopeStatus> {
  const { scopes } = await everyPage<{ scopes: ScopeStatus[] }>(connection, '/policies');
  const status = scopes.find((entry) => entry.scope === scope);
  if (status !== undefined) return status;
  throw userError('WEFT-CLI-041', `\`${scope}\` has no policies`, {
    hint: `those who have are ${scopes.map((entry) => entry.scope).join(', ')}`,
  });
}

/** One version with its texts. */
export async function readSet(
  connection: Connection,
  { scope, digest }: { readonly scope: string; readonly digest: string },
): Promise<PolicySet> {
  const path = `/policies/${scope}/${digest}`;
  const { files } = await connection.api<{ files: PolicySet['files'] }>({ method: 'GET', path });
  return { scope, digest, files };
}

/**
 * The set of a scope in the folder that `--policies` names.
 * @throws WeftError `WEFT-CLI-042` when the folder has none.
 */
export function setInFolder(invocation: Invocation, scope: string): PolicySet {
  const folder = textOption(invocation, 'policies') ?? 'policies';
  const path = resolve(invocation.io.cwd, folder);
  // A folder without global ones stands for the built-in ones elsewhere; nobody means to propose those.
  const set = existsSync(join(path, scope)) ? policySetsIn(path).find((entry) => entry.scope === scope) : undefined;
  if (set !== undefined) return set;
  throw userError('WEFT-CLI-042', `there are no policies in ${folder}/${scope}`, {
    hint: `write ${folder}/${scope}/<name>.cedar, or name another folder with --policies`,
  });
}

export function localCedar(): Cedar {
  return openCedar(() => readFileSync(CEDAR_MODULE));
}

/** `proposed, 1 of 2 needed: flight-operations for`. */
export function standing(io: Io, set: PolicySetRecord): string {
  const { approvals } = tally(set.votes, set.council);
  const state = tone(io, set.state === 'in-force' ? 'good' : set.state === 'proposed' ? 'warn' : 'dim', set.state);
  if (set.replaces === undefined) return state;
  const said = set.votes.map(({ voice, choice }) => `${voice} ${choice === 'approve' ? 'for' : 'against'}`);
  return `${state}, ${approvals} of ${set.council.quorum} needed${said.length === 0 ? '' : `: ${said.join(', ')}`}`;
}

/** Says what became of a set. */
export function tellSet(invocation: Invocation, set: PolicySetRecord): void {
  const { io } = invocation;
  if (invocation.json) {
    io.out(`${JSON.stringify({ set })}\n`);
    return;
  }
  io.err(`${policySetId(set)} is ${standing(io, set)}\n`);
  if (set.state === 'proposed') {
    const silent = set.council.representatives.filter((name) => !set.votes.some(({ voice }) => voice === name));
    io.err(
      `${tone(io, 'dim', 'next:')} weft policy approve ${policySetId(set)}, by the steward of ${silent.join(', ')}\n`,
    );
  }
}
