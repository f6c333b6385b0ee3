import type { CommandSpec, OptionSpec } from './command.ts';

const WHEN_OPTIONS: readonly OptionSpec[] = [
  { flags: '--at <time>', description: 'when: ISO 8601 with a zone, or a day (default: now)' },
  { flags: '--as-known-at <time>', description: 'by what was recorded until then (default: now)' },
];

const ACCESS_SHAPE =
  '{ "at", "asKnownAt", "access": [{ "principal", "consumer"?, "product", "major", "table", "columns", "rows"?, "shows"?, "from", "until"?, "recorded", "endRecorded"?, "reasons", "grants" }] }';

/** The commands that tell who could read what, and when. */
export const AUDIT_TIME_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'audit who-can',
    summary: 'who could read a product at a moment, as known at another, and why',
    arguments: [{ name: '<product>', description: '<domain>/<product>' }],
    options: [
      ...WHEN_OPTIONS,
      { flags: '--major <n>', description: 'one major version (default: every one)' },
      { flags: '--table <table>', description: 'one table' },
      { flags: '--column <column>', description: 'one column' },
    ],
    connects: true,
    examples: [
      { line: 'weft audit who-can flight-operations/flights --as governance/auditor', what: 'who can read it now' },
      {
        line: 'weft audit who-can flight-operations/flights --at 2026-05-31T12:00:00Z --as-known-at 2026-06-15 --as governance/auditor',
        what: 'who could at the end of May, by what the trail told in the middle of June',
      },
    ],
    shape: ACCESS_SHAPE,
    load: () => import('./commands/audit-who-can.ts'),
  },
  {
    name: 'audit what-can',
    summary: 'what a principal could read at a moment, as known at another, and why',
    arguments: [{ name: '<principal>', description: '<domain>/<role>, a role ARN, or an account' }],
    options: [...WHEN_OPTIONS],
    connects: true,
    examples: [
      {
        line: 'weft audit what-can analytics/analyst --as governance/auditor',
        what: 'everything that the role can read',
      },
    ],
    shape: ACCESS_SHAPE,
    load: () => import('./commands/audit-what-can.ts'),
  },
  {
    name: 'audit history',
    summary: 'every step of a subscription: asked, judged, approved, granted, read back, ended',
    arguments: [{ name: '<subscription>', description: 'its id' }],
    connects: true,
    examples: [
      {
        line: 'weft audit history flight-operations.flights.v1.analytics.x1 --as governance/auditor',
        what: 'who did what about it, and when',
      },
    ],
    shape:
      '{ "subscription", "steps": [{ "at", "recorded", "step", "who", "what", "policies"?, "policySets"?, "entry" }] }',
    load: () => import('./commands/audit-history.ts'),
  },
];
