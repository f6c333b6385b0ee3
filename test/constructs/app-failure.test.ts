import { afterEach, expect, jest, test } from '@jest/globals';
import { runApp } from '#constructs/app-failure.ts';
import { userError } from '#mesh/error.ts';

const said = jest.spyOn(console, 'error').mockImplementation(() => undefined);

afterEach(() => {
  said.mockClear();
  process.exitCode = undefined;
});

const run = (error: Error) => {
  runApp(() => {
    throw error;
  });
  const code = process.exitCode;
  process.exitCode = undefined;
  return { code, lines: said.mock.calls.map(([line]) => line) };
};

test('every problem is a line with its place and what to do, and the process ends with 1', () => {
  const problem = { code: 'WEFT-MESH-001', severity: 'error', message: 'broken', fix: 'mend it' } as const;
  const problems = [{ ...problem, file: 'mesh.yaml', line: 2, column: 3 }, problem];
  expect(run(userError('WEFT-PIPELINE-017', 'not valid', { problems }))).toEqual({
    code: 1,
    lines: ['mesh.yaml:2:3: error: broken (mend it)', 'error: broken (mend it)'],
  });
});

test('an error without problems is told with its next step', () => {
  const { code, lines } = run(userError('WEFT-STACK-003', 'mesh.yaml cannot be read', { hint: 'name it' }));
  expect({ code, lines }).toEqual({ code: 1, lines: ['mesh.yaml cannot be read (name it)'] });
});

test('a bug is thrown', () => {
  expect(() => run(new TypeError('no function'))).toThrow('no function');
});
