import { expect, test } from '@jest/globals';
import { setsInForce, takeDeployed } from '#control/policy-sets.ts';
import { createWorld } from './world.ts';

test('what came with the stacks is taken in once, however many Lambdas begin with it at the same moment', async () => {
  const { governance } = await createWorld();
  const { policies } = governance;
  let others = 0;
  const store = {
    ...policies.store,
    // Between the look for the version and the write, another one takes it in.
    version: async (scope: string, digest: string) => {
      const found = await policies.store.version(scope, digest);
      if (found === undefined && others === 0) {
        others += 1;
        await takeDeployed(policies);
      }
      return found;
    },
  };
  await takeDeployed({ ...policies, store });
  expect(others).toBe(1);
  const sets = await setsInForce(policies)();
  expect(sets.map(({ scope }) => scope)).toEqual(policies.deployed().map(({ scope }) => scope));
});
