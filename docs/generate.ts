import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { COMMANDS } from '#cli/commands.ts';
import { RULES, type RuleName, ruleCode } from '#mesh/contract/compatibility-rules.ts';
import { called } from '../bin/script.ts';
import { apiPage } from './api-page.ts';
import { costPage } from './cost-page.ts';
import { environmentPage } from './environment-page.ts';
import { errorPage } from './error-page.ts';
import { eventPages } from './event-pages.ts';
import { inertProperties } from './inert-properties.ts';
import { cell, NOTE, sentence } from './markdown.ts';
import { policyPage } from './policy-page.ts';
import { propertyPage } from './property-page.ts';
import { rulePage } from './rule-page.ts';
import { secondOpinionPage } from './second-opinion-page.ts';
import { stackPage } from './stack-page.ts';
import { synthesizedStacks } from './synthesized.ts';

const ROOT = resolve(import.meta.dirname, '..');
const { check } = called({
  usage: 'npm run docs',
  does: 'Writes the pages of docs/reference from the source.',
  options: { check: { what: 'write nothing, and fail when a page is out of step', flag: true } },
}).values;
const stacks = synthesizedStacks();

/** The generated pages: file below docs/reference → its text. */
const PAGES: Readonly<Record<string, () => string>> = {
  'commands.md': commands,
  'api.md': apiPage,
  'errors.md': errorPage,
  'policies.md': policyPage,
  'rules.md': rulePage,
  'environment.md': () => environmentPage(stacks),
  'stacks.md': () => stackPage(stacks),
  'costs.md': () => costPage(stacks),
  'contract-properties.md': propertyPage,
  'compatibility.md': compatibility,
  'local-ledger.md': ledger,
  'second-opinion.md': secondOpinionPage,
  ...eventPages(NOTE),
};

function commands(): string {
  const sections = COMMANDS.map((spec) => {
    const usage = ['weft', spec.name, ...(spec.arguments ?? []).map((argument) => argument.name), '[options]'].join(
      ' ',
    );
    const rows = [
      ...(spec.arguments ?? []).map((argument) => [argument.name, argument.description]),
      ...(spec.options ?? []).map((option) => [option.flags, option.description]),
      ...(spec.connects
        ? [
            ['--as <principal>', 'who you are'],
            ['--folder <path>', 'the folder of a local mesh'],
          ]
        : []),
      ['--json', `one document: \`${spec.shape}\``],
    ].map(([name, text]) => `| \`${cell(name ?? '')}\` | ${cell(text ?? '')} |`);
    const examples = spec.examples.map((example) => `    ${example.line}\n\n${example.what}.`).join('\n\n');
    return `## weft ${spec.name}\n\n${sentence(spec.summary)}\n\n    ${usage}\n\n| | |\n|---|---|\n${rows.join('\n')}\n\n${examples}\n`;
  });
  return `# Commands\n\n${NOTE}Exit codes: 0 done, 1 an error that you can mend, 2 wrong usage, 70 a bug.\n\n${sections.join('\n')}`;
}

function compatibility(): string {
  const rows = Object.entries(RULES).map(
    ([name, { verdict, sameMajor, what, why }]) =>
      `| ${ruleCode(name as RuleName)} | ${name} | ${what} | ${verdict} | ${sameMajor ? 'published' : 'refused'} | ${why} |`,
  );
  return `# Compatibility\n\n${NOTE}What a change of a product means to its consumers. Publishing, \`weft product diff\` and the watch over the domains' catalogs judge by this table. A decision is a change that somebody has to look at.\n\n| code | rule | what changes | verdict | under the same major version | why |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

interface LedgerRow {
  readonly operation: string;
  readonly what: string;
  readonly source: string;
  readonly test: string;
}

function ledger(): string {
  const folder = join(ROOT, 'lib/local/ledger');
  const sections = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => {
      const rows = parse(readFileSync(join(folder, name), 'utf8')) as readonly LedgerRow[];
      const lines = rows.map(
        (row) => `| ${row.operation} | ${cell(row.what)} | ${cell(row.source)} | \`${row.test}\` | no |`,
      );
      return `## ${name.replace('.yaml', '')}\n\n| operation | what is modelled | source | held by | checked against AWS |\n|---|---|---|---|---|\n${lines.join('\n')}\n`;
    });
  return `# What the local AWS models\n\n${NOTE}No AWS account was used: every row rests on its source.\n\n${sections.join('\n')}\n${inertProperties()}`;
}

let stale = 0;
for (const [name, make] of Object.entries(PAGES)) {
  const file = join(ROOT, 'docs/reference', name);
  const text = make();
  if (check && (!existsSync(file) || readFileSync(file, 'utf8') !== text)) {
    console.error(`docs/reference/${name} is out of step: npm run docs`);
    stale += 1;
  }
  if (!check) writeFileSync(file, text);
}
process.exitCode = stale > 0 ? 1 : 0;
