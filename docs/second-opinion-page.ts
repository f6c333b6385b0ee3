import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Difference, readDifferences } from '../test/contract/differences.ts';
import { NOTE, table } from './markdown.ts';

const RIGHT: Readonly<Record<Difference['right'], string>> = { local: 'lib/local', moto: 'moto', unknown: 'not known' };

interface Answer {
  readonly rows?: readonly (readonly (string | null)[])[];
  readonly refused?: string;
}

interface Page {
  readonly source: string;
  readonly cases: readonly (Answer & { readonly sql: string; readonly local?: Answer; readonly because?: string })[];
}

const SQL = new URL('../test/cases/athena-sql/', import.meta.url);

/** What the local Athena answers otherwise than its documentation has it. */
function sqlSection(): string {
  const pages = readdirSync(SQL).flatMap((name) => parse(readFileSync(new URL(name, SQL), 'utf8')) as Page[]);
  const told = ({ rows, refused }: Answer) => (rows === undefined ? `refused: ${refused}` : JSON.stringify(rows));
  const rows = pages.flatMap(({ source, cases }) =>
    cases.flatMap(({ sql, local, because = '', ...documented }) =>
      local === undefined ? [] : [[`\`${sql}\``, told(documented), told(local), because, source]],
    ),
  );
  return `## SQL\n\nmoto has no SQL. Of ${pages.flatMap(({ cases }) => cases).length} statements in the forms of Athena's documentation these are answered otherwise.\n\n${table(['statement', 'Athena', 'lib/local', 'because', 'page'], rows)}`;
}

/** The page of what another implementation of AWS does otherwise than the local one. */
export function secondOpinionPage(): string {
  const rows = readDifferences();
  const services = [...new Set(rows.map(({ service }) => service))];
  const count = (right: Difference['right']) => rows.filter((row) => row.right === right).length;
  const sections = services.map((service) => {
    const told = rows
      .filter((row) => row.service === service)
      .map((row) => [row.operation, row.what, row.local, row.moto, RIGHT[row.right], row.source]);
    return `## ${service}\n\n${table(['operation', 'asked', 'lib/local', 'moto', 'right', 'by'], told)}`;
  });
  return `# A second opinion on the local AWS

${NOTE}The suites of \`test/contract\` run against \`lib/local\` and against moto with the same SDK code. What they do not agree on is one of ${rows.length} rows:
in ${count('local')} of them \`lib/local\` does what the source says, in ${count('moto')} moto does, of ${count('unknown')} nobody here knows. Each is asserted: its test has to fail on moto in the way that the row
records, so a row that no longer differs fails. None was checked against AWS itself.

${sections.join('\n')}
${sqlSection()}`;
}
