import type { Place } from '../error.ts';
import type { Mask, ProductColumn, ProductTable, ShownColumn } from '../product/product.ts';
import type { ClassificationLadder } from '../topology/topology.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { customProperty } from './custom-property.ts';
import { parseGlueType, sameType } from './glue-type.ts';

const MASKS: readonly Mask[] = ['clear', 'null', 'partial', 'hash'];
export const DEFAULT_MASK_KEEP = 4;
const MAX_KEEP = 16;
export const DEFAULT_MASK_KEY = '1';

/** A table as it was read, with its place in its file. */
export interface PlacedTable {
  readonly table: ProductTable;
  readonly entry: YamlView;
}

/** What a schema entry says of itself as a view: undefined for a table with files of its own. */
export function readView(entry: YamlView, findings: Findings): ProductTable['view'] {
  const base = customProperty(entry, 'weft.view');
  if (base === undefined) return undefined;
  const place = (name: string) => customProperty(entry, name)?.place ?? entry.place;
  if (customProperty(entry, 'weft.location') !== undefined) {
    findings.error(45, place('weft.location'), 'a view has no location of its own', 'leave "weft.location" out');
  }
  if (customProperty(entry, 'weft.internal')?.scalar === true) {
    findings.error(48, place('weft.internal'), 'a view that nobody sees is of no use', 'leave "weft.internal" out');
  }
  const maskKey = customProperty(entry, 'weft.mask.key')?.written?.trim() ?? DEFAULT_MASK_KEY;
  if (!/^[a-z0-9_]{1,32}$/.test(maskKey)) {
    const message = `weft.mask.key is "${maskKey}"`;
    findings.error(41, place('weft.mask.key'), message, 'write 1 to 32 lower-case letters, digits or underscores');
  }
  return { table: (base.written ?? '').trim().toLowerCase(), maskKey };
}

/** True when only views may read the table. */
export function readInternal(entry: YamlView, findings: Findings): boolean {
  const value = customProperty(entry, 'weft.internal');
  if (value !== undefined && typeof value.scalar !== 'boolean') {
    findings.error(48, value.place, `weft.internal is "${value.written}"`, 'write true or false');
  }
  return value?.scalar === true;
}

/** What a property of a view shows; a property without `weft.mask` shows its base column as it is. */
export function readShown(property: YamlView, name: string, findings: Findings): ShownColumn {
  const mask = readMask(property, findings);
  const column = (customProperty(property, 'weft.column')?.written ?? name).trim().toLowerCase();
  if (property.get('partitioned')?.scalar === true) {
    const message = `the view's column "${name}" is a partition key`;
    findings.error(44, property.place, message, 'leave "partitioned" out: a view has columns only');
  }
  const written = customProperty(property, 'weft.mask.keep');
  if (mask !== 'partial') {
    if (written !== undefined) {
      findings.error(41, written.place, `weft.mask.keep stands beside the mask "${mask}"`, 'it belongs to "partial"');
    }
    return { column, mask };
  }
  const keep = written === undefined ? DEFAULT_MASK_KEEP : Number(written.written);
  if (!Number.isInteger(keep) || keep < 1 || keep > MAX_KEEP) {
    const message = `weft.mask.keep is "${written?.written}"`;
    findings.error(41, written?.place ?? property.place, message, `write a number from 1 to ${MAX_KEEP}`);
  }
  return { column, mask, keep };
}

/** Masks where there is no view would be words without effect. */
export function refuseMasks(property: YamlView, name: string, findings: Findings): void {
  for (const found of property.list('customProperties')) {
    const word = found.text('property') ?? '';
    if (!['weft.mask', 'weft.mask.keep', 'weft.column'].includes(word)) continue;
    const message = `${word} of "${name}" has no effect: its table is no view`;
    findings.error(41, found.place, message, 'mask in a view of this table: a schema entry with "weft.view"');
  }
}

/** YAML's own null is the mask of that name: read as nothing, it would show the column in the clear. */
function readMask(property: YamlView, findings: Findings): Mask {
  const entry = property.list('customProperties').find((item) => item.text('property') === 'weft.mask');
  if (entry === undefined) return 'clear';
  const value = entry.get('value');
  const written = value === undefined && hasKey(entry, 'value') ? 'null' : (value?.written?.trim() ?? '');
  const mask = MASKS.find((known) => known === written);
  if (mask === undefined) {
    findings.error(41, (value ?? entry).place, `the mask "${written}" is unknown`, `use one of ${MASKS.join(', ')}`);
  }
  return mask ?? 'null';
}

function hasKey(view: YamlView, name: string): boolean {
  return view.entries.some(({ key }) => key === name);
}

/**
 * Checks each view against its base table, and gives the tables with what a view takes from its base.
 * @param whole false: only a part of the product was read, and a base that is not there may be in another file
 */
export function resolveViews(
  placed: readonly PlacedTable[],
  ladder: ClassificationLadder,
  findings: Findings,
  whole = true,
): ProductTable[] {
  const known = new Map(placed.map(({ table }) => [table.name, table]));
  return placed.map(({ table, entry }): ProductTable => {
    if (table.view === undefined) return table;
    const base = known.get(table.view.table);
    const place = customProperty(entry, 'weft.view')?.place ?? entry.place;
    if (base === undefined) {
      const tables = [...known.values()].filter(({ view }) => view === undefined).map(({ name }) => name);
      const message = `the view "${table.name}" is of "${table.view.table}", which is no table of the product`;
      if (whole) findings.error(40, place, message, `name one of ${tables.join(', ') || 'the tables: there is none'}`);
      return table;
    }
    if (base.view !== undefined) {
      const what = base === table ? 'itself' : `the view "${base.name}"`;
      const fix = base === table ? 'name a table with files' : `name its table "${base.view.table}"`;
      findings.error(40, place, `the view "${table.name}" is of ${what}, and views of views cannot be shared`, fix);
      return table;
    }
    const properties = entry.list('properties');
    for (const [index, column] of table.columns.entries()) {
      checkColumn(column, table, base, (properties[index] ?? entry).place, ladder, findings);
    }
    const columns = table.columns.map((column) => personalToo(column, base));
    return { ...table, columns, format: base.format, source: base.source };
  });
}

/** What is made of personal data is personal: a pseudonym still stands for somebody. Only nothing tells nothing. */
function personalToo(column: ProductColumn, base: ProductTable): ProductColumn {
  const from = [...base.columns, ...base.partitionKeys].find(({ name }) => name === column.shows?.column);
  return from?.personal === true && column.shows?.mask !== 'null' ? { ...column, personal: true } : column;
}

function checkColumn(
  column: ProductColumn,
  table: ProductTable,
  base: ProductTable,
  place: Place,
  ladder: ClassificationLadder,
  findings: Findings,
): void {
  const { shows } = column;
  if (shows === undefined) return;
  const from = [...base.columns, ...base.partitionKeys].find(({ name }) => name === shows.column);
  if (from === undefined) {
    const names = [...base.columns, ...base.partitionKeys].map(({ name }) => name).join(', ');
    const message = `"${base.name}" has no column "${shows.column}"`;
    findings.error(42, place, message, `set "weft.column" to one of ${names}`);
    return;
  }
  checkTypes(column, shows, from, place, findings);
  const level = (of: ProductColumn, owner: ProductTable) =>
    ladder.indexOf(of.classification ?? owner.defaultClassification ?? '');
  const [own, inner] = [level(column, table), level(from, base)];
  if (own === -1 || inner === -1) return;
  if (shows.mask === 'clear' && own < inner) {
    const message = `the view's column "${column.name}" is ${ladder[own]} and shows "${from.name}" as it is, which is ${ladder[inner]}`;
    findings.error(47, place, message, `classify it ${ladder[inner]}, or mask it`);
  } else if (shows.mask === 'partial' && inner - own > 1) {
    const message = `"${column.name}" shows a part of "${from.name}", which is ${ladder[inner]}, as ${ladder[own]}`;
    findings.warning(46, place, message, `classify it ${ladder[inner - 1]}, or use the mask "hash" or "null"`);
  }
}

function checkTypes(
  column: ProductColumn,
  { mask }: ShownColumn,
  from: ProductColumn,
  place: Place,
  findings: Findings,
): void {
  const refuse = (message: string, fix: string) => findings.error(43, place, message, fix);
  const type = parseGlueType(from.type);
  if (mask === 'clear' && !sameType(column.type, from.type)) {
    refuse(`"${column.name}" is ${column.type}, and "${from.name}" is ${from.type}`, `make its type ${from.type}`);
  }
  if (mask === 'partial' && !isText(from.type)) {
    refuse(
      `the mask "partial" of "${column.name}" is for text, and "${from.name}" is ${from.type}`,
      'use "hash" or "null"',
    );
  }
  if (mask === 'hash' && (type === undefined || isNested(from.type) || from.type === 'binary')) {
    refuse(`the mask "hash" of "${column.name}" cannot take "${from.name}" of type ${from.type}`, 'use "null"');
  }
  if ((mask === 'partial' || mask === 'hash') && !sameType(column.type, 'string')) {
    refuse(`the mask "${mask}" makes text, and "${column.name}" is ${column.type}`, 'make its type string');
  }
  if (mask === 'hash' && (from.type === 'boolean' || from.type === 'tinyint')) {
    const message = `"${from.name}" is ${from.type}: who knows how often each value occurs can tell the hashes apart`;
    findings.warning(49, place, message, 'use the mask "null"');
  }
}

function isText(type: string): boolean {
  const parsed = parseGlueType(type);
  return parsed?.kind === 'sized' || (parsed?.kind === 'simple' && parsed.name === 'string');
}

function isNested(type: string): boolean {
  return /[<]/.test(type);
}
