import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { called, misused } from '../../bin/script.ts';
import { type Reasoned, unexplained } from './unexplained.ts';
import { type Granted, lineOf, united } from './usage.ts';

/** What a judged suite leaves behind. */
interface SuiteUsage {
  readonly suite: string;
  readonly permits: readonly Granted[];
}

const ROOT = join(import.meta.dirname, '../..');

/** The suites that are judged, by their paths, but for those that `npm test` leaves out. */
function judgedSuites(): string[] {
  const config = readFileSync(join(ROOT, 'jest.config.js'), 'utf8');
  const files = globSync('test/**/*.test.ts', { cwd: ROOT }).filter((file) => !config.includes(`'${file}'`));
  return files.filter((file) => /\bjudging\(\)/.test(readFileSync(join(ROOT, file), 'utf8'))).toSorted();
}

/** Reads what all suites left in a folder together. Gives what is wrong, line by line. */
function check(folder: string, show: (line: string) => void): string[] {
  const usages = globSync('*.json', { cwd: folder }).map(
    (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as SuiteUsage,
  );
  const missing = judgedSuites().filter((suite) => !usages.some((usage) => usage.suite === suite));
  if (missing.length > 0)
    return missing.map((suite) => `${suite}: left nothing in ${folder}: run it with WEFT_USAGE_DIR`);
  const permits = united(usages.flatMap((usage) => usage.permits));
  const unused = permits.filter(({ used }) => !used);
  const reasons = parse(readFileSync(join(import.meta.dirname, 'unused.yaml'), 'utf8')) as Reasoned[];
  for (const permit of unused) show(lineOf(permit));
  show(`${permits.length} permits in ${usages.length} suites, ${unused.length} never used, ${reasons.length} reasons`);
  return unexplained(unused, reasons);
}

const SCRIPT = {
  usage: 'npm run unused -- <folder that WEFT_USAGE_DIR named> [--all]',
  does: 'Tells what is granted and was never used by any judged suite, without a reason in test/judge/unused.yaml.',
  options: { all: { what: 'tell also what is never used for a reason', flag: true } },
  names: { of: 'folder', most: 1 },
} as const;
const { values, names } = called(SCRIPT);
const [folder] = names;
if (folder === undefined) misused(SCRIPT, ['which folder?']);
if (!existsSync(folder)) misused(SCRIPT, [`there is no ${folder}: WEFT_USAGE_DIR=${folder} npm test makes it`]);
const lines: string[] = [];
const wrong = check(folder, (line) => lines.push(line));
for (const line of values.all ? lines : lines.slice(-1)) console.log(line);
for (const line of wrong) console.error(line);
process.exitCode = wrong.length === 0 ? 0 : 1;
