import type { CommandSpec, OptionSpec } from './command.ts';
import { POLICY_ENGINE } from './policy-engine-commands.ts';

const SET = [{ name: '<set>', description: 'global or a domain, with a version if you mean one: global@3f9a1c2b7d04' }];
const POLICIES: OptionSpec = {
  flags: '--policies <folder>',
  description: 'folder with <scope>/*.cedar (default: policies)',
};
const REASON: OptionSpec = { flags: '--reason <text>', description: 'why' };

/** The commands by which policies are governed. */
const GOVERNANCE: readonly CommandSpec[] = [
  {
    name: 'policy list',
    summary: 'the sets of policies in force and proposed, and who has still to approve',
    connects: true,
    examples: [{ line: 'weft policy list --as governance/platform', what: 'one line for each set' }],
    shape: '{ "scopes": [{ "scope", "inForce", "proposed", "council" }], "refused": […] }',
    load: () => import('./commands/policy-list.ts'),
  },
  {
    name: 'policy show',
    summary: 'the policies of a set, and what a proposal changes',
    arguments: SET,
    options: [{ flags: '--text', description: 'the Cedar texts themselves' }],
    connects: true,
    examples: [{ line: 'weft policy show global --as analytics/analyst', what: 'those in force' }],
    shape: '{ "set", "files", "versions": […] }',
    load: () => import('./commands/policy-show.ts'),
  },
  {
    name: 'policy propose',
    summary: 'propose a set of policies; it waits for those whom it concerns',
    arguments: [{ name: '<scope>', description: 'global or a domain' }],
    options: [POLICIES, REASON],
    connects: true,
    examples: [
      {
        line: 'weft policy propose global --reason "exports need a purpose" --as governance/platform',
        what: 'the quorum of mesh.yaml decides',
      },
    ],
    shape: '{ "set" }',
    load: () => import('./commands/policy-propose.ts'),
  },
  {
    name: 'policy approve',
    summary: 'say yes to a proposed set, for your domain',
    arguments: SET,
    options: [REASON],
    connects: true,
    examples: [{ line: 'weft policy approve global --as flight-operations/steward', what: 'the open proposal' }],
    shape: '{ "set" }',
    load: () => import('./commands/policy-approve.ts'),
  },
  {
    name: 'policy reject',
    summary: 'say no to a proposed set, for your domain',
    arguments: SET,
    options: [REASON],
    connects: true,
    examples: [
      {
        line: 'weft policy reject global --reason "too strict" --as analytics/steward',
        what: 'the last word of a domain counts',
      },
    ],
    shape: '{ "set" }',
    load: () => import('./commands/policy-reject.ts'),
  },
  {
    name: 'policy impact',
    summary:
      'what policies on trial, or a set that is not in force, would say of the products and subscriptions that are there; nothing is changed',
    arguments: [
      {
        name: '[set]',
        description:
          'a scope: its open proposal; with @<version>, that one (default: the policies in force that only report)',
      },
    ],
    options: [
      { flags: '--policies <folder>', description: 'look at the set in this folder instead' },
      { flags: '--recorded', description: 'decisions of the trail that policies on trial would have made otherwise' },
      { flags: '--limit <number>', description: 'recorded decisions at most (default: 100)' },
      { flags: '--detailed-exitcode', description: '0 nothing would be stricter, 2 something would, 1 error' },
    ],
    connects: true,
    examples: [
      { line: 'weft policy impact --as governance/platform', what: 'what the report-only policies would refuse' },
      {
        line: 'weft policy impact global --policies policies --as governance/platform',
        what: 'before you propose them',
      },
    ],
    shape: '{ "impact": [{ "subject", "action", "now", "would", "policy", "message", "mode" }] }',
    load: () => import('./commands/policy-impact.ts'),
  },
  {
    name: 'policy coverage',
    summary: 'which controls of named standards the policies hold, in which mode, and with how many test cases',
    options: [
      POLICIES,
      { flags: '--standard <name>', description: 'of this standard only, e.g. ISO27001:2022' },
      { flags: '--detailed-exitcode', description: '0 every control is enforced and tested, 2 one is not, 1 error' },
    ],
    examples: [{ line: 'weft policy coverage', what: 'from @standard of each policy and the cases beside it' }],
    shape: '{ "controls": [{ "standard", "control", "held", "policies": [{ "id", "message", "mode", "cases" }] }] }',
    load: () => import('./commands/policy-coverage.ts'),
  },
];

/** Every command about policies. */
export const POLICY_COMMANDS: readonly CommandSpec[] = [...POLICY_ENGINE, ...GOVERNANCE];
