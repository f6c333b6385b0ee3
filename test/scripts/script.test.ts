import { describe, expect, test } from '@jest/globals';
import { readArguments } from '../../bin/script.ts';

const SCRIPT = {
  usage: 'npm run fuzz -- …',
  does: 'Tries things.',
  options: {
    seconds: { what: 'how long', least: 1, usual: 60 },
    seed: { what: 'which', least: 0 },
    plant: { what: 'a name', text: true },
    all: { what: 'everything', flag: true },
    lines: { what: '', flag: true },
  },
  names: { of: 'target', known: ['sql', 'wire'], most: 2 },
} as const;
const read = (...args: string[]) => readArguments(SCRIPT, args);

describe('the arguments of a script', () => {
  test('that were given, and the usual ones', () => {
    expect(read('sql', '--seed=0', '--all', '--plant', 'x')).toEqual({
      values: { seconds: 60, seed: 0, plant: 'x', all: true, lines: false },
      names: ['sql'],
    });
    expect(read('--lines')).toMatchObject({ values: { lines: true, seed: undefined } });
  });

  test.each([['--help'], ['-h'], ['sql', '--seconds', '5', '--help']])('with %s', (...args) => {
    expect(read(...args)).toEqual({ help: true });
  });

  test.each([
    [['--seconds', '0'], '--seconds 0: a whole number is needed, 1 or more'],
    [['--seconds', '-1'], '--seconds -1: a whole number is needed, 1 or more'],
    [['--seconds', '1e3'], '--seconds 1e3: a whole number is needed, 1 or more'],
    [['--seconds', ''], '--seconds : a whole number is needed, 1 or more'],
    [['--seed', '99999999999999999999'], '--seed 99999999999999999999: a whole number is needed, 0 or more'],
    [['--seconds'], '--seconds needs a value: how long'],
    [['--all=yes'], '--all takes no value'],
    [['--toString'], 'there is no option --toString: --seconds, --seed, --plant, --all'],
    [['toString'], 'there is no target toString: sql, wire'],
    [['sql', 'sql', 'wire'], 'there are too many: sql sql wire'],
  ])('%j', (args, problem) => {
    expect(read(...args)).toEqual({ problems: [problem] });
  });

  test('with several problems, all told', () => {
    expect(read('nonsense', '--seconds', 'x', '--what')).toMatchObject({ problems: { length: 3 } });
  });

  test('where no names are wanted', () => {
    const { names: _, ...nameless } = SCRIPT;
    expect(readArguments(nameless, ['10'])).toEqual({ problems: ['nothing is known of 10: options begin with --'] });
  });
});
