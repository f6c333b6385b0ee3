import { describe, expect, test } from '@jest/globals';
import { byRecord } from './find-plants.ts';
import { PLANTS } from './plants.ts';

describe('every planted defect', () => {
  test.each(PLANTS.map((plant) => [plant.name, plant] as const))('%s', async (_name, plant) => {
    expect(plant.foundBy).toBeDefined();
    expect(await byRecord(plant)).toEqual(plant.foundBy);
  });
});
