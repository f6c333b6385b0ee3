import { describe, expect, test } from '@jest/globals';
import { Random } from '../simulate/random.ts';
import { everyTemplate } from './every-template.ts';
import { EXAMPLE } from './mesh-pack/example.ts';
import { RULES } from './mesh-pack/pack.ts';
import type { Resources } from './mesh-pack/rule.ts';
import { drawn, kindsOf, shoot, unjudged } from './mutants/hunt.ts';

const stacks = everyTemplate();

test('each rule has a name of its own', () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
});

describe.each(RULES.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  test('lets pass what is right', () => {
    expect(rule.check(rule.passes, EXAMPLE)).toEqual([]);
  });

  test.each(Object.entries(rule.fails))('refuses what %s', (_name, resources) => {
    expect(rule.check(resources, EXAMPLE)).not.toEqual([]);
  });

  test('holds in every template', () => {
    const broken = stacks.map(({ stack, resources, place }) => [stack, rule.check(resources, place)]);
    expect(broken.filter(([, ids]) => ids?.length !== 0)).toEqual([]);
  });

  if (rule.mutations.length === 0) return;
  test.each(
    rule.mutations.map((mutation) => [mutation.name, mutation] as const),
  )('finds %s wherever it is', (_name, mutation) => {
    let applied = 0;
    const missed: unknown[] = [];
    for (const { stack, resources, place } of stacks) {
      for (const [id, { Type, Properties = {} }] of Object.entries(resources)) {
        if (Type !== mutation.type) continue;
        const changed = structuredClone(Properties);
        if (mutation.apply(changed) === false) continue;
        applied += 1;
        const broken: Resources = { ...resources, [id]: { ...resources[id], Type, Properties: changed } };
        const found = rule.check(broken, place);
        if (found.join() !== id) missed.push([stack, id, found]);
      }
    }
    expect(missed).toEqual([]);
    expect(applied).toBeGreaterThan(0);
  });
});

describe('our templates, weakened one place at a time', () => {
  const made = 400;
  const kinds = kindsOf(stacks);

  test('are changed in ways of which each is judged', () => {
    expect(kinds.size).toBeGreaterThan(1000);
    expect(unjudged(kinds)).toEqual([]);
  });

  test(`${made} times at random, are found by a rule each time`, () => {
    const random = new Random(1);
    const instances = drawn(kinds, () => random.next());
    const survivors = Array.from({ length: made }, () => shoot(instances.next().value)).flatMap((shot) =>
      shot?.findings.length === 0 ? [`${shot.name}: ${shot.weakens}`] : [],
    );
    expect(survivors).toEqual([]);
  });
});
