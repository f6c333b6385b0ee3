import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Facts, LocalProduct } from './facts.ts';

/** A folder with more is not read to its end: the answer would come late. */
const MOST_PRODUCTS = 20;

const MESH_FILES = ['mesh.yaml', 'mesh.yml'] as const;

/** What the files of a folder tell. Nothing that is wrong with them ends it. */
export async function lookAtFiles(cwd: string): Promise<Pick<Facts, 'meshFile' | 'repository' | 'products'>> {
  const mesh = await meshFileIn(cwd);
  return { meshFile: mesh?.found, repository: repositoryIn(cwd), products: await productsIn(cwd, mesh?.topology) };
}

async function meshFileIn(cwd: string): Promise<{ found: Facts['meshFile']; topology?: Topology } | undefined> {
  const name = MESH_FILES.find((one) => existsSync(join(cwd, one)));
  if (name === undefined) return undefined;
  // Parsers are loaded where there is something to parse: alone, the command answers at once.
  const { parseMesh } = await import('#mesh/topology/parse.ts');
  try {
    const checked = parseMesh(readFileSync(join(cwd, name), 'utf8'), name);
    const errors = checked.problems.filter(({ severity }) => severity === 'error').length;
    return { found: { name, errors }, topology: checked.ok ? checked.value : undefined };
  } catch {
    return { found: { name, errors: 1 } };
  }
}

/** The packages of the project's own clone, and of a domain's repository, which depends on it. */
function repositoryIn(cwd: string): Facts['repository'] {
  try {
    const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as Partial<
      Record<'dependencies' | 'devDependencies', Record<string, string>>
    >;
    const depends = { ...manifest.dependencies, ...manifest.devDependencies };
    return depends.weft === undefined ? undefined : { installed: existsSync(join(cwd, 'node_modules/weft')) };
  } catch {
    return undefined;
  }
}

async function productsIn(cwd: string, topology: Topology | undefined): Promise<LocalProduct[]> {
  const folders = ['.', ...foldersBelow(cwd, 'products')].filter((folder) => holdsProduct(join(cwd, folder)));
  return Promise.all(folders.slice(0, MOST_PRODUCTS).map((folder) => lookAtProduct(cwd, folder, topology)));
}

function foldersBelow(cwd: string, name: string): string[] {
  try {
    return readdirSync(join(cwd, name))
      .sort()
      .map((entry) => `${name}/${entry}`);
  } catch {
    return [];
  }
}

function holdsProduct(path: string): boolean {
  try {
    return statSync(path).isDirectory() && readdirSync(path).some((name) => /\.odps\.ya?ml$/.test(name));
  } catch {
    return false;
  }
}

/** Without a mesh of their own, contracts cannot be judged here: they are only named. */
async function lookAtProduct(cwd: string, folder: string, topology: Topology | undefined): Promise<LocalProduct> {
  const { readProductFolder } = await import('../product-folder.ts');
  const { parseProduct } = await import('#mesh/contract/parse.ts');
  try {
    const files = readProductFolder(folder, cwd);
    if (topology === undefined) return { folder, errors: 0 };
    const checked = parseProduct(files, topology);
    if (!checked.ok) return { folder, errors: checked.problems.filter(({ severity }) => severity === 'error').length };
    const { domain, name, version } = checked.value;
    return { folder, errors: 0, id: `${domain}/${name}`, domain, version };
  } catch {
    return { folder, errors: 1 };
  }
}
