import { expect, test } from '@jest/globals';
import { nextOfRuns } from '#cli/pipeline-next.ts';
import type { RunRecord } from '#control/pipeline/run-record.ts';

const run = (change: Partial<RunRecord>): RunRecord => ({
  run: '1',
  step: 'orders.orders',
  cause: { kind: 'file', key: 'orders/1.csv', etag: 'e', bytes: 1 },
  state: 'done',
  startedAt: '2026-01-01T00:00:00.000Z',
  attempt: 1,
  ...change,
});

const failed = run({ state: 'started', error: 'COLUMN_NOT_FOUND' });

test.each<[string, RunRecord[], string | undefined, RegExp[]]>([
  ['no run at all', [], undefined, [/^land a file .* s3:\/\/landing, or: weft pipeline run/]],
  ['no run of a step', [], 'orderz', [/^see the steps that ran: weft pipeline status$/]],
  ['runs that went well', [run({ rows: 3, unfit: 0 })], undefined, []],
  [
    'rows put aside',
    [run({ unfit: 2 }), run({ unfit: 1 })],
    undefined,
    [/ s3:\/\/landing\/quarantine\/, .*weft_reasons/],
  ],
  ['a step that failed', [failed, run({})], undefined, [/^mend .*: weft pipeline run orders\.orders$/]],
  [
    'a step that is put off, which comes back by itself',
    [{ ...failed, putOffUntil: '2026-01-01T00:05:00.000Z' }],
    undefined,
    [],
  ],
  ['a failure that is mended', [run({}), failed], undefined, []],
])('after %s', (_what, runs, step, expected) => {
  expect(nextOfRuns(runs, step, 'landing')).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
});
