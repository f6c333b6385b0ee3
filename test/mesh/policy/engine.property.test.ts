import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createPolicyEngine, NO_PERMIT } from '#mesh/policy/cedar-engine.ts';
import type { Decision } from '#mesh/policy/decision.ts';
import { productOf, questionOf } from '#mesh/policy/policy-case.ts';
import { requestOf } from '#mesh/policy/request.ts';
import { BUILT_IN, builtInEngine, cedar, setOf } from './engine.ts';
import { anyCase, DOMAINS, LADDER, policyTexts } from './generated.ts';

const ids = ({ policies }: Decision) => policies.map(({ id }) => id);
const refuses = (decision: Decision) => decision.effect === 'deny' && !ids(decision).includes(NO_PERMIT);

describe('whatever a domain writes', () => {
  test('no refusal of the global policies becomes anything else, and no question of theirs becomes an answer', () => {
    const global = builtInEngine(LADDER);
    const seen = { cases: 0, refused: 0, asked: 0, opened: 0 };
    fc.assert(
      fc.property(
        fc.record(Object.fromEntries(DOMAINS.map((domain) => [domain, policyTexts('p', 8)]))),
        fc.array(anyCase, { minLength: 250, maxLength: 250 }),
        (texts, cases) => {
          const sets = [...BUILT_IN, ...Object.entries(texts).map(([domain, text]) => setOf(domain, text))];
          const both = createPolicyEngine({ cedar: cedar(), sets, ladder: LADDER, name: 'with domains' });
          for (const each of cases) {
            const question = questionOf(each, LADDER);
            const [alone, together] = [global.decide(question), both.decide(question)];
            seen.cases += 1;
            if (refuses(alone)) {
              seen.refused += 1;
              expect(together.effect).toBe('deny');
              expect(ids(together)).toEqual(expect.arrayContaining(ids(alone)));
            } else if (alone.effect === 'ask') {
              seen.asked += 1;
              expect(together.effect).not.toBe('allow');
              if (together.effect === 'ask')
                expect(together.approvers).toEqual(expect.arrayContaining([...(alone.approvers ?? [])]));
            } else if (alone.effect === 'deny' && together.effect === 'allow') seen.opened += 1;
          }
        },
      ),
      { numRuns: 40 },
    );
    expect(seen.cases).toBe(10_000);
    // The cases say something only if each of the ways is gone often.
    expect(Math.min(seen.refused, seen.asked, seen.opened)).toBeGreaterThan(100);
  }, 120_000);
});

describe('a decision from a slice', () => {
  const products = Array.from({ length: 200 }, (_, index) => {
    const columns = Object.fromEntries([0, 1, 2].map((column) => [`c${column}`, LADDER[(index + column) % 4] ?? '']));
    return productOf({ domain: DOMAINS[index % 4], name: `product-${index}`, columns }, LADDER);
  });
  const mesh = products.flatMap((product) => {
    const question = { principal: { arn: `arn:${product.name}` }, now: '2026-01-01T00:00:00Z', product };
    const request = { consumer: 'finance', purpose: product.name, scope: { clearance: 'restricted' } };
    const { entities } = requestOf({ action: 'subscribe', ...question, request }, LADDER);
    const column = {
      uid: { type: 'Weft::Column', id: `${product.name}.c` },
      attrs: {},
      parents: [{ type: 'Weft::Product', id: product.name }],
    };
    return [...entities, column];
  });

  test('is the one that all policies of all domains and all entities of the mesh lead to', () => {
    expect(new Set(mesh.map(({ uid }) => JSON.stringify(uid))).size).toBeGreaterThanOrEqual(800);
    let effects = new Set<string>();
    fc.assert(
      fc.property(
        fc.record(Object.fromEntries(DOMAINS.map((domain) => [domain, policyTexts('p', 8)]))),
        policyTexts('g', 8),
        fc.array(anyCase, { minLength: 12, maxLength: 12 }),
        (texts, more, cases) => {
          const domains = Object.entries(texts).map(([domain, text]) => setOf(domain, text));
          const [built] = BUILT_IN;
          const global = { ...setOf('global', more), files: { ...built?.files, 'global/more.cedar': more } };
          const options = { cedar: cedar(), sets: [global, ...domains], ladder: LADDER };
          const sliced = createPolicyEngine({ ...options, name: 'sliced' });
          const whole = createPolicyEngine({ ...options, name: 'whole', unsliced: mesh });
          for (const each of cases) {
            const question = questionOf(each, LADDER);
            const decision = sliced.decide(question);
            expect(decision).toEqual(whole.decide(question));
            effects = effects.add(`${each.action} ${decision.effect}`);
          }
        },
      ),
      { numRuns: 15 },
    );
    expect(effects.size).toBeGreaterThanOrEqual(12);
  }, 120_000);
});
