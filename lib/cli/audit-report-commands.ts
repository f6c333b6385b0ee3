import type { CommandSpec } from './command.ts';

/** Findings, reports, exports and evidence. */
export const AUDIT_REPORT_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'audit findings',
    summary: 'what a compliance officer looks for: each a saved query over the audit tables',
    arguments: [{ name: '[name]', description: 'one finding only, e.g. unused-access' }],
    options: [
      { flags: '--at <time>', description: 'as of a moment, ISO 8601 with its zone (default: now)' },
      { flags: '--output <file>', description: 'write them instead, by suffix: .csv, .json or .sarif' },
      {
        flags: '--detailed-exitcode',
        description: '0 nothing was found, 2 something was or could not be looked for, 1 error',
      },
    ],
    connects: true,
    examples: [
      { line: 'weft audit findings --as governance/auditor', what: 'all of them, with why each matters' },
      {
        line: 'weft audit findings four-eyes-broken --at 2026-07-01 --as governance/auditor',
        what: 'one, as it was at the beginning of that day',
      },
    ],
    shape:
      '{ "at", "findings": [{ "id", "title", "why", "severity", "rows": [{ "subject", "who", "since", "detail", "evidence" }] | absent, "unknown" }] }',
    load: () => import('./commands/audit-findings.ts'),
  },
];
