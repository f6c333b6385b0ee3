import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { POLICY_SCHEMA } from '#constructs/policy-folder.ts';
import { checkPolicySets } from '#mesh/policy/check.ts';
import { cedar } from '../mesh/policy/engine.ts';
import { byRecord } from './find-plants.ts';
import { PLANTS } from './plants.ts';
import { frozenFor, frozenIn } from './policies.ts';
import { simulate } from './simulate.ts';

/** The end of what a process of its own prints for a seed. */
function digestOf(seed: number, steps: number): string {
  const program = ['--disable-warning=ExperimentalWarning', 'test/simulate/main.ts', '--seed', `${seed}`];
  const out = execFileSync(process.execPath, [...program, '--steps', `${steps}`], { encoding: 'utf8' });
  return out.trim().split('\n').at(-1) ?? '';
}

describe('the mesh under faults', () => {
  test('the same seed gives the same trace, byte for byte, in whatever process', async () => {
    const here = await simulate(11, 40);
    const again = await simulate(11, 40);
    expect(again.trace).toEqual(here.trace);
    expect([digestOf(11, 40), digestOf(11, 40)]).toEqual([`digest ${here.digest}`, `digest ${here.digest}`]);
    expect((await simulate(12, 40)).digest).not.toBe(here.digest);
  }, 120_000);

  test('the simulated forbids are policies without a fault, and their text says whom they are for', () => {
    const files = frozenFor(['finance', 'research']);
    const set = { scope: 'global', digest: 'simulated', files };
    const schema = readFileSync(POLICY_SCHEMA, 'utf8');
    const errors = checkPolicySets([set], { cedar: cedar(), schema }).filter(({ severity }) => severity === 'error');
    expect(errors).toEqual([]);
    expect(frozenIn(files)).toEqual(['finance', 'research']);
  });

  test.each([1, 2, 3, 4])('seed %i breaks nothing', async (seed) => {
    const { broken, faults } = await simulate(seed, 200);
    expect(broken).toBeUndefined();
    expect(Object.keys(faults).length).toBeGreaterThan(4);
  }, 120_000);

  test.each([
    'relay: forget refused events',
    'show what the clearance withholds',
  ])('finds a planted defect by its recorded seed: %s', async (name) => {
    const plant = PLANTS.find((one) => one.name === name);
    expect(plant && (await byRecord(plant))).toEqual(plant?.foundBy);
  }, 120_000);
});
