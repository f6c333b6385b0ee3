import type { CommandSpec } from './command.ts';

const PRODUCT = [{ name: '<product>', description: '<domain>/<product>' }];
const MAJOR = { flags: '--major <number>', description: 'the major version that is meant' };
const REASON = { flags: '--reason <text>', description: 'why' };
const NO_WAIT = { flags: '--no-wait', description: 'do not wait for the proof' };

/** The commands that walk a version from its announced end to its end, and to the next version. */
export const VERSION_LIFE: readonly CommandSpec[] = [
  {
    name: 'product deprecate',
    summary: 'announce the end of a version to its subscribers, or take it back; until then all goes on',
    arguments: PRODUCT,
    options: [
      MAJOR,
      { flags: '--sunset <date>', description: 'when it is retired, ISO 8601' },
      { flags: '--successor <number>', description: 'the major version to move to (default: the newest active one)' },
      REASON,
      { flags: '--undo', description: 'take the announced end back' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft product deprecate wildlife-safety/bird-strikes --major 1 --sunset 2030-01-31 --as wildlife-safety/steward',
        what: 'subscribers are told now and 14 days before; at the sunset it is retired',
      },
    ],
    shape: '{ "product" }',
    load: () => import('./commands/product-deprecate.ts'),
  },
  {
    name: 'product retire',
    summary: 'end a version for good: revoke everything, then delete its tables; the record stays',
    arguments: PRODUCT,
    options: [MAJOR, { flags: '--force', description: 'end live subscriptions, too; needs a reason' }, REASON, NO_WAIT],
    connects: true,
    examples: [
      {
        line: 'weft product retire wildlife-safety/bird-strikes --major 1 --as wildlife-safety/steward',
        what: 'refused while somebody uses it',
      },
    ],
    shape: '{ "product" }',
    load: () => import('./commands/product-retire.ts'),
  },
  {
    name: 'product rollout',
    summary: 'let a share of the subscriptions use a newer version, too, before all do',
    arguments: PRODUCT,
    options: [
      { flags: '--to <number>', description: 'the newer major version' },
      { flags: '--share <percent>', description: 'percent of the subscriptions; 100 ends it, 0 takes it back' },
      NO_WAIT,
    ],
    connects: true,
    examples: [
      {
        line: 'weft product rollout wildlife-safety/bird-strikes --to 2 --share 10 --as wildlife-safety/steward',
        what: 'always the same tenth; taken back by itself when the new version fails',
      },
    ],
    shape: '{ "product", "following": […], "skipped": […], "complete" }',
    load: () => import('./commands/product-rollout.ts'),
  },
  {
    name: 'product rollback',
    summary: 'take a rollout back: who followed uses the older version only',
    arguments: PRODUCT,
    options: [{ flags: '--to <number>', description: 'the newer major version, which is left' }, REASON, NO_WAIT],
    connects: true,
    examples: [
      {
        line: 'weft product rollback wildlife-safety/bird-strikes --to 2 --as wildlife-safety/steward',
        what: 'the older version was never touched',
      },
    ],
    shape: '{ "product", "following": […], "skipped": […], "complete" }',
    load: () => import('./commands/product-rollback.ts'),
  },
  {
    name: 'product report',
    summary: 'say, as its owner, that data came or how its quality is',
    arguments: PRODUCT,
    options: [
      MAJOR,
      { flags: '--quality <outcome>', description: 'passed or failed' },
      { flags: '--rule <name>', description: 'the rule that was measured' },
      { flags: '--text <text>', description: 'what was found' },
      { flags: '--delivered <time>', description: 'when the newest data came, ISO 8601 or now' },
      { flags: '--table <name>', description: 'the table that it came into (default: all)' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft product report wildlife-safety/bird-strikes --delivered now --as wildlife-safety/producer',
        what: 'what its promised freshness is measured from',
      },
    ],
    shape: '{ "product" }',
    load: () => import('./commands/product-report.ts'),
  },
  {
    name: 'product feedback',
    summary: 'rate a product that you use; its owner is told',
    arguments: PRODUCT,
    options: [
      MAJOR,
      { flags: '--rating <number>', description: '1 (bad) to 5 (good)' },
      { flags: '--text <text>', description: 'what is good or missing' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft product feedback wildlife-safety/bird-strikes --rating 4 --text "more states, please" --as analytics/analyst',
        what: 'weft product show lists what was said',
      },
    ],
    shape: '{ "feedback" }',
    load: () => import('./commands/product-feedback.ts'),
  },
];
