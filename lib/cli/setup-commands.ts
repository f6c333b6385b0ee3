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
  {
    name: 'doctor',
    summary: 'find what is wrong with the set-up: this machine, the files, the local mesh, the AWS account',
    options: [
      { flags: '--mesh <file>', description: 'the mesh (default: mesh.yaml here, else the one that runs)' },
      { flags: '--aws', description: 'ask AWS with your own credentials, whatever runs here' },
      { flags: '--port <number>', description: 'the port that weft local up would take (default: 4566)' },
    ],
    connects: true,
    examples: [
      { line: 'weft doctor', what: 'exit code 1 when a check failed; each says what to do' },
      {
        line: 'weft doctor --aws --mesh mesh.yaml',
        what: 'the account of your credentials, before and after cdk deploy',
      },
    ],
    shape:
      '{ "ok", "checks": [{ "id", "about", "status": "ok" | "warning" | "failed" | "skipped", "message", "fix" }] }',
    load: () => import('./commands/doctor.ts'),
  },
];
