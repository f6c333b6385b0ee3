import type { ProductTable } from '../product/product.ts';
import type { Topology } from '../topology/topology.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { readColumns, readLevel } from './column.ts';
import { customProperty } from './custom-property.ts';
import { readDerived } from './meaning.ts';
import { checkProjection } from './projection.ts';
import { readPrimaryKey, readQuality } from './quality.ts';
import { type GlueServer, readLocation } from './server.ts';
import { warnOfUnknown } from './unknown-properties.ts';
import { readInternal, readView } from './view.ts';

/** One entry of a contract's `schema[]` as a table of the product. */
export function readTable(
  entry: YamlView,
  server: GlueServer,
  domain: string,
  topology: Topology,
  findings: Findings,
): ProductTable {
  const written = entry.text('physicalName') ?? entry.text('name') ?? '';
  const name = written.toLowerCase();
  const place = (entry.get('physicalName') ?? entry.get('name') ?? entry).place;
  // As it was written: some letters of other alphabets become ones of ours in lower case.
  if (!/^[A-Za-z0-9_]{1,255}$/.test(written) || name === '__proto__') {
    const why =
      name === '__proto__'
        ? 'is one that no object can hold as a member'
        : 'is not made of letters, digits and underscores';
    const message = `the table name "${written}" ${why}`;
    findings.error(22, place, message, 'set "physicalName" to such a name');
  }
  warnOfUnknown(entry, ['table', 'view'], findings);
  const view = readView(entry, findings);
  const read = readColumns(entry, topology.classification, findings, view !== undefined);
  const keys = read.filter((column) => column.partition !== undefined);
  const ownLocation = customProperty(entry, 'weft.location');
  const ownPlace = () =>
    ownLocation === undefined
      ? `${server.location}${written}/`
      : readLocation(ownLocation, entry, domain, topology, findings);
  const columns = read.filter((column) => column.partition === undefined).map(({ column }) => column);
  if (read.length > 0 && columns.length === 0) {
    findings.error(
      24,
      place,
      `the table "${written}" has partition keys only`,
      'add a column that is no partition key',
    );
  }
  const description = entry.text('description');
  const defaultClassification = readLevel(
    customProperty(entry, 'weft.classification'),
    topology.classification,
    findings,
  );
  const primaryKey = readPrimaryKey(entry);
  const quality = readQuality(
    entry,
    read.map(({ column }) => column),
    findings,
    view !== undefined,
  );
  const table: ProductTable = {
    name,
    ...(description === undefined ? {} : { description }),
    columns,
    partitionKeys: keys.toSorted((a, b) => (a.partition ?? 0) - (b.partition ?? 0)).map(({ column }) => column),
    location: view === undefined ? ownPlace() : '',
    format: server.format,
    ...(server.format === 'csv' && view === undefined ? readCsv(entry, findings) : {}),
    source: { database: server.database, table: name },
    ...(defaultClassification === undefined ? {} : { defaultClassification }),
    ...(primaryKey.length === 0 ? {} : { primaryKey }),
    ...(quality.length === 0 ? {} : { quality }),
    ...readDerived(entry),
    ...(view === undefined ? {} : { view }),
    ...(readInternal(entry, findings) ? { internal: true } : {}),
  };
  checkProjection(table, place, findings);
  return table;
}

/** How the lines of CSV files are to be read; without `weft.quote` a quotation mark is a character like any other. */
function readCsv(entry: YamlView, findings: Findings): Pick<ProductTable, 'delimiter' | 'header' | 'quote'> {
  const header = customProperty(entry, 'weft.header');
  const wanted = header?.written;
  if (wanted !== undefined && wanted !== 'true' && wanted !== 'false') {
    findings.error(35, header?.place ?? entry.place, `weft.header is "${wanted}"`, 'write true or false');
  }
  const delimiter = readCharacter(entry, 'weft.delimiter', findings);
  const quote = readCharacter(entry, 'weft.quote', findings);
  return {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(wanted === undefined ? {} : { header: wanted === 'true' }),
  };
}

function readCharacter(entry: YamlView, name: string, findings: Findings): string | undefined {
  const view = customProperty(entry, name);
  const text = view?.written;
  if (view === undefined || text === undefined) return undefined;
  const character = text === '\\t' ? '\t' : text;
  if (character.length !== 1) findings.error(35, view.place, `${name} is "${text}"`, 'write one character');
  return character;
}
