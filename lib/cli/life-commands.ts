import type { CommandSpec, OptionSpec } from './command.ts';

const OPTIONS: readonly OptionSpec[] = [
  { flags: '--reason <text>', description: 'why' },
  { flags: '--no-wait', description: 'do not wait for the proof' },
];
const PRODUCT = [{ name: '<product>', description: '<domain>/<product>' }];
const SUBSCRIPTION = [{ name: '<id>', description: 'subscription id' }];

/** The commands that stop a product for a while and let it go on. */
export const PRODUCT_LIFE: readonly CommandSpec[] = [
  {
    name: 'product suspend',
    summary: 'take away every access to a product at once and keep what is desired',
    arguments: PRODUCT,
    options: OPTIONS,
    connects: true,
    examples: [
      {
        line: 'weft product suspend wildlife-safety/bird-strikes --reason "leak suspected" --as governance/platform',
        what: 'all its versions; waits for the read-back of every account',
      },
    ],
    shape: '{ "products": […], "subscriptions": […] }',
    load: () => import('./commands/product-suspend.ts'),
  },
  {
    name: 'product resume',
    summary: 'give back exactly what was there before a product was suspended',
    arguments: PRODUCT,
    options: OPTIONS,
    connects: true,
    examples: [
      {
        line: 'weft product resume wildlife-safety/bird-strikes --as governance/platform',
        what: 'by the side that suspended it: the owning domain, or governance',
      },
    ],
    shape: '{ "products": […], "subscriptions": […] }',
    load: () => import('./commands/product-resume.ts'),
  },
];

/** The same for one subscription. */
export const SUBSCRIPTION_LIFE: readonly CommandSpec[] = [
  {
    name: 'subscription suspend',
    summary: 'take away the access of one subscription at once and keep what was approved',
    arguments: SUBSCRIPTION,
    options: OPTIONS,
    connects: true,
    examples: [
      {
        line: 'weft subscription suspend <id> --reason "role compromised" --as analytics/steward',
        what: 'either side may, and governance',
      },
    ],
    shape: '{ "subscription" }',
    load: () => import('./commands/subscription-suspend.ts'),
  },
  {
    name: 'subscription resume',
    summary: 'give back what a suspended subscription had',
    arguments: SUBSCRIPTION,
    options: OPTIONS,
    connects: true,
    examples: [{ line: 'weft subscription resume <id> --as analytics/steward', what: 'by the side that suspended it' }],
    shape: '{ "subscription" }',
    load: () => import('./commands/subscription-resume.ts'),
  },
];
