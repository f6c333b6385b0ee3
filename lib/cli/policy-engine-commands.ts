import type { CommandSpec, OptionSpec } from './command.ts';

const FOLDER = [
  { name: '[folder]', description: 'with <scope>/*.cedar (default: policies, else those that come with weft)' },
];
const MESH: OptionSpec = {
  flags: '--mesh <file>',
  description: 'the mesh that they are for (default: ./mesh.yaml, else $WEFT_MESH, else the example)',
};

/** The commands by which policies are written and tried, without a mesh that runs. */
export const POLICY_ENGINE: readonly CommandSpec[] = [
  {
    name: 'policy check',
    summary: 'parse policies and hold them against the schema: what is wrong, what can never match, what contradicts',
    arguments: FOLDER,
    options: [MESH, { flags: '--output <file>', description: 'write the problems too: .sarif, .json or .junit.xml' }],
    examples: [{ line: 'weft policy check examples/aviation/policies', what: 'exit code 1 when something is wrong' }],
    shape: '{ "ok", "policies": 42, "problems": [{ "code", "severity", "message", "file", "line", "column", "fix" }] }',
    load: () => import('./commands/policy-check.ts'),
  },
  {
    name: 'policy test',
    summary:
      'run the cases beside policies: request, expected decision and ids; and see which edits no case would notice',
    arguments: FOLDER,
    options: [
      MESH,
      { flags: '--no-mutations', description: 'leave out the edits' },
      { flags: '--strict', description: 'fail when an edit goes unnoticed' },
    ],
    examples: [{ line: 'weft policy test', what: 'the policies that come with weft, if there is no folder policies' }],
    shape: '{ "ok", "cases": [{ "name", "ok", "differences", "decision" }], "unnoticed": [{ "id", "mutation" }] }',
    load: () => import('./commands/policy-test.ts'),
  },
  {
    name: 'policy explain',
    summary: 'decide one request and tell of each policy whether it matched, and why not',
    arguments: [{ name: '<request>', description: 'a YAML file with one case; docs/policies.md shows its form' }],
    options: [
      MESH,
      { flags: '--policies <folder>', description: 'default: policies, else those that come with weft' },
      { flags: '--all', description: 'policies that did not match too' },
    ],
    examples: [{ line: 'weft policy explain request.yaml --all', what: 'with the conditions that did not hold' }],
    shape: '{ "decision", "policies": [{ "id", "effect", "outcome", "because", "place" }] }',
    load: () => import('./commands/policy-explain.ts'),
  },
];
