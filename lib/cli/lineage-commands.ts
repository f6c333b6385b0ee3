import type { CommandSpec } from './command.ts';

const OUTPUT = {
  flags: '--output <file>',
  description: 'write the graph instead: lineage.svg draws it, .json and .jsonl (OpenLineage events) are for programs',
};

/** The commands of lineage. */
export const LINEAGE_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'lineage',
    summary: 'what a product, a table or a column is made of, and what is made of it',
    arguments: [
      {
        name: '<place>',
        description: '<domain>/<product>, with .<table>, .<column> or .<table>.<column> behind it',
      },
    ],
    options: [
      { flags: '--up', description: 'only what it is made of' },
      { flags: '--down', description: 'only what is made of it' },
      { flags: '--depth <steps>', description: 'how far away at most' },
      { flags: '--major <n>', description: 'which major version (default: the newest active one)' },
      { flags: '--health', description: 'say which products upstream are not well, and which of them is the cause' },
      OUTPUT,
    ],
    connects: true,
    examples: [
      {
        line: 'weft lineage flight-operations/flights --as analytics/analyst',
        what: 'tables on both sides, as two trees',
      },
      {
        line: 'weft lineage flight-operations/flights.destination --up --as analytics/analyst',
        what: 'what one column is made of',
      },
      {
        line: 'weft lineage flight-operations/flights --health --as analytics/analyst',
        what: 'the product upstream that is to blame when the data is not good',
      },
    ],
    shape:
      '{ "of", "owners": [{ "id", "kind", "trouble" }], "nodes", "edges": [{ "from", "to", "origin", "how" }], "truncated", "causes" }',
    load: () => import('./commands/lineage.ts'),
  },
  {
    name: 'lineage check',
    summary: 'what the pipeline of a repository makes its tables of, without a mesh',
    arguments: [{ name: '[folder]', description: 'the repository of a domain (default: where you are)' }],
    options: [{ flags: '--mesh <file>', description: 'mesh.yaml (default: the one in the folder)' }, OUTPUT],
    examples: [
      { line: 'weft lineage check', what: 'column by column, and what cannot be told' },
      { line: 'weft lineage check --output lineage.svg', what: 'the same as an image' },
    ],
    shape: '{ "ok", "problems", "graph": { "owners", "nodes", "edges" } }',
    load: () => import('./commands/lineage-check.ts'),
  },
];
