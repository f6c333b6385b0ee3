import { describe, expect, test } from '@jest/globals';
import { everyTemplate } from './every-template.ts';
import { EXAMPLE } from './mesh-pack/example.ts';
import { RULES } from './mesh-pack/pack.ts';
import type { Resources } from './mesh-pack/rule.ts';

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
