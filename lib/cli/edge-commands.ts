import type { CommandSpec } from './command.ts';

const CONFIG = { flags: '--config <file>', description: 'the file of the site (default: edge.yaml)' };

/** The commands of the edge agent. */
export const EDGE_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'edge check',
    summary:
      'look through the file of a site, the contracts that it names and its certificate, without starting anything',
    options: [CONFIG, { flags: '--link', description: 'also take credentials and write a heartbeat' }],
    examples: [
      {
        line: 'weft edge check --config edge/edge.yaml',
        what: 'every problem with its place, and what the agent would do',
      },
      { line: 'weft edge check --link', what: 'also whether AWS lets the site in' },
    ],
    shape:
      '{ "site", "group", "bucket", "buffer", "sources": [{ "source", "reads", "into", "columns" }], "certificate": { "subject", "until" }, "link": "up" }',
    load: () => import('./commands/edge-check.ts'),
  },
  {
    name: 'edge run',
    summary:
      'run the agent of a site: read its sources into a buffer on disk, and send the buffer to the landing bucket',
    options: [CONFIG],
    examples: [
      {
        line: 'weft edge run --config /etc/weft/edge.yaml',
        what: 'in the foreground; SIGTERM sends what there is and ends it',
      },
    ],
    shape: '{ "at", "event", "source", "message", … } on each line',
    load: () => import('./commands/edge-run.ts'),
  },
  {
    name: 'edge status',
    summary: 'show what waits in the buffer of a site, since when, and whether the link is up',
    options: [CONFIG],
    examples: [
      { line: 'weft edge status --config /etc/weft/edge.yaml', what: 'from the disk of the site: AWS is not asked' },
    ],
    shape:
      '{ "site", "group", "at", "pid", "link", "lastSent", "problem", "lagMs", "sources": [{ "source", "buffered", "bytes", "sequence", "lagMs" }] }',
    load: () => import('./commands/edge-status.ts'),
  },
];
