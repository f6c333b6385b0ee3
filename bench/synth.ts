import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchResult, figure } from './result.ts';

/** Synthesizes a mesh of that many domains in a process of its own, and tells seconds and memory. */
function synth(domains: number): { seconds: number; megabytes: number } {
  const folder = mkdtempSync(join(tmpdir(), 'weft-synth-'));
  const started = performance.now();
  const ran = spawnSync(process.execPath, ['bench/synth-domains.ts', String(domains), folder], { encoding: 'utf8' });
  rmSync(folder, { recursive: true, force: true });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return { seconds: (performance.now() - started) / 1000, megabytes: Number(ran.stdout) / 1024 };
}

export async function run(): Promise<BenchResult[]> {
  const few = synth(5);
  const many = synth(50);
  return [
    figure('synthesize 5 domains', few.seconds, 's'),
    figure('synthesize 50 domains', many.seconds, 's'),
    figure('50 domains against 5: time', many.seconds / few.seconds, '×'),
    figure('synthesize 5 domains: peak memory', few.megabytes, 'MB'),
    figure('synthesize 50 domains: peak memory', many.megabytes, 'MB'),
  ];
}
