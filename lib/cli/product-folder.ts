import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { MAX_CONTRACT_BYTES } from '#mesh/contract/head.ts';
import type { SourceFile } from '#mesh/contract/parse.ts';
import { userError } from '#mesh/error.ts';
import { decodeYaml } from '#mesh/yaml/decode.ts';

/** The contract files of one product, as they are on disk. */
export interface ProductFolder {
  readonly product: SourceFile;
  readonly contracts: readonly SourceFile[];
}

/**
 * Reads `*.odps.yaml` and every `*.odcs.yaml` of a folder; file names are given relative to `cwd`, for messages.
 * @throws WeftError `WEFT-CLI-011` when the folder is not a product's.
 */
export function readProductFolder(folder: string, cwd: string): ProductFolder {
  const path = resolve(cwd, folder);
  if (!existsSync(path) || !statSync(path).isDirectory()) {
    throw userError('WEFT-CLI-011', `${folder} is not a folder`, {
      hint: 'give the folder that holds *.odps.yaml and *.odcs.yaml',
    });
  }
  const names = readdirSync(path).sort();
  const [product, ...more] = names.filter((name) => /\.odps\.ya?ml$/.test(name));
  const contracts = names.filter((name) => /\.odcs\.ya?ml$/.test(name));
  if (product === undefined || more.length > 0) {
    throw userError(
      'WEFT-CLI-011',
      product === undefined
        ? `${folder} has no *.odps.yaml file`
        : `${folder} has ${more.length + 1} *.odps.yaml files (${[product, ...more].join(', ')}), where one is wanted`,
      {
        hint: 'a product folder holds one Open Data Product Standard file and one *.odcs.yaml for each output port',
      },
    );
  }
  const read = (name: string): SourceFile => readContractFile(join(path, name), cwd);
  return { product: read(product), contracts: contracts.map(read) };
}

/**
 * Reads one contract file, named relative to `cwd`.
 * @throws WeftError `WEFT-CLI-031` with the problem when it is too long or not UTF-8.
 */
export function readContractFile(path: string, cwd: string): SourceFile {
  const file = relative(cwd, path);
  const limits = { file, code: 'WEFT-CONTRACT-001', maxBytes: MAX_CONTRACT_BYTES };
  const decoded = decodeYaml(readFileSync(path), limits);
  if (decoded.ok) return { file, text: decoded.value };
  throw userError('WEFT-CLI-031', `${file} cannot be read as text`, { problems: decoded.problems });
}

/** The API takes 4 MB (ADR 0010); the rest is for what JSON escapes. */
const MOST_BYTES = 3_500_000;

/**
 * The body of `POST /products`.
 * @throws WeftError `WEFT-CLI-023` when it is more than one request can carry.
 */
export function publishBody(folder: ProductFolder): {
  product: string;
  contracts: Record<string, string>;
} {
  const bytes = [folder.product, ...folder.contracts].reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  if (bytes > MOST_BYTES) {
    throw userError(
      'WEFT-CLI-023',
      `the contracts have ${bytes} bytes, at most ${MOST_BYTES} can be published at once`,
      {
        hint: 'split the product, or take comments and examples out of its contracts',
      },
    );
  }
  return {
    product: folder.product.text,
    contracts: Object.fromEntries(folder.contracts.map(({ file, text }) => [basename(file), text])),
  };
}
