import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { evaluate } from '#mesh/audit/rules/evaluate.ts';
import type { Fact } from '#mesh/audit/rules/fact.ts';
import type { AuditRule } from '#mesh/audit/rules/rule.ts';
import { ANALYST, given, read, rule } from './facts.ts';

const WITHIN = 60;

const anyFacts = fc
  .array(
    fc.record({
      second: fc.integer({ min: 0, max: 400 }),
      who: fc.constantFrom('', '-2'),
      table: fc.constantFrom('x', 'y'),
    }),
    { maxLength: 60 },
  )
  .map((seeds): Fact[] =>
    seeds.map(({ second, who, table }, index) => read(`q${index}`, second, { principal: `${ANALYST}${who}`, table })),
  );

const anyRule: fc.Arbitrary<AuditRule> = fc
  .record({ least: fc.integer({ min: 1, max: 6 }), measure: fc.constantFrom('queries', 'bytes', 'tables') })
  .map(({ least, measure }) =>
    rule(`looksAt: reads, raise: { within: 1m, ${measure}: ${measure === 'bytes' ? least * 100 : least} }`),
  );

/** The number of queries of the fullest window of each subject, counted by brute force. */
function fullest(facts: readonly Fact[], subject: string): number {
  const times = facts.filter(({ principal }) => principal === subject).map(({ at }) => Date.parse(at));
  return Math.max(0, ...times.map((end) => times.filter((at) => at <= end && end - at < WITHIN * 1000).length));
}

describe('whatever the facts', () => {
  test('something is found exactly where a window is full', () => {
    fc.assert(
      fc.property(anyFacts, fc.integer({ min: 1, max: 6 }), (facts, least) => {
        const found = evaluate([rule(`looksAt: reads, raise: { within: 1m, queries: ${least} }`)], facts, given());
        for (const subject of [ANALYST, `${ANALYST}-2`]) {
          const isFull = fullest(facts, subject) >= least;
          expect(found.some((finding) => finding.subject === subject)).toBe(isFull);
        }
      }),
    );
  });

  test('their order and their repetition change nothing', () => {
    fc.assert(
      fc.property(anyFacts, anyRule, fc.infiniteStream(fc.nat()), (facts, one, chance) => {
        const shuffled = [...facts, ...facts].toSorted(() => ((chance.next().value ?? 0) % 2) - 0.5);
        expect(evaluate([one], shuffled, given())).toEqual(evaluate([one], facts, given()));
      }),
    );
  });

  test('the same is never told twice, and no fact is counted for two findings', () => {
    fc.assert(
      fc.property(anyFacts, anyRule, (facts, one) => {
        const told = evaluate([one], facts, given());
        expect(evaluate([one], facts, given({ told }))).toEqual([]);
        expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
        const spent = told.flatMap(({ evidence, subject }) => evidence.map((id) => `${subject} ${id}`));
        expect(new Set(spent).size).toBe(spent.length);
      }),
    );
  });

  test('looks that see them piece by piece, in the order of their arrival, find a full window and tell no moment twice', () => {
    fc.assert(
      fc.property(anyFacts, anyRule, fc.array(fc.nat({ max: 60 }), { maxLength: 4 }), (facts, one, cuts) => {
        let told: ReturnType<typeof evaluate> = [];
        for (const cut of [...cuts.toSorted((a, b) => a - b), facts.length]) {
          told = [...told, ...evaluate([one], facts.slice(0, cut), given({ told }))];
        }
        const whole = evaluate([one], facts, given());
        const subjects = (list: typeof told) => [...new Set(list.map(({ subject }) => subject))].toSorted();
        expect(subjects(told)).toEqual(subjects(whole));
        for (const a of told) {
          for (const b of told) {
            if (a === b || a.subject !== b.subject) continue;
            expect(a.at >= b.from && a.at < b.until && b.at >= a.from && b.at < a.until).toBe(false);
          }
        }
        expect(evaluate([one], facts, given({ told }))).toEqual([]);
      }),
    );
  });
});
