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
  {
    name: 'audit report',
    summary: 'a compliance report of a period, for people and machines',
    options: [
      { flags: '--period <period>', description: '2026, 2026-Q3, 2026-07, or <from>..<to>; in UTC' },
      {
        flags: '--output <file>',
        description: 'where to, by suffix: .html, .csv, .json or .parquet (default: report-<period>.html)',
      },
      { flags: '--out <folder>', description: 'all four into a folder' },
      { flags: '--product <product>', description: 'of one product only, <domain>/<product>' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft audit report --period 2026-Q3 --as governance/auditor',
        what: 'one HTML file that prints well and needs nothing else',
      },
      { line: 'weft audit report --period 2026 --out report --as governance/auditor', what: 'every format' },
    ],
    shape:
      '{ "format": "weft-report/1", "mesh", "period", "madeAt", "madeBy", "entries", "kinds", "requests", "decisions", "denied", "drift", "failures", "retention", "access", "states", "subscriptions", "products", "reads", "readsByProduct", "policies", "registration", "findings", "checkpoint", "unknown" }',
    load: () => import('./commands/audit-report.ts'),
  },
  {
    name: 'audit export',
    summary: 'entries and reads as events of the Open Cybersecurity Schema Framework, each checked against its class',
    options: [
      { flags: '--format <format>', description: 'ocsf (default: ocsf)' },
      { flags: '--from <time>', description: 'ISO 8601 with its zone (default: the beginning)' },
      { flags: '--to <time>', description: 'up to then, and not then (default: now)' },
      { flags: '--output <file>', description: 'a .jsonl file (default: standard output)' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft audit export --format ocsf --output trail.jsonl --as governance/auditor',
        what: 'for the security team and its tools',
      },
    ],
    shape:
      '{ "version", "from", "to", "events": […], "unknown"? }; with --output { "version", "from", "to", "output", "count", "unknown"? }',
    load: () => import('./commands/audit-export.ts'),
  },
  {
    name: 'audit evidence',
    summary:
      'what shows the controls of a standard: entries, policies, findings and a report, to be checked without the mesh',
    options: [
      { flags: '--for <standard>', description: 'ISO27001:2022, SOC2, GDPR, NIST-800-53r5, or one that policies name' },
      { flags: '--period <period>', description: '2026, 2026-Q3, 2026-07, or <from>..<to> (default: this year)' },
      { flags: '--out <folder>', description: 'a new folder (default: evidence-<standard>-<period>)' },
      { flags: '--output <folder>', description: 'what --out was called before' },
      { flags: '--verify <folder>', description: 'check a pack instead; needs no mesh' },
      { flags: '--digest <sha256>', description: 'with --verify: what the SHA-256 of its manifest has to be' },
      { flags: '--key <key>', description: 'with --verify: the public key of the log, or a file with it' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft audit evidence --for ISO27001:2022 --out evidence --as governance/auditor',
        what: 'a control that nothing shows is a gap',
      },
      { line: 'weft audit evidence --verify evidence/', what: 'exit code 1 when something is not as it was packed' },
    ],
    shape:
      '{ "folder", "sha256", "manifest": { "controls": [{ "id", "state", "because", "policies", "entries", "findings" }], … } }; with --verify { "ok", "sha256", "proved", "problems", "notes" }',
    load: () => import('./commands/audit-evidence.ts'),
  },
];
