import type { CommandSpec } from './command.ts';

const PRODUCT = [{ name: '[product]', description: '<domain>/<product> (default: all that the caller answers for)' }];
const NO_WAIT = { flags: '--no-wait', description: 'do not wait for the look' };
const SHAPE = '{ "drift": [{ "product", "major", "kind", "severity", "what", "who", "at", "open" }] }';

/** The commands that deal with what was changed past the mesh. */
export const DRIFT_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'drift show',
    summary: 'show what somebody changed past the mesh: what is open first, then what was mended lately',
    options: [
      { flags: '--product <product>', description: 'of one product only, <domain>/<product>' },
      { flags: '--open', description: 'only what is not mended' },
    ],
    connects: true,
    examples: [
      { line: 'weft drift show --as governance/platform', what: 'what, since when, by whom, and what became of it' },
    ],
    shape: SHAPE,
    load: () => import('./commands/drift-show.ts'),
  },
  {
    name: 'drift check',
    summary: 'look now at every table of a product and at its consumers, instead of waiting for the daily look',
    arguments: PRODUCT,
    options: [NO_WAIT],
    connects: true,
    examples: [
      {
        line: 'weft drift check wildlife-safety/bird-strikes --as wildlife-safety/steward',
        what: 'what is found is mended or shown, as mesh.yaml says',
      },
    ],
    shape: SHAPE,
    load: () => import('./commands/drift-check.ts'),
  },
  {
    name: 'drift repair',
    summary: 'put right what was changed past the mesh, where mesh.yaml lets it wait for a word',
    arguments: PRODUCT,
    options: [NO_WAIT],
    connects: true,
    examples: [
      { line: 'weft drift repair --as governance/platform', what: 'every product with open findings' },
      { line: 'weft drift repair wildlife-safety/bird-strikes --as wildlife-safety/steward', what: 'one product' },
    ],
    shape: SHAPE,
    load: () => import('./commands/drift-repair.ts'),
  },
];
