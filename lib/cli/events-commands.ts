import type { CommandSpec, OptionSpec } from './command.ts';

const PRODUCT = [{ name: '<product>', description: '<domain>/<product>' }];
const MAJOR: OptionSpec = { flags: '--major <n>', description: 'major version; default the highest that is active' };
const QUEUE: OptionSpec = { flags: '--queue <name>', description: 'one dead-letter queue only' };

/** The commands about events: what a product tells, what is replayed, and what could not be delivered. */
export const EVENTS: readonly CommandSpec[] = [
  {
    name: 'events publish',
    summary: "say on the domain's own bus which rows of a product changed",
    arguments: [
      ...PRODUCT,
      {
        name: '<file>',
        description: 'JSON lines, one change each: { "before": row, "after": row }; - reads standard input',
      },
    ],
    options: [
      { flags: '--table <name>', description: 'the table; default the only one that is no view' },
      { flags: '--sequence <n>', description: 'grows with each event of a table; default the time in milliseconds' },
      MAJOR,
    ],
    connects: true,
    examples: [
      {
        line: 'weft events publish wildlife-safety/bird-strikes examples/aviation/changes/bird-strikes.jsonl --as wildlife-safety/producer',
        what: 'each consumer gets the columns and rows that its subscriptions show',
      },
    ],
    shape: '{ "events": [{ "id", "rows" }] }',
    load: () => import('./commands/events-publish.ts'),
  },
  {
    name: 'events pattern',
    summary: "print the EventBridge pattern for a product's row events, for a rule on the own bus",
    arguments: PRODUCT,
    options: [MAJOR],
    connects: true,
    examples: [
      {
        line: 'weft events pattern wildlife-safety/bird-strikes --as analytics/analyst',
        what: 'pins the account of the owner, so that nobody else is heard',
      },
    ],
    shape: '{ … }, the pattern itself',
    load: () => import('./commands/events-pattern.ts'),
  },
  {
    name: 'events schema',
    summary: 'print the JSON Schema of a type of event, or those of the row events of a product',
    arguments: [{ name: '[what]', description: 'a type of event, or <domain>/<product>; all types without it' }],
    options: [MAJOR],
    connects: true,
    examples: [
      { line: 'weft events schema ProductPublished', what: 'of one type; needs no mesh' },
      {
        line: 'weft events schema wildlife-safety/bird-strikes --as analytics/analyst',
        what: 'of a product, from the types of its contract',
      },
    ],
    shape: '{ "schemas": [{ "type", "channel", "summary", "schema" }] }',
    load: () => import('./commands/events-schema.ts'),
  },
  {
    name: 'events replay',
    summary: 'put the events of a time on their bus again, from its archive',
    options: [
      { flags: '--from <time>', description: 'ISO 8601; or a span before now, e.g. 15m, 2h, 3d' },
      { flags: '--to <time>', description: 'the same; default now' },
      {
        flags: '--rule <name>',
        description: 'for one rule of the bus only; may be given more than once',
        repeatable: true,
      },
      { flags: '--no-wait', description: 'do not wait for its end' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft events replay --from 1h --as wildlife-safety/steward',
        what: "the domain's own bus; consumers know what they have by its id, and see what they may see now",
      },
      {
        line: 'weft events replay --from 1h --as governance/platform',
        what: 'what the mesh told, to every domain concerned',
      },
    ],
    shape: '{ "replay", "state", "from", "to" }',
    load: () => import('./commands/events-replay.ts'),
  },
  {
    name: 'events dead-letters',
    summary: 'list what could not be delivered in the account, and why',
    options: [QUEUE],
    connects: true,
    examples: [
      { line: 'weft events dead-letters --as governance/platform', what: 'of governance' },
      { line: 'weft events dead-letters --as analytics/steward', what: 'of a domain' },
    ],
    shape: '{ "letters": [{ "queue", "id", "at", "what", "why", "to" }] }',
    load: () => import('./commands/events-dead-letters.ts'),
  },
  {
    name: 'events redrive',
    summary: 'deliver again what could not be delivered',
    options: [QUEUE, { flags: '--id <id>', description: 'one message only' }],
    connects: true,
    examples: [
      {
        line: 'weft events redrive --as analytics/steward',
        what: 'everything that waits in the account of the domain',
      },
    ],
    shape: '{ "redriven": […], "failed": […] }',
    load: () => import('./commands/events-redrive.ts'),
  },
];
