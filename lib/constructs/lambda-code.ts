import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';
import { userError } from '#mesh/error.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

/** From the sources `.ts`, from the package `.js`. */
const SUFFIX = extname(import.meta.filename);

/** Where the entries `<name>/handler.ts` live unless a caller says otherwise. */
const LAMBDAS = join(REPOSITORY, 'lambdas');

const CACHE = join(REPOSITORY, 'node_modules', '.cache', 'weft', 'lambdas');

/** Everything in one minified ES module, the SDK included, so that the version deployed is the version tested. */
export const BUNDLE: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  sourcemap: 'external',
  sourcesContent: false,
  mainFields: ['module', 'main'],
  external: [],
  // What the SDK brings and no Lambda here uses: other providers of credentials than the environment, event streams, and all but four
  // operations of DynamoDB.
  // yaml's build for Node is CommonJS, which cannot be shaken; the other one holds the same code as modules.
  alias: {
    '@aws-sdk/client-dynamodb': join(LAMBDAS, 'shared', `dynamodb${SUFFIX}`),
    '@aws-sdk/credential-provider-node': join(LAMBDAS, 'shared', `credentials${SUFFIX}`),
    '@smithy/core/event-streams': join(LAMBDAS, 'shared', `event-streams${SUFFIX}`),
    yaml: join(dirname(fileURLToPath(import.meta.resolve('yaml'))), '..', 'browser', 'index.js'),
  },
  legalComments: 'none',
  // Packages that are still CommonJS call require() for Node's own modules.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  write: false,
  logLevel: 'silent',
};

interface Bundle {
  readonly folder: string;
  readonly hash: string;
}

const bundles = new Map<string, Bundle>();

/** Files that lie beside a Lambda's code, by name. */
export type Beside = Readonly<Record<string, Uint8Array>>;

/**
 * The code of one Lambda as an asset. Each entry is bundled once in a process, whatever the number of accounts that deploy it, and
 * the asset's hash is that of its content, so an unchanged Lambda is not uploaded again. `WEFT-STACK-001` when it has no entry.
 */
export function lambdaCode(name: string, root: string = LAMBDAS, beside: Beside = {}): AssetCode {
  const entry = join(root, name, `handler${root === LAMBDAS ? SUFFIX : '.ts'}`);
  const key = [entry, ...Object.entries(beside).map(([file, content]) => `${file}=${hashOf(content)}`)].join(' ');
  let bundle = bundles.get(key);
  if (!bundle) {
    bundle = bundleOnce(entry, beside);
    bundles.set(key, bundle);
  }
  return Code.fromAsset(bundle.folder, { assetHash: bundle.hash, assetHashType: AssetHashType.CUSTOM });
}

function bundleOnce(entry: string, beside: Beside): Bundle {
  if (!existsSync(entry)) {
    throw userError('WEFT-STACK-001', `the lambda entry ${entry} does not exist`, {
      hint: 'each Lambda is lambdas/<name>/handler.ts and exports handler',
    });
  }
  const built = buildSync({ ...BUNDLE, absWorkingDir: REPOSITORY, entryPoints: [entry], outfile: 'index.mjs' });
  const files = built.outputFiles ?? [];
  const code = files.find((file) => file.path.endsWith('.mjs'))?.contents ?? new Uint8Array();
  const map = files.find((file) => file.path.endsWith('.map'))?.contents ?? new Uint8Array();
  const content = { ...beside, 'index.mjs': code };
  const hash = hashOf(
    ...Object.entries(content).flatMap(([file, bytes]) => [Buffer.from(`${file} ${bytes.byteLength}\n`), bytes]),
  );
  const folder = join(CACHE, hash, 'code');
  if (!existsSync(join(folder, 'index.mjs'))) writeBundle(hash, content, map);
  return { folder, hash };
}

function hashOf(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** Writes beside and renames, because two processes may bundle the same entry at once. */
function writeBundle(hash: string, content: Beside, map: Uint8Array): void {
  const draft = join(CACHE, `${hash}.${process.pid}`);
  mkdirSync(join(draft, 'code'), { recursive: true });
  for (const [file, bytes] of Object.entries(content)) writeFileSync(join(draft, 'code', file), bytes);
  writeFileSync(join(draft, 'index.mjs.map'), map);
  try {
    renameSync(draft, join(CACHE, hash));
  } catch (cause) {
    if (!existsSync(join(CACHE, hash, 'code', 'index.mjs'))) throw cause;
  }
}
