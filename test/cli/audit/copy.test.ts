import { expect, test } from '@jest/globals';
import { logCrypto } from '#aws/log-crypto.ts';
import { copyFiles } from '#cli/log-copy.ts';
import { LOG_PREFIXES } from '#cli/log-files.ts';
import { verifyLog } from '#mesh/audit/log/verify.ts';
import { entries, MemoryBucket, memoryLog } from '../../mesh/audit/log/memory-log.ts';

test('a copy of a log that grows meanwhile is whole, and the same again once it grows no more', async () => {
  const log = memoryLog();
  await log.append(entries(250));
  let next = 251;
  let ticks = 0;
  const tick = async () => {
    ticks += 1;
    if (ticks > 40 || ticks % 2 === 0) return;
    await log.append(entries(2, next));
    next += 2;
  };
  const growing = {
    keys: async () => {
      const keys: string[] = [];
      for (const prefix of LOG_PREFIXES) {
        await tick();
        keys.push(...[...log.bucket.objects.keys()].filter((key) => key.startsWith(prefix)));
      }
      return keys;
    },
    read: async (key: string) => {
      await tick();
      return log.bucket.objects.get(key);
    },
  };
  const copy = new MemoryBucket();
  const place = {
    has: (name: string) => copy.objects.has(name),
    write: (name: string, bytes: Uint8Array) => void copy.objects.set(name, bytes),
  };
  const witness = new MemoryBucket();
  await copyFiles(log.witness, { has: () => false, write: (name, bytes) => void witness.objects.set(name, bytes) });
  await copyFiles(growing, place);
  expect((await verifyLog(copy, { ...logCrypto, key: log.key, witness })).problems).toEqual([]);
  await log.append(entries(5, next));
  await copyFiles(growing, place);
  expect([...copy.objects.keys()].toSorted()).toEqual([...log.bucket.objects.keys()].toSorted());
  expect(copy.objects).toEqual(log.bucket.objects);
});
