import type { CommandSpec, OptionSpec } from './command.ts';

const OPTIONS: readonly OptionSpec[] = [
  { flags: '--reason <text>', description: 'why' },
  { flags: '--no-wait', description: 'do not wait for the proof' },
];
const PRODUCT = [{ name: '<product>', description: '<domain>/<product>' }];
const DOMAIN = [{ name: '<domain>', description: 'name of the domain' }];
const SUBSCRIPTION = [
  { name: '<id>', description: 'subscription id, or <domain>/<product> where only one can be meant' },
];

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

/** The same for a whole domain. */
export const DOMAIN_SUSPENSION: readonly CommandSpec[] = [
  {
    name: 'domain suspend',
    summary: 'take away at once all that a domain consumes, and all that others have of its products',
    arguments: DOMAIN,
    options: OPTIONS,
    connects: true,
    examples: [
      {
        line: 'weft domain suspend analytics --reason "account compromised" --as governance/platform',
        what: 'one record is the switch; waits for the read-back of every account',
      },
    ],
    shape: '{ "domain", "open" }',
    load: () => import('./commands/domain-suspend.ts'),
  },
  {
    name: 'domain resume',
    summary: 'give back exactly what was there before a domain was suspended',
    arguments: DOMAIN,
    options: OPTIONS,
    connects: true,
    examples: [
      { line: 'weft domain resume analytics --as governance/platform', what: 'by the side that suspended it' },
    ],
    shape: '{ "domain", "open" }',
    load: () => import('./commands/domain-resume.ts'),
  },
];

/** What happens to one subscription while it lives. */
export const SUBSCRIPTION_LIFE: readonly CommandSpec[] = [
  {
    name: 'subscription show',
    summary: 'one subscription: who has approved, when it ends, and the proof that nothing is left',
    arguments: SUBSCRIPTION,
    connects: true,
    examples: [
      { line: 'weft subscription show <id> --as governance/auditor', what: 'with the read-backs of both accounts' },
    ],
    shape: '{ "subscription", "share" }',
    load: () => import('./commands/subscription-show.ts'),
  },
  {
    name: 'subscription renew',
    summary: 'let a subscription go on: ask as its consumer, certify as its owner',
    arguments: SUBSCRIPTION,
    options: [
      { flags: '--until <date>', description: 'the new end, ISO 8601 (default: certify it, the end stays)' },
      { flags: '--reason <text>', description: 'why' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft subscription renew <id> --until 2031-01-31T00:00:00Z --as analytics/analyst',
        what: 'nothing but the end moves',
      },
    ],
    shape: '{ "subscription" }',
    load: () => import('./commands/subscription-renew.ts'),
  },
  {
    name: 'subscription suspend',
    summary: 'take away the access of one subscription at once and keep what was approved',
    arguments: [{ name: '[id]', description: 'subscription id' }],
    options: [
      ...OPTIONS,
      { flags: '--consumer <domain>', description: 'all that a domain consumes, instead of one subscription' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft subscription suspend <id> --reason "role compromised" --as analytics/steward',
        what: 'either side may, and governance',
      },
      {
        line: 'weft subscription suspend --consumer analytics --as wildlife-safety/steward',
        what: "an owner stops what the domain has of the owner's products; governance, all of it",
      },
    ],
    shape: '{ "subscription" } or { "domain", "open" }',
    load: () => import('./commands/subscription-suspend.ts'),
  },
  {
    name: 'subscription resume',
    summary: 'give back what a suspended subscription had',
    arguments: [{ name: '[id]', description: 'subscription id' }],
    options: [
      ...OPTIONS,
      { flags: '--consumer <domain>', description: 'all that a domain consumes, instead of one subscription' },
    ],
    connects: true,
    examples: [{ line: 'weft subscription resume <id> --as analytics/steward', what: 'by the side that suspended it' }],
    shape: '{ "subscription" } or { "domain", "open" }',
    load: () => import('./commands/subscription-resume.ts'),
  },
];
