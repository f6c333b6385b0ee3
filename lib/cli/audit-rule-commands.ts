import type { CommandSpec } from './command.ts';

/** The commands that deal with audit rules and their alerts. */
export const AUDIT_RULE_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'audit rules',
    summary: 'show and check a file of audit rules; --try: what they would have raised in the past, nothing is raised',
    arguments: [
      {
        name: '[file]',
        description: 'default: policies/audit-rules.yaml beside the mesh file, or the rules that come with the project',
      },
    ],
    options: [
      { flags: '--mesh <file>', description: 'the mesh whose domains and levels the rules may name' },
      { flags: '--try <period>', description: '<from>..<to>, days or times in ISO 8601; without <to> until now' },
      { flags: '--output <file>', description: 'write problems as .sarif, .junit.xml or .json' },
    ],
    connects: true,
    examples: [
      { line: 'weft audit rules', what: 'those that count where a mesh has none of its own' },
      { line: 'weft audit rules --try 2026-03-01.. --as governance/auditor', what: 'before you put them in force' },
    ],
    shape: '{ "file", "rules": […], "capture": […], "found"?: [… with --try] }, or { "ok": false, "problems": […] }',
    load: () => import('./commands/audit-rules.ts'),
  },
  {
    name: 'audit alerts',
    summary: 'what audit rules found: who, what, and what was suspended for it',
    options: [
      { flags: '--open', description: 'only those that nobody has taken note of' },
      { flags: '--since <time>', description: 'only those since then, ISO 8601' },
    ],
    connects: true,
    examples: [{ line: 'weft audit alerts --open --as governance/auditor', what: 'what waits for somebody' }],
    shape:
      '{ "alerts": [{ "id", "rule", "severity", "principal", "products", "at", "suspended", "evidence", "state" }] }',
    load: () => import('./commands/audit-alerts.ts'),
  },
  {
    name: 'audit acknowledge',
    summary: 'take note of an alert; what it suspended stays suspended until those who run the mesh resume it',
    arguments: [{ name: '<alert>', description: 'its id, from weft audit alerts' }],
    options: [{ flags: '--reason <text>', description: 'what you found out' }],
    connects: true,
    examples: [
      {
        line: 'weft audit acknowledge bulk-reads.0123456789abcdef --reason "the quarterly load" --as governance/auditor',
        what: 'with a reason, for the trail',
      },
    ],
    shape: '{ "alert" }',
    load: () => import('./commands/audit-acknowledge.ts'),
  },
];
