import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { logCrypto } from '#aws/log-crypto.ts';
import { LOG_PREFIXES } from '#cli/log-files.ts';
import { CHECKPOINT, checkpointKey, entriesKey, tilePath } from '#mesh/audit/log/tile.ts';
import type { VerifyOptions } from '#mesh/audit/log/verify.ts';
import { verifyLog } from '#mesh/audit/log/verify.ts';
import { canonicalText } from '#mesh/canonical.ts';
import { flipped, flipsFound } from './flips.ts';
import { entries, entryOf, MemoryBucket, type MemoryLog, memoryLog } from './memory-log.ts';

let log: MemoryLog;

beforeAll(async () => {
  log = memoryLog();
  let at = 1;
  for (const count of [1, 10, 3, 242, 1, 10, 256, 10, 300, 167]) {
    await log.append(entries(count, at));
    at += count;
  }
});

const check = (bucket: MemoryBucket, options: Partial<VerifyOptions> = {}) =>
  verifyLog(bucket, { ...logCrypto, key: log.key, witness: log.witness, ...options });
const codes = async (bucket: MemoryBucket, options: Partial<VerifyOptions> = {}) =>
  [...new Set((await check(bucket, options)).problems.map(({ code }) => code))].sort();

describe('a log that grows while it is looked at', () => {
  test('raises no alarm, wherever in the listing and reading runs come in between', async () => {
    for (let moment = 0; moment < 12; moment += 1) {
      const live = memoryLog();
      await live.append(entries(250));
      let calls = 0;
      let next = 251;
      const tick = async () => {
        calls += 1;
        // Several runs at a time, before and after that moment: over the border of a tile.
        if (calls < moment || calls > moment + 3) return;
        for (let runs = 0; runs < 3; runs += 1) {
          await live.append(entries(2, next));
          next += 2;
        }
      };
      const slow = ({ objects }: MemoryBucket, prefixes: readonly string[]) => ({
        keys: async () => {
          const keys: string[] = [];
          for (const prefix of prefixes) {
            await tick();
            keys.push(...[...objects.keys()].filter((key) => key.startsWith(prefix)));
          }
          return keys;
        },
        read: async (key: string) => {
          await tick();
          return objects.get(key);
        },
      });
      const { problems } = await verifyLog(slow(live.bucket, LOG_PREFIXES), {
        ...logCrypto,
        key: live.key,
        witness: slow(live.witness, ['']),
      });
      expect([moment, problems.filter(({ severity }) => severity === 'error')]).toEqual([moment, []]);
    }
  });
});

describe('a log of 1,000 entries', () => {
  test('is whole', async () => {
    expect(await check(log.bucket)).toMatchObject({ size: 1000, checkpoints: 11, witnessed: 11, problems: [] });
  });

  test('shows a changed byte, whatever file it is in: each byte of the small files, every 151st of the others', async () => {
    const outcome = await flipsFound(log, { stride: 151, offset: Math.floor(Math.random() * 151) });
    expect(outcome.missed).toEqual([]);
    expect(outcome.tried).toBeGreaterThan(5_000);
  }, 120_000);

  test('shows each file that is gone', async () => {
    const memo = new WeakMap<Uint8Array, unknown>();
    const unseen: string[] = [];
    for (const key of log.bucket.objects.keys()) {
      const without = log.bucket.copy();
      without.objects.delete(key);
      const { problems } = await check(without, { memo, first: true });
      if (problems.length === 0) unseen.push(key);
    }
    expect(unseen).toEqual([]);
  });

  test('says where: a changed entry, hash, commit, checkpoint', async () => {
    const changed = async (key: string, from: string, to: string) => {
      const copy = log.bucket.copy();
      const text = Buffer.from(copy.objects.get(key) ?? '').toString('latin1');
      expect(text).toContain(from);
      copy.objects.set(key, Buffer.from(text.replace(from, to), 'latin1'));
      return (await check(copy)).problems[0];
    };
    expect(await changed(tilePath('entries', 1, 256), 'orders#1@300', 'orders#1@301')).toEqual({
      code: 'WEFT-AUDIT-004',
      severity: 'error',
      where: tilePath(0, 1, 256),
      message: 'it has another hash for entry 299 than its text gives: the entry or the hash was changed',
    });
    expect(await changed(entriesKey(0), '@1', '@9')).toMatchObject({
      code: 'WEFT-AUDIT-007',
      where: entriesKey(0),
      message: 'line 1 is not entry 0 of the log: it was changed',
    });
    expect(await changed(checkpointKey(256), '\n256\n', '\n257\n')).toMatchObject({
      code: 'WEFT-AUDIT-002',
      where: checkpointKey(256),
      message: 'it does not count: the signature is not of this key',
    });
  });

  test('shows entries that are swapped, taken out, put in between and added, however well the rest is mended', async () => {
    const rebuilt = async (
      change: (all: ReturnType<typeof entries>) => ReturnType<typeof entries>,
      privateKey?: ReturnType<typeof generateKeyPairSync>['privateKey'],
    ) => {
      const forged = memoryLog(privateKey);
      for (let start = 0; start < 1000; start += 250)
        await forged.append(change(entries(1000)).slice(start, start + 250));
      return forged.bucket;
    };
    const swap = (all: ReturnType<typeof entries>) => all.with(10, all[11] as never).with(11, all[10] as never);
    const remove = (all: ReturnType<typeof entries>) => all.toSpliced(500, 1);
    const insert = (all: ReturnType<typeof entries>) => all.toSpliced(500, 0, entryOf(5000, { id: 'sales/x#1@1' }));
    for (const change of [swap, remove, insert]) {
      // By somebody who has the key itself: only the witness knows better.
      expect(await codes(await rebuilt(change))).toContain('WEFT-AUDIT-011');
      // By somebody who has not: no checkpoint counts.
      const other = generateKeyPairSync('ed25519').privateKey;
      expect(await codes(await rebuilt(change, other), { witness: undefined })).toContain('WEFT-AUDIT-002');
    }
    expect(await codes(await rebuilt(remove), { witness: undefined })).toEqual(['WEFT-AUDIT-010']);
  });

  test('shows by the witness that it was cut short, put back, or replaced', async () => {
    const early = memoryLog();
    await early.append(entries(1));
    await early.append(entries(10, 2));
    expect(await codes(early.bucket, { witness: undefined })).toEqual([]);
    expect(await check(early.bucket)).toMatchObject({
      problems: expect.arrayContaining([
        expect.objectContaining({
          code: 'WEFT-AUDIT-011',
          message: 'the witness has a checkpoint of 1000 entries, and the log ends at 11: it was cut short or put back',
        }),
      ]),
    });
    const cut = log.bucket.copy();
    cut.objects.delete(checkpointKey(1000));
    cut.objects.set(CHECKPOINT, cut.objects.get(checkpointKey(833)) as Uint8Array);
    expect(await codes(cut, { witness: undefined })).not.toEqual([]);
    expect(await codes(cut)).toContain('WEFT-AUDIT-011');
    expect(await codes(new MemoryBucket())).toContain('WEFT-AUDIT-001');
  });

  test('a run that was cut off is no alarm, and is told', async () => {
    const open = log.bucket.copy();
    await open.putOnce(entriesKey(1000), `${canonicalText(entryOf(1001))}\n`);
    const { problems } = await check(open);
    expect(problems).toEqual([expect.objectContaining({ code: 'WEFT-AUDIT-017', severity: 'warning' })]);
  });

  test.each([
    ['is no JSON', 'what is this?\n', 'WEFT-AUDIT-006'],
    ['is no entry', '{"id":"x"}\n', 'WEFT-AUDIT-006'],
    ['is not ended', canonicalText(entryOf(1001)), 'WEFT-AUDIT-007'],
    ['is empty', '', 'WEFT-AUDIT-007'],
  ])('a commit that no run made is told: it %s', async (_, body, code) => {
    const open = log.bucket.copy();
    await open.putOnce(entriesKey(1000), body);
    expect(await codes(open)).toContain(code);
  });

  test('a checkpoint that is gone with its tiles and its commit’s border is told by the witness', async () => {
    const cut = log.bucket.copy();
    const [first, second] = [entriesKey(0), entriesKey(1)].map((key) => Buffer.from(cut.objects.get(key) ?? ''));
    cut.objects.set(entriesKey(0), Buffer.concat([first ?? Buffer.of(), second ?? Buffer.of()]));
    for (const key of [entriesKey(1), checkpointKey(1), tilePath(0, 0, 1), tilePath('entries', 0, 1)])
      expect(cut.objects.delete(key)).toBe(true);
    expect((await check(cut)).problems).toEqual([
      expect.objectContaining({ code: 'WEFT-AUDIT-003', where: checkpointKey(1), severity: 'error' }),
    ]);
  });

  test('a copy of the witness under another size is told: it keeps that size from being witnessed', async () => {
    const witness = log.witness.copy();
    const [old = ''] = [...witness.objects.keys()];
    const taken = old.replace(/\d{12}$/, '000000002000');
    witness.objects.set(taken, witness.objects.get(old) as Uint8Array);
    expect((await check(log.bucket, { witness })).problems).toEqual([
      expect.objectContaining({ code: 'WEFT-AUDIT-011', where: `witness: ${taken}` }),
    ]);
  });

  test('one byte flipped is not the byte before', () => {
    expect(flipped(Buffer.from('ab'), 1, 3)).toEqual(Buffer.from([0x61, 0x6a]));
  });
});
