import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { COMMANDS } from '#cli/commands.ts';
import { RULES, type RuleName, ruleCode } from '#mesh/contract/compatibility-rules.ts';
import { eventPages } from './event-pages.ts';

const ROOT = resolve(import.meta.dirname, '..');
const NOTE = '<!-- Written by `npm run docs` from the source; change it there. -->\n\n';

/** The generated pages: file below docs/reference → its text. */
const PAGES: Readonly<Record<string, () => string>> = {
  'commands.md': commands,
  'errors.md': errors,
  'compatibility.md': compatibility,
  'local-ledger.md': ledger,
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

interface Raised {
  readonly code: string;
  readonly message: string;
  readonly file: string;
}

const CODE = /'(WEFT-[A-Z]+-\d{3})'/g;

function errors(): string {
  const raised = new Map<string, Raised>();
  for (const file of sources(['bin', 'lib', 'lambdas'])) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const match of text.matchAll(CODE)) {
      const code = match[1] ?? '';
      const message = messageAfter(text.slice((match.index ?? 0) + match[0].length));
      if (message !== undefined && !raised.has(code)) raised.set(code, { code, message, file });
      else if (!raised.has(code)) raised.set(`${code} `, { code, message: '', file });
    }
  }
  for (const [folder, area] of Object.entries(FINDINGS)) {
    for (const file of sources([folder])) {
      for (const found of findingsOf(readFileSync(join(ROOT, file), 'utf8'), area)) {
        if (!raised.has(found.code)) raised.set(found.code, { ...found, file });
      }
    }
  }
  const rows = [...raised.values()]
    .filter((entry) => entry.message !== '' || !raised.has(entry.code))
    .sort((a, b) => a.code.localeCompare(b.code))
    .map((entry) => `| ${entry.code} | ${cell(entry.message)} | \`${entry.file}\` |`);
  return `# Error codes\n\n${NOTE}A code is never used for a second meaning. \`…\` stands for the value at hand.\n\n| code | message | raised in |\n|---|---|---|\n${rows.join('\n')}\n`;
}

/** Folders whose readers number their problems within an area. */
const FINDINGS: Readonly<Record<string, string>> = {
  'lib/mesh/topology': 'MESH',
  'lib/mesh/contract': 'CONTRACT',
  'lib/mesh/audit/log': 'AUDIT',
  'lib/edge/config': 'EDGE',
};

/** `findings.error(12, place, 'message', 'fix')`: the number gives the code, the first long literal is the message. */
function findingsOf(text: string, area: string): { code: string; message: string }[] {
  return [...text.matchAll(/\.(?:error|warning)\(\s*(\d+),/g)].flatMap((match) => {
    const message = literalsFrom(text, (match.index ?? 0) + match[0].length).find(
      (literal) => literal.length > 15 && literal.includes(' '),
    );
    return message === undefined ? [] : [{ code: `WEFT-${area}-${(match[1] ?? '').padStart(3, '0')}`, message }];
  });
}

/** The literals of the next 500 characters. */
function literalsFrom(text: string, from: number): string[] {
  const found: string[] = [];
  for (let at = from; at < Math.min(text.length, from + 500); at += 1) {
    if (text[at] !== "'" && text[at] !== '`' && text[at] !== '"') continue;
    found.push(literalAt(text, at));
    at = endOfLiteral(text, at);
  }
  return found;
}

/** The string that follows an error code in source: the next argument, or the `message` beside it, `…` for each value. */
function messageAfter(rest: string): string | undefined {
  const near = rest.slice(0, 600);
  const start = /^,\s*(?=['`])/.exec(near) ?? /^[^;]*?message:\s*(?=['`])/.exec(near);
  return start === null ? undefined : literalAt(rest, start[0].length);
}

/** The text of the string or template literal that begins at `from`, `…` for each value. */
function literalAt(source: string, from: number): string {
  let text = '';
  walkLiteral(source, from, (part) => {
    text += part;
  });
  return text;
}

function endOfLiteral(source: string, from: number): number {
  return walkLiteral(source, from, () => undefined);
}

/** Goes through a literal part by part; gives where its closing quote stands. */
function walkLiteral(source: string, from: number, take: (part: string) => void): number {
  const quote = source[from];
  let at = from + 1;
  for (; at < source.length && source[at] !== quote; at += 1) {
    if (source[at] === '\\') {
      at += 1;
      take(source[at] ?? '');
    } else if (quote === '`' && source.startsWith('${', at)) {
      at = endOfValue(source, at + 2);
      take('…');
    } else take(source[at] ?? '');
  }
  return at;
}

/** Where the `}` stands that closes a value which begins at `from`; templates may nest. */
function endOfValue(source: string, from: number): number {
  let depth = 1;
  let at = from;
  for (; depth > 0; at += 1) {
    if (source[at] === '{') depth += 1;
    if (source[at] === '}') depth -= 1;
  }
  return at - 1;
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
  return `# What the local AWS models\n\n${NOTE}No AWS account was used: every row rests on its source.\n\n${sections.join('\n')}`;
}

function sources(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`)
      .sort(),
  );
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

const check = process.argv.includes('--check');
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
