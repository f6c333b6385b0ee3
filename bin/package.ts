import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { called } from './script.ts';

/**
 * Builds what is published: `node bin/package.ts [folder]`. Node runs no TypeScript below `node_modules`, so each file becomes JavaScript by the same
 * stripping of types that Node does here, with its lines where they were; what `weft/domain` and `weft/local` are is told in declarations.
 */
const REPOSITORY = resolve(import.meta.dirname, '..');

/** Folders of code, and what is only for the development of Weft itself. */
const CODE = ['bin', 'lib', 'lambdas'];
const NOT_PUBLISHED = /^bin\/(?:package|audit|sbom|script)\.ts$/;

/** What code reads, and what a domain's repository is made from. */
const DATA = ['policies', 'examples', 'domain-templates', 'README.md'];

/** A local mesh, templates and packages of whoever played with an example. */
const LEFT_BEHIND = new Set(['.weft', 'cdk.out', 'node_modules']);

/** One copy of these has to serve a domain's app and Weft alike: they are peers, which npm installs by itself. */
const PEERS = ['aws-cdk-lib', 'constructs'];

/** Needed where somebody synthesizes or plays the demo; Weft's own development has them among its tools. */
const ALSO_NEEDED = ['esbuild', 'vega-datasets'];

type Versions = Record<string, string>;

interface Manifest {
  readonly dependencies: Versions;
  readonly devDependencies: Versions;
  readonly exports: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

const SPECIFIER = /(\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+)(['"])([.#][^'"\n]*)\.ts\2/gm;

/** Imports of our own files, as they are named once they are JavaScript. */
function asJavaScript(code: string): string {
  return code.replaceAll(SPECIFIER, '$1$2$3.js$2');
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(REPOSITORY.length + 1));
}

function writeCode(folder: string): void {
  for (const file of CODE.flatMap(filesBelow)) {
    if (NOT_PUBLISHED.test(file)) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    if (!file.endsWith('.ts')) {
      cpSync(join(REPOSITORY, file), join(folder, file));
      continue;
    }
    const code = asJavaScript(stripTypeScriptTypes(readFileSync(join(REPOSITORY, file), 'utf8')));
    writeFileSync(join(folder, file.replace(/\.ts$/, '.js')), code);
  }
}

/** The declarations of what a domain's repository imports, and of all that they name. */
function writeDeclarations(folder: string, entries: readonly string[]): void {
  const configuration = {
    extends: join(REPOSITORY, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: REPOSITORY,
      outDir: folder,
      typeRoots: [join(REPOSITORY, 'node_modules/@types')],
    },
    include: [],
    files: entries.map((entry) => join(REPOSITORY, entry)),
  };
  const file = join(folder, 'tsconfig.json');
  writeFileSync(file, JSON.stringify(configuration));
  execFileSync(join(REPOSITORY, 'node_modules/.bin/tsc'), ['-p', file], { stdio: 'inherit' });
  rmSync(file);
  const declarations = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.d.ts'),
  );
  for (const name of declarations) {
    const path = join(folder, name);
    writeFileSync(path, asJavaScript(readFileSync(path, 'utf8')));
  }
}

/** npm obeys a `.gitignore` and leaves it out; the name with which a template may say it is packed like any other. */
function keepIgnoreFiles(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (basename(name) === '.gitignore') renameSync(join(folder, name), join(folder, `${name}.template`));
}

/** The published `package.json`. */
function manifestOf({ dependencies, devDependencies, exports, ...own }: Manifest): Record<string, unknown> {
  const versions = { ...dependencies, ...devDependencies };
  const pick = (names: readonly string[]): Versions =>
    Object.fromEntries(names.map((name) => [name, versions[name] ?? '*']));
  const { name, version, description, type, engines, imports } = own;
  return {
    name,
    version,
    description,
    type,
    engines,
    bin: { weft: './bin/weft.js' },
    exports: Object.fromEntries(
      Object.entries(exports).map(([key, file]) => {
        if (!file.endsWith('.ts')) return [key, file];
        const path = file.replace(/\.ts$/, '');
        return [key, { types: `${path}.d.ts`, default: `${path}.js` }];
      }),
    ),
    imports,
    dependencies: { ...dependencies, ...pick(ALSO_NEEDED) },
    peerDependencies: Object.fromEntries(Object.entries(pick(PEERS)).map(([peer, least]) => [peer, `^${least}`])),
  };
}

/** Writes the package, ready to be packed, into a folder. */
function buildPackage(folder: string): void {
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as Manifest;
  const entries = Object.values(manifest.exports).filter((file) => file.endsWith('.ts'));
  mkdirSync(folder, { recursive: true });
  writeDeclarations(folder, entries);
  writeCode(folder);
  // What was tried in a folder stays at home.
  const filter = (path: string) => !LEFT_BEHIND.has(basename(path));
  for (const name of DATA) cpSync(join(REPOSITORY, name), join(folder, name), { recursive: true, filter });
  keepIgnoreFiles(join(folder, 'domain-templates'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifestOf(manifest), undefined, 2)}\n`);
}

const [into] = called({
  usage: 'npm run package -- [<folder>]',
  does: 'Builds what is published, into the folder or into dist.',
  options: {},
  names: { of: 'folder', most: 1 },
}).names;
const folder = mkdtempSync(join(tmpdir(), 'weft-package-'));
try {
  buildPackage(folder);
  const target = resolve(into ?? join(REPOSITORY, 'dist'));
  mkdirSync(target, { recursive: true });
  execFileSync('npm', ['pack', folder, '--pack-destination', target, '--silent'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
