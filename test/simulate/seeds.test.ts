import { expect, test } from '@jest/globals';
import { simulate } from './simulate.ts';

/** Odd ones are without sweeps and have to come right by themselves, even ones have everything. */
const SEEDS = Array.from({ length: 12 }, (_, index) => 1 + index);
const STEPS = 200;

test('a dozen seeds break nothing, and every fault and every command is among them', async () => {
  const struck = new Set<string>();
  const accepted = new Set<string>();
  for (const seed of SEEDS) {
    const { broken, faults, accepted: given } = await simulate(seed, STEPS);
    expect([seed, broken]).toEqual([seed, undefined]);
    for (const name of Object.keys(faults)) struck.add(name);
    for (const name of Object.keys(given)) accepted.add(name);
  }
  expect([...struck]).toEqual(
    expect.arrayContaining([
      'by hand',
      'concurrent',
      'crash',
      'dead letter',
      'denied',
      'duplicate',
      'forged',
      'interleave',
      'late',
      'lostAnswer',
      'partial',
      'poison',
      'refused',
      'skew',
      'stale',
      'throttle',
      'throttle in disguise',
      'unclear',
    ]),
  );
  const all = ['decide', 'entitle', 'hold', 'publish', 'request', 'revoke', 'rollout', 'suspend', 'suspendDomain'];
  expect([...accepted]).toEqual(expect.arrayContaining(all));
}, 240_000);
