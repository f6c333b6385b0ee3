import type { CommandSpec } from './command.ts';

/** The commands that look at the set-up itself. */
export const SETUP_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'next',
    summary: 'what to do next in the state that is found here; the same as weft alone',
    connects: true,
    examples: [{ line: 'weft', what: 'the next commands, the most useful first, each with its reason' }],
    shape: '{ "state", "steps": [{ "command", "reason" }] }',
    load: () => import('./commands/next.ts'),
  },
];
