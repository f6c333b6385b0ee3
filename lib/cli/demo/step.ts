import { WeftError } from '#mesh/error.ts';
import type { World } from './world.ts';

/** What a step did, for people (`lines`) and for tests (`facts`). */
export interface StepResult {
  readonly lines: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
}

/** One step of the storyline: it throws when what it shows did not happen. */
export interface Step {
  readonly id: string;
  readonly title: string;
  run(world: World): Promise<StepResult>;
}

/** @throws WeftError `WEFT-DEMO-004` when `holds` is false. */
export function expectThat(holds: boolean, what: string): asserts holds {
  if (!holds) throw new WeftError('WEFT-DEMO-004', `expected that ${what}`);
}
