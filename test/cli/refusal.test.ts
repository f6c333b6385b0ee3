import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Io, processIo } from '#cli/io.ts';
import { reportError } from '#cli/report.ts';
import { userError, WeftError } from '#mesh/error.ts';

const STREAMS = processIo();

function reported(error: unknown): { exit: number; err: string; code: string } {
  let out = '';
  let err = '';
  const io: Io = {
    ...STREAMS,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  };
  const exit = reportError(io, error, true);
  return { exit, err, code: JSON.parse(out).error.code };
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('what a user was refused', () => {
  test.each(['AccessDenied', 'AccessDeniedException'])('%s of AWS names the way out and is no bug', (name) => {
    const denied = Object.assign(new Error('User x is not authorized to perform: athena:StartQueryExecution'), {
      name,
    });
    const { exit, err, code } = reported(denied);
    expect({ exit, code }).toEqual({ exit: 1, code: 'WEFT-CLI-007' });
    expect(err).toContain('--as');
    expect(err).not.toContain('    at ');
  });

  test('a path that cannot be written says which and why', () => {
    const folder = mkdtempSync(join(tmpdir(), 'weft-refusal-'));
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const act of [
      () => writeFileSync(folder, ''),
      () => writeFileSync(join(folder, 'none', 'x'), ''),
      () => mkdirSync(join(file, 'x'), { recursive: true }),
    ]) {
      const { exit, err, code } = reported(thrownBy(act));
      expect({ exit, code }).toEqual({ exit: 1, code: 'WEFT-CLI-090' });
      expect(err).toContain(folder);
    }
  });

  test('anything else is a bug', () => {
    expect(reported(new TypeError('x is not a function'))).toMatchObject({ exit: 70, code: 'WEFT-BUG-001' });
  });
});

describe('the next step of an error', () => {
  const problem = { code: 'WEFT-X-002', severity: 'error', message: 'b' } as const;

  test.each([
    ['its own', userError('WEFT-X-001', 'a', { hint: 'do this' }), 'next: do this'],
    [
      'the fix of its problem',
      userError('WEFT-X-001', 'a', { problems: [{ ...problem, fix: 'do that' }] }),
      'fix: do that',
    ],
    [
      'the fix of the problem that says the same',
      userError('WEFT-X-001', 'b', { problems: [{ ...problem, fix: 'do that' }] }),
      'next: do that',
    ],
    [
      'to mend what a problem without a fix names',
      userError('WEFT-X-001', 'a', { problems: [problem] }),
      'next: mend what is named',
    ],
    ['to look, when it is nobody’s fault here', new WeftError('WEFT-X-001', 'a'), 'next: weft doctor'],
    ['to report it, when it is a bug', new Error('a'), 'please report it'],
  ])('is %s', (_, error, step) => {
    expect(reported(error).err).toContain(step);
  });
});
