import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { readColumns } from '#mesh/contract/column.ts';
import { type GlueType, parseGlueType } from '#mesh/contract/types.ts';
import { Findings } from '#mesh/yaml/findings.ts';
import { readYaml } from '#mesh/yaml/read.ts';
import type { Section } from './section.ts';

export interface ContractColumn {
  readonly name: string;
  readonly type: GlueType;
  readonly required: boolean;
}

const MAX_BYTES = 4_000_000;
/** The levels of classification are the mesh's, which a site does not know. */
const UNKNOWN_LEVEL = 'WEFT-CONTRACT-031';

/** The columns of the contract's table that a source names. Undefined when they cannot be told, with the problems. */
export function contractColumns(source: Section, folder: string): readonly ContractColumn[] | undefined {
  const file = source.required('contract', '../products/<product>/<product>.odcs.yaml');
  const table = source.required('table', '<table>');
  if (file === '' || table === '') return undefined;
  const path = resolve(folder, file);
  if (!existsSync(path)) {
    const place = (source.view.get('contract') ?? source.view).place;
    source.findings.error(6, place, `the contract ${file} is not there`, 'name the ODCS file of the product');
    return undefined;
  }
  const shown = relative(process.cwd(), path);
  const { view, problems } = readYaml(
    { file: shown, text: readFileSync(path, 'utf8') },
    { code: 'WEFT-EDGE-006', maxBytes: MAX_BYTES },
  );
  source.findings.add(problems);
  if (view === undefined) return undefined;
  const entries = view.list('schema');
  const nameOf = (entry: (typeof entries)[number]) =>
    (entry.text('physicalName') ?? entry.text('name') ?? '').toLowerCase();
  const entry = entries.find((candidate) => nameOf(candidate) === table.toLowerCase());
  if (entry === undefined) {
    const known = entries.map(nameOf).join(', ');
    source.wrong('table', `is "${table}", which the contract does not have`, `use one of ${known}`, 6);
    return undefined;
  }
  const own = new Findings('CONTRACT');
  const columns = readColumns(entry, [], own);
  source.findings.add(own.problems.filter(({ code, severity }) => severity === 'error' && code !== UNKNOWN_LEVEL));
  return columns.map(({ column }) => ({
    name: column.name,
    type: parseGlueType(column.type) ?? { kind: 'simple', name: 'string' },
    required: column.required === true,
  }));
}
