import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atMost, type BenchResult, figure, quantile } from './result.ts';

const ENTRY = fileURLToPath(new URL('../bin/weft.ts', import.meta.url));
const ROUNDS = 15;

/** What is started, and how much longer than bare Node.js it may take. */
const LINES: readonly { readonly name: string; readonly argv: readonly string[]; readonly bound: number }[] = [
  { name: 'weft --help', argv: ['--help'], bound: 5 },
  { name: 'weft alone, without a mesh', argv: [], bound: 5 },
  { name: 'weft complete, without a mesh', argv: ['complete', '--', 'product', ''], bound: 5 },
];

/** How long the command takes to start, against Node.js that does nothing; both in turn, so that the machine's other work hits both alike. */
export async function run(): Promise<BenchResult[]> {
  const cwd = mkdtempSync(join(tmpdir(), 'weft-start-'));
  const time = (argv: readonly string[]) => {
    const started = performance.now();
    const ran = spawnSync(process.execPath, argv, { cwd, encoding: 'utf8', env: { PATH: process.env.PATH } });
    if (ran.status !== 0) throw new Error(ran.stderr);
    return performance.now() - started;
  };
  try {
    return LINES.flatMap(({ name, argv, bound }) => {
      const rounds = Array.from({ length: ROUNDS }, () => ({ bare: time(['-e', '0']), weft: time([ENTRY, ...argv]) }));
      const ratios = rounds.map(({ bare, weft }) => weft / bare);
      return [
        figure(
          `${name}, median`,
          quantile(
            rounds.map(({ weft }) => weft),
            0.5,
          ),
          'ms',
        ),
        atMost(`${name} / bare Node.js, median of pairs`, quantile(ratios, 0.5), bound, 'ratio'),
      ];
    });
  } finally {
    rmSync(cwd, { recursive: true });
  }
}
