import type { CommandSpec } from './command.ts';

const REPOSITORY = { flags: '--repository <folder>', description: "the domain's repository (default: where you are)" };

/** The commands of a domain's pipeline. */
export const PIPELINE_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'pipeline check',
    summary: "hold a repository's pipeline and its SQL against the contracts, without a mesh",
    arguments: [{ name: '[folder]', description: 'the repository of a domain (default: where you are)' }],
    options: [
      { flags: '--mesh <file>', description: 'mesh.yaml (default: the one in the folder)' },
      { flags: '--output <file>', description: 'write the problems to a .sarif, .junit.xml or .json file' },
    ],
    examples: [{ line: 'weft pipeline check', what: 'every problem of every file, with its place' }],
    shape: '{ "ok", "problems", "steps": [{ "name", "product", "table", "write", "on" }] }',
    load: () => import('./commands/pipeline-check.ts'),
  },
  {
    name: 'pipeline status',
    summary: "what the runs of a domain's pipeline did, the newest first",
    arguments: [{ name: '[step]', description: 'one step of it (default: all)' }],
    options: [{ flags: '--limit <n>', description: 'how many runs at most (default: 20)' }],
    connects: true,
    examples: [
      { line: 'weft pipeline status --as sales/producer', what: 'rows that were written, put aside, and what failed' },
    ],
    shape:
      '{ "runs": [{ "run", "step", "cause", "state", "startedAt", "endedAt", "read", "unfit", "rows", "error", "putOffUntil" }], "sources": [{ "name", "standing", "since", "nextProbe", "why" }] }',
    load: () => import('./commands/pipeline-status.ts'),
  },
  {
    name: 'pipeline run',
    summary: 'have a step run now: for files that landed and were missed, or whatever else starts it',
    arguments: [{ name: '<step>', description: 'its name in pipeline.yaml; default <product>.<table>' }],
    options: [
      REPOSITORY,
      { flags: '--mesh <file>', description: 'mesh.yaml (default: the one in the repository)' },
      { flags: '--file <key>', description: 'of a step for files: only this one (default: all that lie there)' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft pipeline run orders.orders --as sales/producer',
        what: 'files that were taken before change nothing',
      },
    ],
    shape: '{ "step", "asked": [{ "key" }] }',
    load: () => import('./commands/pipeline-run.ts'),
  },
];
