import type { CommandSpec } from './command.ts';

const GRANT_OPTIONS = [
  {
    flags: '--domain <name>',
    description: 'the domain whose products it is over (default: every domain, by the platform team)',
  },
  {
    flags: '--to <grantee>',
    description: 'a consuming domain, or the ARN of the organization or of one of its units',
  },
  { flags: '--clearance <level>', description: 'everything up to this level' },
  { flags: '--purpose <text>', description: 'what the data is for' },
  { flags: '--principals <arns>', description: "role ARNs, separated by commas (default: the domain's analyst role)" },
  { flags: '--until <date>', description: 'when it ends, ISO 8601' },
];

const ENTITLEMENT = [{ name: '<id>', description: 'entitlement id' }];
const NO_WAIT = { flags: '--no-wait', description: 'do not wait for the read-backs' };

/** The commands of standing entitlements: rights to many products at once, those that come later included. */
export const ENTITLEMENT_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'entitlement plan',
    summary: 'show what an entitlement would give, by which way, and what it takes of the quota',
    options: GRANT_OPTIONS,
    connects: true,
    examples: [
      {
        line: 'weft entitlement plan --domain wildlife-safety --to analytics --clearance internal --purpose "safety reports" --as wildlife-safety/steward',
        what: 'LF-Tags or names, and why',
      },
    ],
    shape: '{ "plan": { "way", "because", "grants", "products", "tagGrants", "quota" } }',
    load: () => import('./commands/entitlement-plan.ts'),
  },
  {
    name: 'entitlement grant',
    summary: 'give everything up to a level of a domain, or of every domain, to whole accounts',
    options: [...GRANT_OPTIONS, NO_WAIT],
    connects: true,
    examples: [
      {
        line: 'weft entitlement grant --domain wildlife-safety --to analytics --clearance internal --purpose "safety reports" --as wildlife-safety/steward',
        what: 'products published later are seen without a request',
      },
    ],
    shape: '{ "entitlement", "plan", "products": [{ "product", "consumer", "state" }] }',
    load: () => import('./commands/entitlement-grant.ts'),
  },
  {
    name: 'entitlement list',
    summary: 'list standing entitlements',
    options: [
      { flags: '--domain <name>', description: 'of this owning domain' },
      { flags: '--consumer <name>', description: 'that this domain has' },
    ],
    connects: true,
    examples: [{ line: 'weft entitlement list --as analytics/steward', what: 'those that concern the caller' }],
    shape: '{ "entitlements": […] }',
    load: () => import('./commands/entitlement-list.ts'),
  },
  {
    name: 'entitlement revoke',
    summary: 'end a standing entitlement',
    arguments: ENTITLEMENT,
    options: [{ flags: '--reason <text>', description: 'why' }, NO_WAIT],
    connects: true,
    examples: [
      {
        line: 'weft entitlement revoke <id> --as wildlife-safety/steward',
        what: 'waits until every account was read back without anything of it',
      },
    ],
    shape: '{ "entitlement", "products": [{ "product", "consumer", "state" }] }',
    load: () => import('./commands/entitlement-revoke.ts'),
  },
];
