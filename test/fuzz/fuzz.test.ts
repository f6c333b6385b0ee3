import { describe, expect, test } from '@jest/globals';
import { keptFor } from './corpus.ts';
import { fuzz, replay } from './run.ts';
import { TARGETS, targetNamed } from './targets.ts';

const SEED = 7;
/** Enough to see that a target still works; `npm run fuzz` is for finding. */
const FRESH: Readonly<Record<string, number>> = {
  api: 6,
  contracts: 40,
  events: 20,
  filters: 10_000,
  identifiers: 150,
  intrinsics: 200,
  sql: 12,
  wire: 60,
};

describe.each(TARGETS)('fuzzing %s', (name) => {
  test('finds again nothing of what failed once', async () => {
    const target = await targetNamed(name);
    const kept = keptFor(target);
    expect(
      await replay(
        target,
        kept.map(({ input }) => input),
      ),
    ).toEqual([]);
  }, 60_000);

  test('finds nothing in fresh inputs, of which some are accepted and some are not', async () => {
    const { accepted, refused, failures } = await fuzz(await targetNamed(name), {
      seed: SEED,
      inputs: FRESH[name] ?? 100,
    });
    expect(failures).toEqual([]);
    expect(accepted).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  }, 60_000);
});
