import type { Checked, Problem } from '../error.ts';
import type { OutputPort, ProductTable } from '../product/product.ts';
import type { Topology } from '../topology/topology.ts';
import { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import type { ProductDraft, SourceFile } from './draft.ts';
import { openDocument, readVersion, required } from './head.ts';
import { type ProductDocument, readProductDocument } from './product-document.ts';
import { agedTable } from './retention.ts';
import { readServer } from './server.ts';
import { readTable } from './table.ts';
import { timedTable } from './time-promise.ts';
import { type PlacedTable, resolveViews } from './view.ts';

export type { ProductDraft, SourceFile } from './draft.ts';

/** A contract's document with the keys that ports refer to. */
interface ContractDocument {
  readonly id: string;
  readonly version: string;
  readonly view: YamlView;
}

/**
 * Reads a product folder: one ODPS document and the ODCS contracts of its output ports. Every problem of every file at once, as
 * `WEFT-CONTRACT-<nnn>` with file, line and column; what the standards allow and Weft has no use for is left alone.
 */
export function parseProduct(
  files: { readonly product: SourceFile; readonly contracts: readonly SourceFile[] },
  topology: Topology,
): Checked<ProductDraft> {
  const findings = new Findings('CONTRACT');
  const view = openDocument(files.product, 'DataProduct', findings);
  const product = view && readProductDocument(view, topology, findings);
  const contracts = openContracts(files.contracts, findings);
  const unread = contracts.length < files.contracts.length;
  if (product !== undefined) matchPorts(product, contracts, unread, findings);
  const domain = product?.domain ?? '';
  const placed: PlacedTable[] = [];
  const names = new Set<string>();
  for (const contract of contracts) {
    for (const { table, entry } of readTables(contract, domain, topology, findings)) {
      if (names.has(table.name)) {
        findings.error(23, entry.place, `the table "${table.name}" stands twice in the product`, 'rename one of them');
      }
      names.add(table.name);
      placed.push({ table, entry });
    }
  }
  const tables = resolveViews(placed, topology.classification, findings, !unread);
  const [first] = placed;
  if (first !== undefined && tables.every(({ internal }) => internal === true)) {
    findings.error(
      48,
      first.entry.place,
      'every table of the product is internal',
      'add a view that shows one of them',
    );
  }
  if (product === undefined) return findings.outcome<ProductDraft>(undefined);
  const { outputs, ...rest } = product;
  const sla = readSla(contracts);
  return findings.outcome<ProductDraft>({
    ...rest,
    ports: [...new Set(outputs.map((port): OutputPort => port.kind))],
    classification: highestClassification(tables, topology),
    tables,
    ...(Object.keys(sla).length === 0 ? {} : { sla }),
  });
}

/**
 * Reads one file by itself: an ODPS document without the contracts of its ports, or an ODCS contract whose own `domain` says where it
 * belongs. What only the whole folder can show is not looked for.
 */
export function parseFile(source: SourceFile, topology: Topology): readonly Problem[] {
  const findings = new Findings('CONTRACT');
  if (/\bkind:\s*["']?DataProduct\b/.test(source.text)) {
    const view = openDocument(source, 'DataProduct', findings);
    if (view !== undefined) readProductDocument(view, topology, findings);
  } else {
    for (const contract of openContracts([source], findings)) {
      const placed = readTables(contract, contract.view.text('domain') ?? '', topology, findings);
      resolveViews(placed, topology.classification, findings, false);
    }
  }
  return findings.outcome(undefined).problems;
}

function openContracts(files: readonly SourceFile[], findings: Findings): ContractDocument[] {
  const seen = new Set<string>();
  return files.flatMap((file) => {
    const view = openDocument(file, 'DataContract', findings);
    if (view === undefined) return [];
    const id = required(view, 'id', findings);
    required(view, 'status', findings);
    const { version } = readVersion(view, findings);
    if (id !== '' && seen.has(id)) {
      findings.error(
        34,
        (view.get('id') ?? view).place,
        `two contracts have the id "${id}"`,
        'give each an id of its own',
      );
    }
    seen.add(id);
    return [{ id, version, view }];
  });
}

/** Each port names one of the contracts in its version, and each contract is named; one that could not be read may be the one that is missed. */
function matchPorts(
  product: ProductDocument,
  contracts: readonly ContractDocument[],
  unread: boolean,
  findings: Findings,
): void {
  for (const port of product.outputs) {
    const contract = contracts.find((candidate) => candidate.id === port.contractId);
    if (contract === undefined) {
      if (unread) continue;
      const known = contracts.map((candidate) => candidate.id).join(', ') || 'none';
      const message = `no contract has the id "${port.contractId}"`;
      findings.error(12, port.place, message, `hand its *.odcs.yaml in; the ids handed in are: ${known}`);
    } else if (contract.version !== port.version) {
      const message = `the output port wants version "${port.version}" of a contract that has version "${contract.version}"`;
      findings.error(13, port.place, message, 'make both versions equal');
    }
  }
  for (const contract of contracts) {
    if (!product.outputs.some((port) => port.contractId === contract.id)) {
      const message = `no output port names the contract "${contract.id}"`;
      findings.error(15, contract.view.place, message, 'add an output port with its id, or leave the file out');
    }
  }
}

function readTables(contract: ContractDocument, domain: string, topology: Topology, findings: Findings): PlacedTable[] {
  const server = readServer(contract.view, domain, topology, findings);
  const entries = contract.view.list('schema');
  if (entries.length === 0) {
    const place = (contract.view.get('schema') ?? contract.view).place;
    findings.error(21, place, 'the contract has no tables', 'add "schema:" with at least one entry');
  }
  const where = server ?? { database: '', location: '', format: 'parquet' };
  const levels = contract.view.list('slaProperties');
  return entries.map((entry) => ({
    table: timedTable(agedTable(readTable(entry, where, domain, topology, findings), levels), levels, findings),
    entry,
  }));
}

/** The most sensitive level of any column that can be subscribed to; the top when a column has none, for nobody knows what it holds. */
function highestClassification(tables: readonly ProductTable[], topology: Topology): string {
  const ladder = topology.classification;
  const levels = published(tables).flatMap((table) =>
    [...table.columns, ...table.partitionKeys].map((column) => column.classification ?? table.defaultClassification),
  );
  const positions = levels.map((level) => (level === undefined ? ladder.length - 1 : ladder.indexOf(level)));
  return ladder[Math.max(0, ...positions)] ?? '';
}

/** The tables that are not kept for views alone; all of them when there is no other. */
function published(tables: readonly ProductTable[]): readonly ProductTable[] {
  const open = tables.filter(({ internal }) => internal !== true);
  return open.length === 0 ? tables : open;
}

function readSla(contracts: readonly ContractDocument[]): Record<string, string | number> {
  const sla: Record<string, string | number> = {};
  for (const entry of contracts.flatMap((contract) => contract.view.list('slaProperties'))) {
    const name = entry.text('property');
    const value = entry.get('value')?.scalar;
    if (name === undefined || value === undefined) continue;
    const unit = entry.text('unit');
    const plain = typeof value === 'boolean' ? String(value) : value;
    sla[name] = unit === undefined ? plain : `${plain} ${unit}`;
  }
  return sla;
}
