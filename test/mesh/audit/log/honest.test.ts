import { test } from '@jest/globals';
import { logCrypto } from '#aws/log-crypto.ts';
import { verifyLog } from '#mesh/audit/log/verify.ts';
import { entries, memoryLog } from './memory-log.ts';

test('10,000 honest logs raise no alarm', async () => {
  let seed = 7;
  const below = (most: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * most);
  };
  for (let round = 0; round < 10_000; round += 1) {
    const one = memoryLog();
    const runs = 1 + below(round % 500 === 0 ? 40 : 4);
    let at = 1;
    for (let run = 0; run < runs; run += 1) {
      const count = 1 + below(round % 500 === 0 ? 40 : 4);
      // What was there comes again now and then.
      await one.append(entries(count, Math.max(1, at - below(3))));
      at = Math.max(at, at + count - 2);
    }
    const { problems } = await verifyLog(one.bucket, { ...logCrypto, key: one.key, witness: one.witness });
    if (problems.length > 0) throw new Error(`log ${round}: ${JSON.stringify(problems)}`);
  }
}, 180_000);
