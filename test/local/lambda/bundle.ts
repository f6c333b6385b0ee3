import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = new URL('../../../', import.meta.url).pathname;

/** Bundles the source of a handler as the CDK's Node.js functions are: one ES module with everything in it. Returns its folder. */
export function bundle(source: string, format: 'esm' | 'cjs' = 'esm'): string {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bundle-'));
  const outfile = join(folder, format === 'esm' ? 'index.mjs' : 'index.js');
  const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const { outputFiles } = buildSync({
    stdin: { contents: source, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format,
    target: 'node24',
    mainFields: ['module', 'main'],
    ...(format === 'esm' ? { banner: { js: banner } } : {}),
  });
  writeFileSync(outfile, outputFiles[0]?.contents ?? '');
  return folder;
}
