import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { compilePattern } from '#local/services/eventbridge/pattern.ts';

interface Case {
  readonly name: string;
  readonly pattern: object;
  readonly matches?: readonly object[];
  readonly not?: readonly object[];
  readonly invalid?: boolean;
}

const CASES = JSON.parse(
  readFileSync(new URL('../../cases/event-patterns/cases.json', import.meta.url), 'utf8'),
) as Case[];

describe('an event pattern', () => {
  test.each(CASES.filter((entry) => entry.invalid !== true))('$name', ({ pattern, matches = [], not = [] }) => {
    const compiled = compilePattern(JSON.stringify(pattern));
    expect(matches.filter((event) => !compiled.matches(event))).toEqual([]);
    expect(not.filter((event) => compiled.matches(event))).toEqual([]);
    expect(matches.length + not.length).toBeGreaterThan(0);
  });

  test.each(CASES.filter((entry) => entry.invalid === true))('is refused: $name', ({ pattern }) => {
    expect(() => compilePattern(pattern)).toThrow(expect.objectContaining({ code: 'InvalidEventPatternException' }));
  });
});
