import { describe, expect, test } from '@jest/globals';
import { simulate } from './simulate.ts';

describe('the mesh under faults', () => {
  test('the same seed gives the same trace', async () => {
    const [first, again] = [await simulate(11, 60), await simulate(11, 60)];
    expect(again.trace).toEqual(first.trace);
    expect(again.digest).toBe(first.digest);
    expect((await simulate(12, 60)).digest).not.toBe(first.digest);
  }, 60_000);

  test.each([2, 3, 4, 6])('seed %i breaks nothing', async (seed) => {
    const { broken, faults } = await simulate(seed, 150);
    expect(broken).toBeUndefined();
    expect(Object.keys(faults).length).toBeGreaterThan(2);
  }, 60_000);
});
