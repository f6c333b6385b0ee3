import type { Step } from './step.ts';
import { followed, quarantined, revoked, trail } from './steps-change.ts';
import { deployed, published, refusedBeforeGrants } from './steps-publish.ts';
import { approved, exported, granted, joined, withheld } from './steps-share.ts';

/** The main job of a mesh, in order; each step builds on those before it. The mesh itself is up when the first one runs. */
export const STORYLINE: readonly Step[] = [
  deployed,
  published,
  refusedBeforeGrants,
  granted,
  approved,
  joined,
  withheld,
  exported,
  followed,
  quarantined,
  revoked,
  trail,
];
