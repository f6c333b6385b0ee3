import type { CommandSpec, OptionSpec } from './command.ts';

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
];

/** Every command about policies. */
export const POLICY_COMMANDS: readonly CommandSpec[] = [...GOVERNANCE];
