import { expect, test } from '@jest/globals';
import { survive } from './durability.ts';

/** Two hundred by `npm run durability`. */
test('a local AWS that is killed under load comes up by itself and has lost nothing that it acknowledged', async () => {
  const { acknowledged, lost } = await survive(2);
  expect(lost).toEqual([]);
  expect(acknowledged).toBeGreaterThan(0);
}, 60_000);
