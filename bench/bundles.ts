import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { BUNDLE } from '#constructs/lambda-code.ts';
import { VARIABLES } from '../lambdas/shared/environment.ts';
import { atMost, type BenchResult } from './result.ts';

const LAMBDAS = fileURLToPath(new URL('../lambdas/', import.meta.url));

/** What one Lambda weighs and how long it takes to load here. */
export interface BundleFigures {
  readonly name: string;
  /** Minified, in KB of 1,024 bytes. */
  readonly kilobytes: number;
  /** From the import to the handler, in milliseconds: the median of five fresh processes. */
  readonly loadMilliseconds: number;
}

/** The names of the Lambdas: every folder of `lambdas/` with a handler. */
export function lambdaNames(): string[] {
  return readdirSync(LAMBDAS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(LAMBDAS, entry.name)).includes('handler.ts'))
    .map((entry) => entry.name)
    .sort();
}

/** The bundle of one Lambda, made as the stacks make it. */
export function bundleOf(name: string): Uint8Array {
  const built = buildSync({ ...BUNDLE, entryPoints: [join(LAMBDAS, name, 'handler.ts')], outfile: 'index.mjs' });
  return built.outputFiles?.find((file) => file.path.endsWith('.mjs'))?.contents ?? new Uint8Array();
}

/** The packages of others that are in the bundle of one Lambda, as folders below `node_modules`, e.g. `@middy/core`; nested ones with the path to them. */
export function packagesIn(name: string): string[] {
  const built = buildSync({
    ...BUNDLE,
    entryPoints: [join(LAMBDAS, name, 'handler.ts')],
    outfile: 'index.mjs',
    metafile: true,
  });
  const folders = Object.keys(built.metafile?.inputs ?? {}).flatMap((path) => {
    const [, folder] = /^.*?node_modules\/((?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
    return folder === undefined ? [] : [folder];
  });
  return [...new Set(folders)].toSorted();
}

/** Size and load time of every Lambda. */
export function measureBundles(runs = 5): BundleFigures[] {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bundles-'));
  for (const [name, content] of Object.entries(BESIDE)) writeFileSync(join(folder, name), JSON.stringify(content));
  try {
    return lambdaNames().map((name) => {
      const file = join(folder, `${name}.mjs`);
      const code = bundleOf(name);
      writeFileSync(file, code);
      const times = Array.from({ length: runs }, () => loadOnce(file)).sort((a, b) => a - b);
      const kilobytes = Math.round((code.byteLength / 1024) * 10) / 10;
      return { name, kilobytes, loadMilliseconds: Math.round(times[Math.floor(runs / 2)] ?? 0) };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function loadOnce(file: string): number {
  const script = `const start = performance.now(); await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(performance.now() - start);`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { env: ENVIRONMENT });
  return Number(output.toString().trim().split('\n').at(-1));
}

/** What stacks put beside code that reads it when it loads. */
const BESIDE = { 'audit-rules.json': { rules: [] }, 'pipeline.json': { steps: [] } };

/** Enough for every handler to read its settings when it loads: each has some value. */
const ENVIRONMENT = {
  ...process.env,
  AWS_REGION: 'us-east-1',
  ...Object.fromEntries(Object.values(VARIABLES).map((name) => [name, 'https://sqs.us-east-1.amazonaws.com/1/bench'])),
  [VARIABLES.region]: 'us-east-1',
  [VARIABLES.account]: '111111111111',
  [VARIABLES.deadLetters]: '[]',
};

/** Each Lambda at most 400 KB, loaded within 80 ms. */
export async function run(): Promise<BenchResult[]> {
  return measureBundles().flatMap(({ name, kilobytes, loadMilliseconds }) => [
    atMost(`${name}: size of the bundle`, kilobytes, 400, 'KB'),
    atMost(`${name}: time to load`, loadMilliseconds, 80, 'ms'),
  ]);
}
