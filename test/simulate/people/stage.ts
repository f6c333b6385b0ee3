import type { RegistryRecord } from '#mesh/registry.ts';
import { callerAs } from '../../control/world.ts';
import type { Mesh, Registered } from '../mesh.ts';
import type { Random } from '../random.ts';

/** What a command wrote: the record that it is about; undefined when it changed nothing. */
export type Written = Exclude<RegistryRecord, { type: 'attempt' }> | undefined;

/** One thing that somebody does. @throws WeftError what the control plane refuses */
export type Command = (stage: Stage) => Promise<Written>;

/** Where people stand: the mesh, and who asks for what now. */
export interface Stage {
  readonly mesh: Mesh;
  readonly random: Random;
  readonly api: Mesh['api'];
  /** The request of this command: the same correlation whoever makes it. */
  readonly by: (role: string) => { readonly caller: ReturnType<typeof callerAs>; readonly correlation: string };
  readonly now: () => Promise<Registered>;
}

/** A stage for one command. */
export function stageOf(mesh: Mesh, random: Random, correlation: string, api: Mesh['api']): Stage {
  return {
    mesh,
    random,
    api,
    by: (role) => ({ caller: callerAs(role, `person-${random.below(3)}`), correlation }),
    now: mesh.registered,
  };
}

/** A moment some days from now, ISO 8601. */
export function inDays({ mesh }: Stage, days: number): string {
  return new Date(mesh.world.clock.now() + days * 86_400_000).toISOString();
}
