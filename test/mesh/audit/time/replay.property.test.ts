import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { accessTo } from '#mesh/audit/time/access.ts';
import { accessHistory } from '#mesh/audit/time/history.ts';
import { readableSlowly } from './brute-force.ts';
import { history, roles, timeOf } from './random-history.ts';

const ladder = ['public'];

describe('who could read what, against a replay by brute force', () => {
  test('10,000 random histories, at random moments, as known at others', () => {
    let shown = 0;
    const moment = fc.integer({ min: 0, max: 60 });
    const moments = fc.array(fc.tuple(moment, moment), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(history, moments, fc.integer(), ({ happenings, entries }, asked, seed) => {
        const replayed = accessHistory(shuffled(entries, seed));
        const [version] = replayed.versions;
        if (version === undefined) throw new Error('the product is lost');
        for (const [at, known] of asked) {
          const when = { at: timeOf(at), known: timeOf(known) };
          const cells = (principal?: string) =>
            accessTo(version, replayed, when, {
              ladder,
              ...(principal === undefined ? {} : { narrowing: { principal } }),
            })
              .map((one) => `${one.principal} ${one.table.name}.${one.column} ${one.rows}`)
              .sort();
          const all = cells();
          shown += all.length;
          const slow = readableSlowly(happenings, at, known);
          expect({ at, known, cells: all }).toEqual({ at, known, cells: slow });
          const [role = ''] = roles('finance');
          expect(cells(role)).toEqual(slow.filter((cell) => cell.startsWith(`${role} `)));
        }
      }),
      { numRuns: 10_000 },
    );
    expect(shown).toBeGreaterThan(10_000);
  }, 120_000);
});

/** The same entries in an order that depends on the seed alone. */
function shuffled<T>(entries: readonly T[], seed: number): T[] {
  const weights = entries.map((entry, index) => ({ entry, weight: Math.sin(seed + index * 12.9898) }));
  return weights.toSorted((a, b) => a.weight - b.weight).map(({ entry }) => entry);
}
