import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Problem, userError } from '#mesh/error.ts';

/** The formats of `--output`, by suffix. */
const FORMATS: readonly (readonly [string, (problems: readonly Problem[]) => string])[] = [
  ['.sarif', sarif],
  ['.junit.xml', junit],
  ['.json', (problems) => `${JSON.stringify({ problems }, undefined, 2)}\n`],
];

/** The printer for a file's suffix. @throws WeftError `WEFT-CLI-032` when there is none for it. */
export function problemFormat(file: string): (problems: readonly Problem[]) => string {
  const found = FORMATS.find(([suffix]) => file.endsWith(suffix));
  if (found !== undefined) return found[1];
  throw userError('WEFT-CLI-032', `nothing is known about the format of ${file}`, {
    hint: `end its name with one of ${FORMATS.map(([suffix]) => suffix).join(', ')}`,
  });
}

/** Writes problems to a file, in the format that its suffix names. */
export function writeProblems(file: string, cwd: string, problems: readonly Problem[]): void {
  writeFileSync(resolve(cwd, file), problemFormat(file)(problems));
}

/** SARIF 2.1.0, as code hosts take it to show problems beside the lines of a pull request. */
function sarif(problems: readonly Problem[]): string {
  const rules = [...new Set(problems.map(({ code }) => code))].toSorted();
  const results = problems.map((problem) => ({
    ruleId: problem.code,
    ruleIndex: rules.indexOf(problem.code),
    level: problem.severity,
    message: { text: problem.fix === undefined ? problem.message : `${problem.message}. Fix: ${problem.fix}` },
    locations: problem.file === undefined ? [] : [{ physicalLocation: locationOf(problem, problem.file) }],
  }));
  const driver = { name: 'weft', rules: rules.map((id) => ({ id })) };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function locationOf(problem: Problem, file: string) {
  const uri = file.split(/[\\/]/).map(encodeURIComponent).join('/');
  const region =
    problem.line === undefined ? {} : { region: { startLine: problem.line, startColumn: problem.column ?? 1 } };
  return { artifactLocation: { uri }, ...region };
}

/** JUnit's XML: one failed case for each error; warnings are no failures. */
function junit(problems: readonly Problem[]): string {
  const failed = problems.filter(({ severity }) => severity === 'error');
  const cases = failed.map((problem) => {
    const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
    const text = problem.fix === undefined ? problem.message : `${problem.message} (fix: ${problem.fix})`;
    return `  <testcase classname="${xml(problem.file ?? '')}" name="${xml(`${problem.code} ${place}`)}"><failure message="${xml(problem.message)}">${xml(text)}</failure></testcase>\n`;
  });
  const passed = failed.length === 0 ? '  <testcase classname="weft" name="contracts are valid"/>\n' : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="weft product validate" tests="${Math.max(1, failed.length)}" failures="${failed.length}">\n${passed}${cases.join('')}</testsuite>\n`;
}

/** Text inside XML; control characters, which XML cannot hold, become blanks. */
function xml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, ' ')
    .replaceAll(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A workflow command of GitHub Actions, which shows the problem in the pull request. */
export function annotation(problem: Problem): string {
  const members = [
    ['file', problem.file],
    ['line', problem.line],
    ['col', problem.column],
    ['title', problem.code],
  ].filter(([, value]) => value !== undefined);
  const properties = members.map(
    ([name, value]) => `${name}=${encoded(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
  );
  const text = problem.fix === undefined ? problem.message : `${problem.message}\nfix: ${problem.fix}`;
  return `::${problem.severity} ${properties.join(',')}::${encoded(text)}`;
}

function encoded(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
