import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Stream } from '#edge/agent/stream.ts';
import type { SourceConfig } from '#edge/config/config.ts';
import type { Happening, Source } from '#edge/sources/source.ts';

const folder = mkdtempSync(join(tmpdir(), 'weft-disk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an entry that is kept is not kept again because what follows fails', async () => {
  // A folder is where the file of alarms should be: every alarm fails to be written.
  const buffer = { folder, maxBytes: 1e6, segmentBytes: 1e5, fsync: true };
  const columns = [{ column: 'c', type: { kind: 'simple', name: 'double' } as const, required: true, from: 'c' }];
  const config: SourceConfig = {
    name: 's',
    prefix: 's/',
    input: { kind: 'files', folder, pattern: '*', format: 'json', delimiter: ',', every: 1, quiet: 1 },
    rows: { columns, drop: [] },
    alarms: [{ name: 'hot', column: 'c', above: 1, by: [] }],
    quarantineValues: false,
  };
  const source: Source = { fold: (_position, mark) => mark, run: async () => undefined };
  const happenings: Happening[] = [];
  const stream = new Stream(config, source, {
    buffer,
    newId: () => 'id',
    now: () => 1000,
    tell: (one) => void happenings.push(one),
    signal: new AbortController().signal,
    isFull: () => false,
    hurry: () => undefined,
  });
  mkdirSync(join(folder, 'alarms.jsonl'));
  await stream.deliver([{ c: 5 }], 'one');
  expect(stream.out.items).toBe(1);
  expect(stream.position).toBe('one');
  expect(happenings).toMatchObject([{ event: 'disk-failed' }]);
  expect(stream.pending).toMatchObject([{ name: 'hot', sequence: 1 }]);
  stream.end();
});
