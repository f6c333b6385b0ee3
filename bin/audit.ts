import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { called } from './script.ts';

/**
 * Asks npm for known vulnerabilities of what is shipped: `node bin/audit.ts`. A registry that has no answer is said aloud and is no pass; with
 * `WEFT_REQUIRE_AUDIT=1` it fails.
 */
const SEVERITIES = ['critical', 'high', 'moderate', 'low'] as const;
const FAILING: ReadonlySet<string> = new Set(['critical', 'high']);

interface Verdict {
  readonly state: 'passed' | 'failed' | 'not-run';
  readonly lines: readonly string[];
}

interface Report {
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range?: string }>>;
  readonly metadata?: {
    readonly vulnerabilities?: Readonly<Record<string, number>>;
    readonly dependencies?: { readonly prod?: number };
  };
  readonly message?: string;
  readonly statusCode?: number;
}

/** What a report of `npm audit --json` says: only one that counts vulnerabilities and packages is an answer. */
export function judge(text: string): Verdict {
  let report: Report;
  try {
    report = JSON.parse(text) as Report;
  } catch {
    return notRun('npm gave no report');
  }
  const { metadata, vulnerabilities = {}, message, statusCode } = report;
  const counts = metadata?.vulnerabilities;
  if (counts === undefined) {
    return notRun(
      `the registry's audit gave no answer${statusCode === undefined ? '' : ` (status ${statusCode})`}${message ? `: ${message.slice(0, 200)}` : ''}`,
    );
  }
  const found = Object.entries(vulnerabilities);
  const lines = SEVERITIES.flatMap((severity) =>
    found
      .filter(([, one]) => one.severity === severity)
      .map(([name, { range = '' }]) => `audit: ${severity}: ${name} ${range}`.trimEnd()),
  );
  const bad = SEVERITIES.reduce((sum, severity) => sum + (FAILING.has(severity) ? (counts[severity] ?? 0) : 0), 0);
  const packages = metadata?.dependencies?.prod ?? 0;
  if (packages === 0) return notRun('it looked at no package');
  const said = `audit: ${packages} packages that are shipped, ${bad} known vulnerabilities of severity high or critical`;
  return { state: bad === 0 ? 'passed' : 'failed', lines: [...lines, said] };
}

function notRun(why: string): Verdict {
  return { state: 'not-run', lines: [`audit: NOT RUN: ${why}: nothing is known of vulnerabilities`] };
}

function main(): number {
  called({
    usage: 'npm run audit',
    does: 'Asks the registry for known vulnerabilities of what is shipped. No answer is no pass; WEFT_REQUIRE_AUDIT=1 makes it fail.',
    options: {},
  });
  const args = ['audit', '--omit', 'dev', '--json', '--fetch-retries=1', '--fetch-timeout=30000'];
  const { stdout, error } = spawnSync('npm', args, { encoding: 'utf8', timeout: 120_000, maxBuffer: 64 * 1024 * 1024 });
  const { state, lines } = error === undefined ? judge(stdout) : notRun(error.message);
  for (const line of lines) console.error(line);
  if (state === 'not-run') return process.env.WEFT_REQUIRE_AUDIT === '1' ? 1 : 0;
  return state === 'passed' ? 0 : 1;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) process.exitCode = main();
