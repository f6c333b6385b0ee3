import { type Problem, WeftError } from '#mesh/error.ts';

/** One line for people: where, what, and what to do. */
export function problemLine({ file, line, column, severity, message, fix }: Problem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place === '' ? '' : `${place}: `}${severity}: ${message}${fix ? ` (${fix})` : ''}`;
}

/**
 * Runs what a CDK app does. What its author can mend is told in lines, all of it, and the process ends with 1: the CDK shows what an app writes, and a stack trace would be no help. Anything
 * else is thrown.
 */
export function runApp(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof WeftError) || error.source !== 'user') throw error;
    const lines = error.problems.map(problemLine);
    for (const line of lines.length > 0 ? lines : [`${error.message}${error.hint ? ` (${error.hint})` : ''}`])
      console.error(line);
    process.exitCode = 1;
  }
}
