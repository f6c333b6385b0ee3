import { expect, test } from '@jest/globals';
import { keptFor } from './corpus.ts';
import { fuzz } from './run.ts';
import { TARGETS, targetNamed } from './targets.ts';

const SEED = 7;
/** Enough to see that a target still works; `npm run fuzz` is for finding. */
const FRESH: Readonly<Record<string, number>> = {
  api: 6,
  contracts: 25,
  events: 20,
  filters: 10_000,
  identifiers: 150,
  intrinsics: 200,
  sql: 6,
  wire: 60,
};

test.each(
  TARGETS,
)('%s: nothing of what failed once fails, nor do fresh inputs, of which some are accepted and some are not', async (name) => {
  const target = await targetNamed(name);
  const kept = keptFor(target).map(({ input }) => input);
  const { accepted, refused, failures } = await fuzz(target, { seed: SEED, kept, inputs: FRESH[name] ?? 50 });
  expect(failures).toEqual([]);
  expect(accepted).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);
}, 60_000);
