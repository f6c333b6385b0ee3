import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { readMeshFile } from '#cli/mesh-file.ts';
import { canonicalText } from '#mesh/canonical.ts';
import type { ProductDraft, SourceFile } from '#mesh/contract/draft.ts';
import { exportProduct } from '#mesh/contract/export.ts';
import { parseFile, parseProduct } from '#mesh/contract/parse.ts';
import { readContract, writeModel } from '#mesh/contract/standard/document.ts';
import type { Problem } from '#mesh/error.ts';
import type { ProductTable } from '#mesh/product/product.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { readYaml } from '#mesh/yaml/read.ts';
import type { YamlView } from '#mesh/yaml/view.ts';
import { type Chance, pick } from '../chance.ts';
import { mutate } from '../mutate.ts';
import { oneByOne, type Target, type Verdict } from '../target.ts';
import { mutateTree } from '../tree.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../../examples');
/** Between the files of one input. */
const CUT = '\n#%%%%\n';

/** A product folder of the examples as the text of one input, and as documents. */
const SEEDS = globSync('*/products/*', { cwd: EXAMPLES })
  .sort()
  .map((folder) => {
    const files = readdirSync(join(EXAMPLES, folder)).filter((file) => /\.od[pc]s\.yaml$/.test(file));
    const texts = files
      .sort((a, b) => b.localeCompare(a))
      .map((file) => readFileSync(join(EXAMPLES, folder, file), 'utf8'));
    return { texts, trees: texts.map((text) => parse(text) as object) };
  });
/** What stands somewhere in a contract and may stand elsewhere. */
const VALUES: readonly unknown[] = [
  ...['string', 'integer', 'number', 'date', 'timestamp', 'object', 'array', 'boolean', 'time', 'binary'],
  ...[
    'decimal(38,10)',
    'decimal(40,2)',
    'varchar(0)',
    'array<struct<a:int,b:map<string,int>>>',
    'struct<>',
    'map<int>',
  ],
  ...['active', 'retired', 'draft', '1.0.0', '01.2.3', '2.0.0-rc.1', 'v3.0.2', 'query', 'event', 'file', 'csv', 'json'],
  ...['public', 'confidential', 'P1D', 'PT0S', '2026-02-30', 'd', 's', 'row', 'nullValues'],
  { property: 'weft.view', value: 'orders' },
  { property: 'weft.mask', value: 'hash' },
  { property: 'weft.projection', value: 'date,2020-01-01,NOW' },
  { property: 'weft.title', value: 'a\nb' },
  { property: 'retention', value: 1e21, unit: 'd' },
  { property: 'frequency', value: 12, unit: 'h', element: 'x.y' },
  {
    name: 'x',
    logicalType: 'object',
    properties: [{ name: 'y', logicalType: 'array', items: { logicalType: 'date' } }],
  },
];

/** Products as a domain writes them: ODPS and ODCS files. */
export const target: Target = {
  name: 'contracts',
  what: 'a product folder is read without a crash, each problem has its place, and what is accepted says the same when it is written out and read again',
  suffix: 'yaml',
  // Each text is read seven times.
  limit: 3_000,
  make,
  open: async () => {
    const topologies = ['aviation', 'shop'].map((mesh) => readMeshFile(join(EXAMPLES, mesh, 'mesh.yaml'), '/'));
    return oneByOne((input) => judge(input, topologies));
  },
};

function make(chance: Chance): string {
  const { texts, trees } = pick(chance, SEEDS);
  const how = chance();
  const written =
    how < 0.35
      ? texts
      : trees.map((tree) => {
          const changed = chance() < 0.7 ? mutateTree(chance, tree, VALUES) : tree;
          return stringify(changed, { lineWidth: chance() < 0.5 ? 0 : 80, aliasDuplicateObjects: chance() < 0.3 });
        });
  return (
    how < 0.7 && how > 0.05 ? written.map((text) => (chance() < 0.6 ? mutate(chance, text) : text)) : written
  ).join(CUT);
}

function judge(input: string, topologies: readonly Topology[]): Verdict {
  const [text = '', ...contracts] = input.split(CUT);
  const folder = {
    product: { file: 'p.odps.yaml', text },
    contracts: contracts.map((contract, index) => ({ file: `${index}.odcs.yaml`, text: contract })),
  };
  let verdict: Verdict = 'refused';
  for (const topology of topologies) {
    const read = parseProduct(folder, topology);
    const placeless = withoutPlace([
      ...read.problems,
      ...folder.contracts.flatMap((file) => parseFile(file, topology)),
    ]);
    if (placeless !== undefined) return { wrong: `problem without place: ${JSON.stringify(placeless)}` };
    if (!read.ok) continue;
    verdict = 'accepted';
    const wrong = roundTrip(read.value, topology);
    if (wrong !== undefined) return { wrong };
  }
  for (const file of [folder.product, ...folder.contracts]) {
    const wrong = sameWays(file);
    if (wrong !== undefined) return { wrong };
    readContract(file);
  }
  return verdict;
}

function withoutPlace(problems: readonly Problem[]): Problem | undefined {
  return problems.find(({ code, file, message, line = 0, column = 0 }) => {
    const placed =
      line >= 1 && column >= 1 ? true : message.startsWith('the file has ') || message.includes('nested too');
    return !/^WEFT-CONTRACT-\d{3}$/.test(code) || file === undefined || message === '' || !placed;
  });
}

/** Written in the words of the standards and read again, a draft is the same but for its state, which the mesh decides. */
function roundTrip(draft: ProductDraft, topology: Topology): string | undefined {
  const { draftState, sunset, ...rest } = draft;
  const state = draftState === 'proposed' || draftState === 'draft' ? 'active' : draftState;
  const account = topology.domains.find(({ name }) => name === draft.domain)?.account ?? '';
  const deprecation = sunset === undefined ? {} : { deprecation: { sunset, at: '2026-01-01T00:00:00Z' } };
  const exported = exportProduct({ type: 'product', ...rest, state, ...deprecation } as never, topology.mesh, account);
  const files = {
    product: { file: 'p.odps.yaml', text: writeModel(exported.product) },
    contracts: exported.contracts.map((contract, index) => ({
      file: `${index}.odcs.yaml`,
      text: writeModel(contract),
    })),
  };
  const again = parseProduct(files, topology);
  if (!again.ok) return `written out, it is refused: ${again.problems.map(({ message }) => message).join('; ')}`;
  const [before, after] = [canonical(draft), canonical(again.value)];
  return before === after ? undefined : `written out, it reads otherwise: ${firstDifference(before, after)}`;
}

function canonical({ draftState: _state, sunset: _sunset, ports, tables, ...rest }: ProductDraft): string {
  return canonicalText({ ...rest, ports: [...ports].sort(), tables: tables.map(withOrigin) });
}

/** A table that is said to be made of something, in words that the mesh does not keep, is written as made of its source. */
function withOrigin(table: ProductTable): ProductTable {
  const { derived, madeFrom, columns, partitionKeys, source, madeOf } = table;
  const told = madeFrom !== undefined || [...columns, ...partitionKeys].some((column) => column.madeFrom !== undefined);
  return derived === true && !told ? { ...table, madeFrom: madeOf ?? [source.table] } : table;
}

/** The fast reader and the parser of the library give the same values at the same places. */
function sameWays({ file, text }: SourceFile): string | undefined {
  // Both readers get the end of line that the comment of one of them needs.
  if (text.endsWith('\r')) return undefined;
  const limits = { code: 'WEFT-CONTRACT-001', maxBytes: 5_000_000 };
  const fast = readYaml({ file, text: `${text}\n` }, limits);
  // A tab in a comment at the end is nothing to the parser, and too much for the fast reader.
  const slow = readYaml({ file, text: `${text}\n#\t\n` }, limits);
  if (fast.view === undefined || slow.view === undefined) {
    return (fast.view === undefined) === (slow.view === undefined) || /[|>]/.test(text)
      ? undefined
      : 'the two readers of YAML disagree whether the text is sound';
  }
  const [a, b] = [describe(fast.view), describe(slow.view)];
  return a === b || /[|>]/.test(text) ? undefined : `the two readers of YAML disagree: ${firstDifference(a, b)}`;
}

function describe(view: YamlView): string {
  const { line, column } = view.place;
  const at = `${view.kind}@${line}:${column}`;
  if (view.kind === 'map')
    return `${at}{${view.entries.map(({ key, value }) => `${JSON.stringify(key)}:${describe(value)}`).join(',')}}`;
  if (view.kind === 'list') return `${at}[${view.items.map(describe).join(',')}]`;
  return `${at}=${typeof view.scalar}:${String(view.written)}`;
}

function firstDifference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return `${a.slice(Math.max(0, at - 60), at + 60)} … ${b.slice(Math.max(0, at - 60), at + 60)}`;
}
