import { expect, test } from '@jest/globals';
import { fuzzRowFilters } from './row-filters.ts';

/** A million of them by `node test/fuzz/row-filters.ts`. */
const INPUTS = 20_000;

test('no row filter that is accepted means anything else to DuckDB or to Lake Formation, or leaves its brackets', async () => {
  const { accepted, failures } = await fuzzRowFilters(INPUTS, 7);
  expect(failures).toEqual([]);
  expect(accepted).toBeGreaterThan(INPUTS / 3);
  expect(accepted).toBeLessThan(INPUTS * 0.9);
}, 60_000);
