import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { type ProductDraft, parseProduct } from '#mesh/contract/parse.ts';
import { userError } from '#mesh/error.ts';
import type { Repository } from '#mesh/lineage/repository.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { readProductFolder } from './product-folder.ts';

/** As much of `pipeline.yaml` as lineage needs (ADR 0007); whether all of it is right is for others to say. */
interface PipelineFile {
  readonly domain: string;
  readonly steps: readonly {
    readonly product: string;
    readonly table: string;
    readonly sql: string;
    readonly on?: { readonly files?: string };
  }[];
  readonly landing?: Readonly<Record<string, { readonly files?: string; readonly columns?: unknown } | null>>;
}

/**
 * The products and the pipeline of a domain's repository.
 * @throws WeftError `WEFT-LINEAGE-015` when it has no pipeline that can be read, `WEFT-CLI-030` for a contract that is not valid
 */
export function readRepository(folder: string, topology: Topology, cwd: string): Repository {
  const root = resolve(cwd, folder);
  const file = join(root, 'pipeline/pipeline.yaml');
  const pipeline = readPipeline(file, relative(cwd, file));
  const products = productFolders(root).map((path) => draftOf(path, topology, cwd));
  return {
    domain: pipeline.domain,
    products,
    steps: pipeline.steps.map(({ product, table, sql }) => {
      const path = join(root, 'pipeline', sql);
      if (!existsSync(path)) throw notThere(relative(cwd, path), 'a step names it');
      return { product, table, file: relative(cwd, path), sql: readFileSync(path, 'utf8') };
    }),
    landing: landingOf(pipeline, products),
  };
}

function readPipeline(path: string, shown: string): PipelineFile {
  if (!existsSync(path)) throw notThere(shown, 'the repository of a domain has it');
  const { domain, steps, ...rest } = (parsed(readFileSync(path, 'utf8'), shown) ?? {}) as Partial<PipelineFile>;
  const whole = (step: Partial<PipelineFile['steps'][number]> | null) =>
    [step?.product, step?.table, step?.sql].every((part) => typeof part === 'string');
  if (typeof domain === 'string' && Array.isArray(steps) && steps.every(whole)) return { ...rest, domain, steps };
  throw userError('WEFT-LINEAGE-015', `${shown} has no domain, or no steps with product, table and sql`, {
    hint: 'see docs/adr/0007-domain-templates.md for what it holds',
  });
}

function parsed(text: string, shown: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw userError('WEFT-LINEAGE-015', `${shown} is no YAML: ${why}`, { cause, hint: 'mend it' });
  }
}

function notThere(path: string, why: string) {
  return userError('WEFT-LINEAGE-015', `there is no ${path}`, { hint: why });
}

function productFolders(root: string): string[] {
  const products = join(root, 'products');
  if (!existsSync(products)) return [];
  return readdirSync(products)
    .sort()
    .map((name) => join(products, name))
    .filter((path) => statSync(path).isDirectory());
}

function draftOf(path: string, topology: Topology, cwd: string): ProductDraft {
  const shown = relative(cwd, path);
  const checked = parseProduct(readProductFolder(path, cwd), topology);
  if (checked.ok) return checked.value;
  throw userError('WEFT-CLI-030', `${shown} is not valid`, {
    problems: checked.problems.filter(({ severity }) => severity === 'error'),
    hint: `run: weft product validate ${shown}`,
  });
}

/** The columns of raw tables: their own, or those of the first table that their files are for. */
function landingOf({ landing = {}, steps }: PipelineFile, products: readonly ProductDraft[]): Repository['landing'] {
  const tables = Object.entries(landing).flatMap(([name, raw]): [string, readonly string[]][] => {
    const own = namesOf(raw?.columns);
    if (own.length > 0) return [[name, own]];
    const files = raw?.files ?? `${name}/`;
    const reader = steps.find(({ on }) => on?.files?.startsWith(files));
    const table = products
      .find((product) => product.name === reader?.product)
      ?.tables.find((entry) => entry.name === reader?.table);
    if (table === undefined) return [];
    return [[name, [...table.columns, ...table.partitionKeys].map((column) => column.name)]];
  });
  return Object.fromEntries(tables);
}

/** `[a, b]`, `[{ name: a }]` and `{ a: string }` name the same. */
function namesOf(columns: unknown): string[] {
  if (Array.isArray(columns)) {
    return columns.flatMap((column: unknown) => {
      const name = typeof column === 'string' ? column : (column as { name?: unknown } | null)?.name;
      return typeof name === 'string' ? [name] : [];
    });
  }
  return typeof columns === 'object' && columns !== null ? Object.keys(columns) : [];
}
