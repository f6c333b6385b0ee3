import { describe, expect, test } from '@jest/globals';
import { auditApart } from '../stacks/audit-apart.ts';
import { appOf, aviation, templatesOf } from '../stacks/aviation.ts';
import { pipelineTemplates } from '../stacks/pipeline.ts';
import { ACCESS_RULES } from './mesh-pack/access.ts';
import { EVENT_RULES } from './mesh-pack/events.ts';
import { LAKE_RULES } from './mesh-pack/lake.ts';
import type { Resources } from './mesh-pack/rule.ts';
import { STORAGE_RULES } from './mesh-pack/storage.ts';

const RULES = [...LAKE_RULES, ...EVENT_RULES, ...ACCESS_RULES, ...STORAGE_RULES];

const meshes = [aviation(), { ...aviation(), organization: undefined }, auditApart()];
const stacks = [...meshes.flatMap((topology) => [...templatesOf(appOf(topology))]), ...pipelineTemplates()];

describe.each(RULES.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  test('lets pass what is right', () => {
    expect(rule.check(rule.passes)).toEqual([]);
  });

  test.each(Object.entries(rule.fails))('refuses what %s', (_name, resources) => {
    expect(rule.check(resources)).not.toEqual([]);
  });

  test.each(stacks)('holds in %s', (_stack, { Resources }) => {
    expect(rule.check(Resources)).toEqual([]);
  });

  if (rule.mutations.length === 0) return;
  test.each(
    rule.mutations.map((mutation) => [mutation.name, mutation] as const),
  )('finds %s wherever it is', (_name, mutation) => {
    let applied = 0;
    for (const [stack, { Resources }] of stacks) {
      for (const [id, { Type }] of Object.entries(Resources)) {
        if (Type !== mutation.type) continue;
        const broken: Resources = structuredClone(Resources);
        if (mutation.apply(broken[id]?.Properties ?? {}) === false) continue;
        applied += 1;
        expect([stack, id, rule.check(broken)]).toEqual([stack, id, [id]]);
      }
    }
    expect(applied).toBeGreaterThan(0);
  });
});
