import { logCrypto } from '#aws/log-crypto.ts';
import { verifyLog } from '#mesh/audit/log/verify.ts';
import type { MemoryLog } from './memory-log.ts';

/** Files up to that many bytes have each of their bytes flipped, whatever the stride. */
const SMALL = 400;

/** The bytes with one bit of one byte turned over. */
export function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

/** Flips bytes of a log one at a time and says which flips a verification with the same key and witness does not find. */
export async function flipsFound(
  { bucket, witness, key }: MemoryLog,
  { stride, offset, progress }: { stride: number; offset: number; progress?: (tried: number) => void },
): Promise<{ tried: number; missed: string[] }> {
  const memo = new WeakMap<Uint8Array, unknown>();
  const options = { ...logCrypto, key, witness, memo, first: true };
  await verifyLog(bucket, options);
  const missed: string[] = [];
  let tried = 0;
  let count = offset;
  for (const [name, bytes] of [...bucket.objects]) {
    const every = bytes.length <= SMALL && !name.startsWith('ids/') ? 1 : stride;
    for (let at = 0; at < bytes.length; at += 1) {
      count += 1;
      if (every > 1 && count % every !== 0) continue;
      bucket.objects.set(name, flipped(bytes, at, count % 8));
      const { problems } = await verifyLog(bucket, options);
      if (problems.length === 0) missed.push(`${name} byte ${at} bit ${count % 8}`);
      tried += 1;
      if (tried % 10_000 === 0) progress?.(tried);
    }
    bucket.objects.set(name, bytes);
  }
  return { tried, missed };
}
