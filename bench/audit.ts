import { logCrypto } from '#aws/log-crypto.ts';
import { proofOf } from '#cli/log-proof.ts';
import { checkProof } from '#mesh/audit/log/proof.ts';
import { verifyLog } from '#mesh/audit/log/verify.ts';
import { entries, memoryLog } from '../test/mesh/audit/log/memory-log.ts';
import { atMost, type BenchResult, figure, quantile } from './result.ts';

const SIZE = 100_000;
const SMALL = 10_000;
/** The most that one commit takes. */
const BATCH = 250;
const PROOFS = 2_000;

/** What the trail's log costs: to append, to verify whole, and to check one proof; in memory, so without S3 and KMS. */
export async function run(): Promise<BenchResult[]> {
  const log = memoryLog();
  const appended: number[] = [];
  for (let at = 0; at < SIZE; at += BATCH) {
    const started = performance.now();
    await log.append(entries(BATCH, at + 1));
    appended.push((performance.now() - started) / BATCH);
  }
  const quarter = appended.length / 4;
  const early = quantile(appended.slice(0, quarter), 0.5);
  const late = quantile(appended.slice(-quarter), 0.5);
  const whole = await verifying(log);
  const small = memoryLog();
  for (let at = 0; at < SMALL; at += BATCH) await small.append(entries(BATCH, at + 1));
  const less = await verifying(small);
  const { proof } = await proofOf('54321', log.bucket, log.key);
  const checks = Array.from({ length: PROOFS }, () => {
    const started = performance.now();
    if ('wrong' in checkProof(proof, log.key, logCrypto)) throw new Error('the proof proves nothing');
    return performance.now() - started;
  });
  return [
    atMost(`checking a proof from ${SIZE} entries: median of ${PROOFS}`, quantile(checks, 0.5), 1, 'ms'),
    figure(`checking a proof: 99 of 100 within`, quantile(checks, 0.99), 'ms'),
    figure(`verifying ${SIZE} entries with all that follows from them`, whole / 1000, 's'),
    atMost(`verifying an entry among ${SIZE} against among ${SMALL}`, whole / SIZE / (less / SMALL), 2, '×'),
    atMost('appending an entry, the last quarter against the first', late / early, 1.5, '×'),
  ];
}

async function verifying(log: ReturnType<typeof memoryLog>): Promise<number> {
  const started = performance.now();
  const { problems } = await verifyLog(log.bucket, { ...logCrypto, key: log.key, witness: log.witness });
  if (problems[0] !== undefined) throw new Error(`${problems[0].where}: ${problems[0].message}`);
  return performance.now() - started;
}
