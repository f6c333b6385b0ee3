import { WeftError } from '#mesh/error.ts';
import type { Mesh } from './mesh.ts';
import { GOVERNORS } from './people/governors.ts';
import { OWNERS } from './people/owners.ts';
import { type Command, stageOf, type Written } from './people/stage.ts';
import { SUBSCRIBERS } from './people/subscribers.ts';
import type { Random } from './random.ts';

/** A command as it was given. */
export interface Given {
  readonly command: string;
  /** `accepted`, the code of the refusal, or what became of it otherwise. */
  readonly outcome: string;
  readonly correlation: string;
  /** What it wrote under its correlation; undefined for one that changed nothing or was not accepted. */
  readonly written?: Written;
}

/** How often each command comes; what would leave nothing to look at comes seldom. */
const WEIGHTS: Readonly<Record<string, number>> = {
  request: 18,
  decide: 24,
  revoke: 7,
  suspend: 6,
  renew: 3,
  publish: 10,
  end: 1.5,
  suspendProduct: 2.5,
  rollout: 4,
  reportData: 2,
  releaseData: 1,
  entitle: 5,
  disentitle: 3,
  suspendDomain: 2.5,
  propose: 3,
  vote: 6,
  hold: 2,
};

const COMMANDS: Readonly<Record<string, Command>> = { ...SUBSCRIBERS, ...OWNERS, ...GOVERNORS };

/** Without these there is nothing to look at. */
const NEEDED = new Set(['publish', 'request', 'decide']);

/** The people of the mesh, who do something now and then, sensible or not. */
export function createActors(mesh: Mesh, random: Random) {
  // What people do often and what never differs from seed to seed: what needs many of one kind in a row is found sooner.
  const drawn = Object.keys(COMMANDS).flatMap((name) => {
    const often = NEEDED.has(name) ? 1 : random.pick([0, 1, 1, 3]);
    return Array.from({ length: Math.round(2 * (WEIGHTS[name] ?? 1) * often) }, () => name);
  });
  const give = async (name: string, correlation: string, api: Mesh['api']): Promise<Given> => {
    try {
      const written = await COMMANDS[name]?.(stageOf(mesh, random, correlation, api));
      const own = written?.change.correlation === correlation ? { written } : {};
      return { command: name, outcome: 'accepted', correlation, ...own };
    } catch (error) {
      const nothing = error instanceof Error && error.message === 'there is nothing to pick from';
      if (!(error instanceof WeftError) && !nothing) throw error;
      return { command: name, outcome: error instanceof WeftError ? error.code : 'nothing to do', correlation };
    }
  };
  return {
    /** Gives that command, undisturbed. */
    give: (name: string): Promise<Given> => give(name, mesh.correlation(), mesh.api),
    /** Gives one command between two calls of somebody else; what the control plane refuses is part of life. */
    interrupt: (): Promise<Given> => give(random.pick(drawn), mesh.correlation(), mesh.besideApi),
    /** Gives one command whose calls are under faults as those of any process; `mayEnd`: it may end in the middle. */
    act: async (mayEnd: boolean): Promise<Given> => {
      const name = random.pick(drawn);
      const correlation = mesh.correlation();
      const { value, crashed, error } = await mesh.faults.process(() => give(name, correlation, mesh.api), { mayEnd });
      if (value !== undefined && !crashed) return value;
      return {
        command: name,
        outcome: crashed ? 'ended' : error instanceof Error ? error.name : 'failed',
        correlation,
      };
    },
  };
}
