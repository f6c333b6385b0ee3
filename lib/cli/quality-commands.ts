import type { CommandSpec } from './command.ts';

const PRODUCT = [{ name: '<product>', description: '<domain>/<product>' }];
const MAJOR = { flags: '--major <number>', description: 'the major version that is meant' };

/** The commands of quality and service levels. */
export const QUALITY_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'product quality',
    summary: 'what was measured of a product: each rule and promise, the error budget, what is held back',
    arguments: PRODUCT,
    options: [MAJOR, { flags: '--history', description: 'every measurement that the record keeps, newest first' }],
    connects: true,
    examples: [
      {
        line: 'weft product quality wildlife-safety/bird-strikes --as analytics/analyst',
        what: 'anybody may know how good a product is before asking for it',
      },
    ],
    shape: '{ "product", "major", "measured", "deliveries", "conditions": […], "budget", "trend", "causes": […] }',
    load: () => import('./commands/product-quality.ts'),
  },
  {
    name: 'product release-data',
    summary: 'tell consumers of data that was held back although it breaks a rule',
    arguments: PRODUCT,
    options: [
      MAJOR,
      { flags: '--table <name>', description: 'of this table only (default: all that is held back)' },
      { flags: '--reason <text>', description: 'why; needed, and kept in the trail' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft product release-data wildlife-safety/bird-strikes --reason "the rule is too strict" --as wildlife-safety/steward',
        what: 'the next good measurement would do the same by itself',
      },
    ],
    shape: '{ "product" }',
    load: () => import('./commands/product-release-data.ts'),
  },
  {
    name: 'quality list',
    summary: 'how good the products of the mesh are, each against all others',
    options: [{ flags: '-d, --domain <name>', description: 'show those of one domain; it is compared with all' }],
    connects: true,
    examples: [{ line: 'weft quality list --as analytics/analyst', what: 'the best first, with the trend' }],
    shape: '{ "standings": [{ "product", "major", "rules", "score", "aboveMedian", "trend", "broken", "budget" }] }',
    load: () => import('./commands/quality-list.ts'),
  },
  {
    name: 'quality run',
    summary: 'ask the owning domain to measure a product now, and wait for the result',
    arguments: PRODUCT,
    options: [MAJOR, { flags: '--no-wait', description: 'do not wait for the result' }],
    connects: true,
    examples: [
      {
        line: 'weft quality run wildlife-safety/bird-strikes --as wildlife-safety/producer',
        what: 'measured in the domain, whose data leaves it as numbers only',
      },
    ],
    shape: '{ "product", "major", "measured", "deliveries", "conditions": […], "budget", "trend" }',
    load: () => import('./commands/quality-run.ts'),
  },
];
