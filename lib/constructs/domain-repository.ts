import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ProductDraft, SourceFile } from '#mesh/contract/draft.ts';
import { MAX_CONTRACT_BYTES } from '#mesh/contract/head.ts';
import { parseProduct } from '#mesh/contract/parse.ts';
import { type Checked, type Problem, userError } from '#mesh/error.ts';
import { checkPipeline } from '#mesh/pipeline/check.ts';
import { PIPELINE_FILE, parsePipeline } from '#mesh/pipeline/parse.ts';
import type { Pipeline } from '#mesh/pipeline/pipeline.ts';
import { type DatabaseSource, parseSources, SOURCES_FILE } from '#mesh/pipeline/sources.ts';
import { parseStreams, type RowStream, STREAMS_FILE } from '#mesh/pipeline/streams.ts';
import { parseMesh } from '#mesh/topology/parse.ts';
import { type Domain, domainNamed, type Topology } from '#mesh/topology/topology.ts';
import { decodeYaml } from '#mesh/yaml/decode.ts';

/** Where a repository keeps who signs the certificates of its sites. */
const EDGE_AUTHORITIES = join('edge', 'authorities.pem');

/** A domain's repository: the mesh that it is part of, its contracts, its pipeline, and the SQL of it. */
export interface DomainRepository {
  readonly topology: Topology;
  readonly domain: Domain;
  readonly products: readonly ProductDraft[];
  readonly pipeline: Pipeline;
  /** By the name of the file. */
  readonly sql: Readonly<Record<string, string>>;
  /** Events that become files. */
  readonly streams: readonly RowStream[];
  /** Databases that are read where they are. */
  readonly sources: readonly DatabaseSource[];
  /** Who signs the certificates of the domain's sites, as PEM; absent where no site sends anything. */
  readonly edgeAuthorities?: string;
}

/**
 * Reads the repository of a domain: `mesh.yaml`, `products/<product>/`, `pipeline/pipeline.yaml` and its SQL; files are named relative to `cwd` in messages.
 * Every problem of every file at once.
 */
export function checkDomainRepository(folder: string, cwd = folder, given?: Topology): Checked<DomainRepository> {
  const problems: Problem[] = [];
  const taken = <T>(checked: Checked<T>): T | undefined => {
    problems.push(...checked.problems);
    return checked.ok ? checked.value : undefined;
  };
  const read = (path: string) => taken(textOf(join(folder, path), cwd));
  const mesh = given === undefined ? read('mesh.yaml') : undefined;
  const topology = given ?? (mesh === undefined ? undefined : taken(parseMesh(mesh.text, mesh.file)));
  if (topology === undefined) return { ok: false, problems };
  const products = foldersIn(join(folder, 'products')).flatMap((path) => {
    const names = readdirSync(path).toSorted();
    const files = (pattern: RegExp) =>
      names.filter((name) => pattern.test(name)).flatMap((name) => taken(textOf(join(path, name), cwd)) ?? []);
    const [product] = files(/\.odps\.ya?ml$/);
    if (product === undefined) return [];
    return taken(parseProduct({ product, contracts: files(/\.odcs\.ya?ml$/) }, topology)) ?? [];
  });
  const text = read(join('pipeline', PIPELINE_FILE));
  const parsed = text === undefined ? undefined : taken(parsePipeline(text.text, text.file));
  if (parsed === undefined || problems.some(({ severity }) => severity === 'error')) return { ok: false, problems };
  const sql = sqlIn(join(folder, 'pipeline'));
  const checked = taken(checkPipeline(parsed, { topology, products, sql }));
  const domain = domainNamed(topology, parsed.pipeline.domain);
  if (checked === undefined || domain === undefined) return { ok: false, problems };
  const { pipeline } = checked;
  const beside = (name: string) => {
    const path = join('pipeline', name);
    return existsSync(join(folder, path)) ? read(path) : undefined;
  };
  const told = beside(STREAMS_FILE);
  const streams = told === undefined ? [] : taken(parseStreams(told.text, told.file, { pipeline, products }));
  const asked = beside(SOURCES_FILE);
  const sources = asked === undefined ? [] : taken(parseSources(asked.text, asked.file, domain.name));
  if (streams === undefined || sources === undefined) return { ok: false, problems };
  const edge = authoritiesIn(join(folder, EDGE_AUTHORITIES), cwd);
  if (edge?.ok === false) return { ok: false, problems: [...problems, ...edge.problems] };
  const value: DomainRepository = { topology, domain, products, pipeline, sql, streams, sources };
  return { ok: true, value: { ...value, ...(edge === undefined ? {} : { edgeAuthorities: edge.value }) }, problems };
}

/** The same for code that cannot go on without it. @throws `WEFT-PIPELINE-017` with every problem. */
export function readDomainRepository(folder: string, given?: Topology): DomainRepository {
  const checked = checkDomainRepository(folder, folder, given);
  if (checked.ok) return checked.value;
  const errors = checked.problems.filter(({ severity }) => severity === 'error');
  const lines = errors.map(({ file, line, column, code, message }) => `${file}:${line}:${column}: ${code} ${message}`);
  throw userError('WEFT-PIPELINE-017', `the repository ${folder} is not valid: ${lines.join('; ')}`, {
    problems: checked.problems,
    hint: errors[0]?.fix,
  });
}

/** Authorities of devices, where a repository has some; IAM Roles Anywhere takes 8000 characters (CloudFormation Template Reference: TrustAnchor SourceData). */
function authoritiesIn(path: string, cwd: string): Checked<string> | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  if (text.includes('-----BEGIN CERTIFICATE-----') && !text.includes('PRIVATE KEY') && text.length <= 8000) {
    return { ok: true, value: text, problems: [] };
  }
  const problem: Problem = {
    code: 'WEFT-EDGE-030',
    message: `${relative(cwd, path)} is not the certificates of authorities as PEM, at most 8000 characters and no private key`,
    severity: 'error',
    fix: 'put only certificates there',
    file: relative(cwd, path),
    line: 1,
    column: 1,
  };
  return { ok: false, problems: [problem] };
}

function textOf(path: string, cwd: string): Checked<SourceFile> {
  const file = relative(cwd, path);
  if (!existsSync(path)) {
    const problem: Problem = {
      code: 'WEFT-PIPELINE-034',
      severity: 'error',
      message: `there is no ${file}`,
      fix: 'add it',
      file,
      line: 1,
      column: 1,
    };
    return { ok: false, problems: [problem] };
  }
  const decoded = decodeYaml(readFileSync(path), { file, code: 'WEFT-CONTRACT-001', maxBytes: MAX_CONTRACT_BYTES });
  return decoded.ok ? { ok: true, value: { file, text: decoded.value }, problems: [] } : decoded;
}

function foldersIn(path: string): string[] {
  if (!existsSync(path)) return [];
  const folders = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => join(path, name)).toSorted();
}

function sqlIn(path: string): Record<string, string> {
  const names = readdirSync(path).filter((name) => name.endsWith('.sql'));
  return Object.fromEntries(names.toSorted().map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}
