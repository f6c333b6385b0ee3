import { parseGlueType, printGlueType } from '../contract/glue-type.ts';
import type { YamlView } from '../yaml/view.ts';
import { isWeftsOwn, type PipelineFields } from './fields.ts';
import { LANDING_FORMATS, type LandingColumn, type LandingTable } from './pipeline.ts';

const KEYS = ['files', 'format', 'delimiter', 'header', 'quote', 'columns'];
const CSV_ONLY = ['delimiter', 'header', 'quote'];

/** The raw tables: a mapping from each one's name to how its files are read. */
export function readLanding(view: YamlView, fields: PipelineFields): LandingTable[] {
  const landing = view.get('landing');
  if (landing === undefined) return [];
  if (!fields.isMap(landing, '"landing"')) return [];
  const tables = landing.entries.map(({ key, value }) => readTable(key, value, fields));
  for (const [index, { files }] of tables.entries()) {
    const other = tables
      .slice(0, index)
      .find((table) => files.startsWith(table.files) || table.files.startsWith(files));
    const { value } = landing.entries[index] ?? { value: landing };
    if (files === '' || other === undefined || other.files === '') continue;
    const message = `the folder "${files}" has the files of "${other.name}" in it, or lies below them`;
    fields.findings.error(5, (value.get('files') ?? value).place, message, 'give each raw table a folder of its own');
  }
  return tables;
}

function readTable(name: string, view: YamlView, fields: PipelineFields): LandingTable {
  if (!/^[a-z][a-z0-9_]{0,127}$/.test(name)) {
    fields.refuse(
      view,
      `the raw table "${name}" has no name that SQL takes`,
      'lower-case letters, digits, underscores',
    );
  }
  const empty: LandingTable = { name, files: '', format: 'csv' };
  if (view.get('files') === undefined && isWeftsOwn(`${name}/`)) {
    fields.refuse(
      view,
      `"${name}" has the folder "${name}/", which Weft writes itself`,
      '"files: <another folder>/" below it',
    );
  }
  if (!fields.isMap(view, `the raw table "${name}"`)) return empty;
  fields.refuseUnknown(view, KEYS);
  const format = fields.oneOf(view, 'format', LANDING_FORMATS);
  for (const key of CSV_ONLY) {
    const value = view.get(key);
    if (format !== 'csv' && value !== undefined) {
      fields.refuse(value, `"${key}" stands at the raw table "${name}" of format ${format}`, 'it at CSV only');
    }
  }
  const header = view.get('header');
  if (header !== undefined && typeof header.scalar !== 'boolean') {
    fields.refuse(header, `"header" is "${header.written ?? header.kind}"`, 'true or false');
  }
  const delimiter = character(view, 'delimiter', fields);
  const quote = character(view, 'quote', fields);
  const columns = readColumns(view, fields);
  return {
    name,
    files: view.get('files') === undefined ? `${name}/` : fields.folder(view, 'files'),
    format,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(header === undefined ? {} : { header: header.scalar === true }),
    ...(quote === undefined ? {} : { quote }),
    ...(columns === undefined ? {} : { columns }),
  };
}

function character(view: YamlView, key: string, fields: PipelineFields): string | undefined {
  const value = view.get(key);
  if (value === undefined) return undefined;
  const text = value.written === '\\t' ? '\t' : (value.written ?? '');
  if (text.length !== 1) fields.refuse(value, `"${key}" is "${text}"`, 'one character');
  return text;
}

/** Each is a name, which is text, or a name with its type: `- amount: double`. */
function readColumns(view: YamlView, fields: PipelineFields): LandingColumn[] | undefined {
  const columns = view.get('columns');
  if (columns === undefined) return undefined;
  if (columns.items.length === 0) fields.refuse(columns, '"columns" is no list', '[<name>, <name>: <type>, …]');
  const seen = new Set<string>();
  return columns.items.map((item) => {
    const [entry] = item.entries;
    const name = (entry?.key ?? item.written ?? '').trim().toLowerCase();
    const written = entry?.value.written?.trim() ?? 'string';
    const type = parseGlueType(written);
    if (!/^[a-z0-9_]{1,255}$/.test(name)) fields.refuse(item, `the column "${name}" has no name`, 'a plain word');
    if (type === undefined) fields.refuse(item, `the type "${written}" of "${name}" is unknown`, 'a type of Glue');
    if (seen.has(name)) fields.findings.error(5, item.place, `the column "${name}" stands twice`, 'remove one');
    seen.add(name);
    return { name, type: type === undefined ? 'string' : printGlueType(type) };
  });
}
