import type { Way } from '#aws/signed-request.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Io } from '../io.ts';

export type Status = 'ok' | 'warning' | 'failed' | 'skipped';

/** What a check found, and what to do about it. */
export interface Finding {
  readonly status: Status;
  /** One lower-case sentence. */
  readonly message: string;
  readonly fix?: string;
}

/** What checks look at. */
export interface Surroundings {
  readonly io: Io;
  /** The version of Node.js. */
  readonly node: string;
  /** The folder of the local mesh. */
  readonly folder: string;
  readonly port: number;
  /** The clock of this machine. */
  readonly now: () => Date;
  /** The mesh file that counts here; absent where there is none. */
  readonly meshFile?: string;
  /** What the mesh file says, or the running mesh; absent where neither does. */
  readonly topology?: Topology;
  /** How AWS is reached: with the caller's credentials, or into the local mesh. Absent: it is not asked. */
  readonly aws?: Way;
  readonly apiUrl?: string;
  /** Who the credentials are; kept by the check that asks. */
  identity?: { readonly account: string; readonly arn: string };
}

/** One thing that can be wrong with a set-up. */
export interface Check {
  readonly id: string;
  /** What is looked at, in a word or two. */
  readonly about: string;
  /** It asks AWS: skipped where that is not asked, or the credentials are none. */
  readonly aws?: true;
  /** It needs to know the mesh. */
  readonly mesh?: true;
  look(surroundings: Surroundings): Promise<Finding> | Finding;
}

export const ok = (message: string): Finding => ({ status: 'ok', message });
export const warning = (message: string, fix: string): Finding => ({ status: 'warning', message, fix });
export const failed = (message: string, fix: string): Finding => ({ status: 'failed', message, fix });
export const skipped = (message: string, fix?: string): Finding => ({ status: 'skipped', message, fix });

/** Makes one check. What it throws is a finding, too: a doctor does not die of what it finds. */
export async function perform(check: Check, surroundings: Surroundings): Promise<Finding> {
  if (check.aws === true && surroundings.aws === undefined)
    return skipped('AWS is not asked', 'add --aws to ask it with your credentials');
  if (check.aws === true && surroundings.identity === undefined && check.id !== 'credentials')
    return skipped('without credentials nothing can be asked');
  if (check.mesh === true && surroundings.topology === undefined)
    return skipped('no mesh is known here', 'run it where mesh.yaml is, or name one with --mesh');
  try {
    return await check.look(surroundings);
  } catch (error) {
    const { name, message } = error as Error;
    if (/AccessDenied|UnauthorizedOperation|Forbidden/.test(`${name} ${message}`))
      return warning(`you may not look: ${message}`, 'ask again as an administrator of the account');
    return failed(`it cannot be looked at: ${message}`, 'see that the network and the endpoint are right');
  }
}
