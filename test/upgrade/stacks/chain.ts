import type { Topology } from '#mesh/topology/topology.ts';
import type { MeshChange } from './changes.ts';
import { KEPT, lossesOf } from './compare.ts';
import { deployedOf } from './deployed.ts';
import { specifiedReplacements } from './replacing.ts';

const replacing = specifiedReplacements(Object.keys(KEPT));

interface Pace {
  /** Which domain a change concerns. */
  readonly index: number;
  /** How many changes are deployed at once. */
  readonly at: number;
}

/** Makes one change after the other, deploys some at a time, and tells what each deployment would lose. */
export function lossesOfChain(mesh: Topology, changes: readonly MeshChange[], { index, at }: Pace): string[] {
  const found: string[] = [];
  let deployed = mesh;
  for (let first = 0; first < changes.length; first += at) {
    const step = changes.slice(first, first + at);
    const next = step.reduce((made, { apply }, place) => apply(made, index + place), deployed);
    const { losses, left } = lossesOf({ before: deployedOf(deployed), after: deployedOf(next), replacing });
    const names = step.map(({ name }) => name).join(', ');
    if (left.length > 0 && !step.some(({ leaves }) => leaves)) losses.push(`${left.join(', ')} left`);
    found.push(...losses.map((loss) => `${names}: ${loss}`));
    deployed = next;
  }
  return found;
}
