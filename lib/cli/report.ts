import { type Problem, WeftError } from '#mesh/error.ts';
import { type Io, tone } from './io.ts';
import { refusalOf } from './refusal.ts';

/** Exit codes: done, a user's error, wrong usage, a bug. */
export const EXIT = { ok: 0, error: 1, usage: 2, bug: 70 } as const;

/** The next step of an error that brings none: of what somebody gave, and of what is nobody's fault here. */
const STEPS = { user: 'mend what is named, and run it again', system: 'weft doctor looks for what is wrong' } as const;

/** What to do about an error; undefined where the fixes of its problems say it. */
function nextStep({ hint, problems, source }: WeftError): string | undefined {
  if (hint !== undefined) return hint;
  return problems.some(({ fix }) => fix !== undefined) ? undefined : STEPS[source];
}

/** Shows an error to people on stderr, or as an error object on stdout for programs; gives the exit code. */
export function reportError(io: Io, error: unknown, json: boolean): number {
  const known = error instanceof WeftError ? error : refusalOf(error);
  if (json) {
    const body =
      known === undefined
        ? { code: 'WEFT-BUG-001', message: messageOf(error) }
        : {
            code: known.code,
            message: known.message,
            hint: nextStep(known),
            problems: known.problems.length > 0 ? known.problems : undefined,
          };
    io.out(`${JSON.stringify({ error: body })}\n`);
  }
  if (known === undefined) {
    io.err(`${tone(io, 'bad', 'bug:')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    io.err('this should not happen: please report it with the lines above\n');
    return EXIT.bug;
  }
  io.err(`${tone(io, 'bad', 'error:')} ${known.message} ${tone(io, 'dim', `(${known.code})`)}\n`);
  // A problem that the message says already is not said again; what it adds is its fix.
  const [only, ...more] = known.problems;
  const said = only !== undefined && more.length === 0 && only.message === known.message;
  const shown = said ? [] : known.problems;
  for (const problem of shown) io.err(`${renderProblem(io, problem)}\n`);
  const hint = nextStep(known) ?? (said ? only.fix : undefined);
  if (hint !== undefined && !shown.some((problem) => problem.fix === hint))
    io.err(`${tone(io, 'dim', 'next:')} ${hint}\n`);
  return EXIT.error;
}

/** `file:line:column: error: message (code)` and the fix below it. */
export function renderProblem(io: Io, problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const severity = tone(io, problem.severity === 'error' ? 'bad' : 'warn', problem.severity);
  const head = `${place === '' ? '' : `${place}: `}${severity}: ${problem.message} ${tone(io, 'dim', `(${problem.code})`)}`;
  return problem.fix === undefined ? head : `${head}\n    ${tone(io, 'dim', 'fix:')} ${problem.fix}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
