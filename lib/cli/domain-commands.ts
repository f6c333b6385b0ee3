import type { CommandSpec } from './command.ts';

/** The commands that look at what a change of `mesh.yaml` would take away. */
export const DOMAIN_END: readonly CommandSpec[] = [
  {
    name: 'mesh check',
    summary: 'tell whether a changed mesh file would take something away: for the pipeline, before it deploys',
    options: [
      {
        flags: '--mesh <file>',
        description: 'the changed file (default: ./mesh.yaml, else $WEFT_MESH, else the example)',
      },
    ],
    connects: true,
    examples: [
      {
        line: 'weft mesh check --mesh mesh.yaml --as governance/platform',
        what: 'exit code 1 and a list when it would',
      },
    ],
    shape:
      '{ "moves": [{ "what", "from", "to", "fix" }], "leaving": […], "obstacles": [{ "domain", "what", "state", "fix" }] }',
    load: () => import('./commands/mesh-check.ts'),
  },
  {
    name: 'domain remove',
    summary: 'take a domain out of the mesh file; refused while it has products or uses any',
    arguments: [{ name: '<domain>', description: 'name of the domain' }],
    options: [
      { flags: '--mesh <file>', description: 'the mesh file to take it out of' },
      { flags: '--check', description: 'look only' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft domain remove analytics --check --as governance/platform',
        what: 'lists what has to end first, and how',
      },
    ],
    shape: '{ "domain", "removable": true, "file" }',
    load: () => import('./commands/domain-remove.ts'),
  },
];
