import { compareProducts } from '#mesh/contract/compare-products.ts';
import type { SchemaChange, Verdict } from '#mesh/contract/compatibility-rules.ts';
import { neededVersion } from '#mesh/contract/needed-version.ts';
import { type ProductDraft, parseProduct } from '#mesh/contract/parse.ts';
import { userError } from '#mesh/error.ts';
import type { LineageGraph } from '#mesh/lineage/graph.ts';
import { type Affected, impactOf } from '#mesh/lineage/impact.ts';
import { ownerOf } from '#mesh/lineage/place.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { type Io, type Tone, tone } from '../io.ts';
import { meshFileOf, readMeshFile } from '../mesh-file.ts';
import { affectedText } from '../plan.ts';
import { readProductFolder } from '../product-folder.ts';
import { EXIT } from '../report.ts';

const CHANGES = 2;
const BREAKING = 3;
const TONES: Readonly<Record<Verdict, Tone>> = { breaking: 'bad', decision: 'warn', compatible: 'good' };
const VERDICTS: readonly Verdict[] = ['breaking', 'decision', 'compatible'];

export async function run(invocation: Invocation): Promise<number> {
  const { io, args } = invocation;
  const topology = readMeshFile(meshFileOf(invocation), io.cwd);
  const [before, after] = [draftOf(args[0] ?? '.', io, topology), draftOf(args[1] ?? '.', io, topology)];
  const changes = compareProducts(before, after, topology.classification);
  const needs = neededVersion(changes);
  const downstream =
    invocation.options.downstream === true ? await downstreamOf(invocation, before, changes) : undefined;
  if (invocation.json) {
    io.out(`${JSON.stringify({ from: before.version, to: after.version, needs, changes, downstream })}\n`);
  } else {
    for (const verdict of VERDICTS) {
      for (const change of changes) if (change.verdict === verdict) io.out(`${lineOf(io, change)}\n`);
    }
    for (const affected of downstream ?? []) {
      io.out(`${tone(io, 'warn', 'downstream')} ${affectedText(affected)}\n`);
    }
    const head = `${before.domain}/${before.name} ${before.version} → ${after.version}`;
    io.err(`${head}: ${changes.length === 0 ? 'no change' : `${changes.length} changes, raise ${needs}`}\n`);
    const raised = after.major > before.major || before.name !== after.name;
    if (needs === 'major' && !raised) {
      io.err(`${tone(io, 'bad', 'refused under the same major version')}: publish it as ${before.major + 1}.0.0\n`);
    }
  }
  if (invocation.options.detailedExitcode !== true || changes.length === 0) return EXIT.ok;
  return needs === 'major' ? BREAKING : CHANGES;
}

/** What products of the mesh make of what changes, as the mesh knows the published version. */
async function downstreamOf(
  invocation: Invocation,
  { domain, name, major }: ProductDraft,
  changes: readonly SchemaChange[],
): Promise<Affected[]> {
  const { api } = await connect(invocation);
  const query = { product: `${domain}/${name}`, major: String(major), direction: 'down' };
  const { nodes, edges } = await api<LineageGraph>({ method: 'GET', path: '/lineage', query });
  const places = new Map(nodes.map(({ id, ...place }) => [id, place]));
  const placed = edges.flatMap((edge) => {
    const [from, to] = [places.get(edge.from), places.get(edge.to)];
    return from === undefined || to === undefined ? [] : [{ ...edge, from, to }];
  });
  return impactOf(ownerOf({ domain, name, major }), changes, placed);
}

function lineOf(io: Io, { verdict, table, message, code, rule }: SchemaChange): string {
  const where = table === undefined ? '' : `${table}: `;
  return `${tone(io, TONES[verdict], verdict.padEnd(10))} ${where}${message} ${tone(io, 'dim', `(${code} ${rule})`)}`;
}

function draftOf(folder: string, io: Io, topology: Topology): ProductDraft {
  const checked = parseProduct(readProductFolder(folder, io.cwd), topology);
  if (checked.ok) return checked.value;
  throw userError('WEFT-CLI-030', `${folder} is not valid`, {
    problems: checked.problems.filter(({ severity }) => severity === 'error'),
    hint: `run: weft product validate ${folder}`,
  });
}
