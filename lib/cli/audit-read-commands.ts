import type { CommandSpec } from './command.ts';

/** The commands that tell who did read what. */
export const AUDIT_READ_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'audit who-read',
    summary: 'who read a product, which columns of it, when, and through which subscription',
    arguments: [{ name: '<product>', description: '<domain>/<product>' }],
    options: [
      { flags: '--column <column>', description: 'reads of this column only' },
      { flags: '--table <table>', description: 'reads of this table only' },
      { flags: '--from <date>', description: 'from this month (2026-05), day or instant on' },
      { flags: '--to <date>', description: 'up to this month, day or instant, which is in it' },
      { flags: '--principal <principal>', description: '<domain>/<role> or the ARN of a role' },
      { flags: '--sql', description: 'with the text of each query' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft audit who-read wildlife-safety/bird-strikes --column operator --as governance/auditor',
        what: 'who read one column',
      },
      {
        line: 'weft audit who-read wildlife-safety/bird-strikes --from 2026-05 --to 2026-05 --as governance/auditor',
        what: 'who read anything of it in May',
      },
    ],
    shape:
      '{ "reads": [{ "at", "account", "principal", "session", "service", "domain", "product", "major", "table", "column", "subscription", "query", "sql", "scannedBytes", "state" }] }; "sql" with --sql',
    load: () => import('./commands/audit-who-read.ts'),
  },
  {
    name: 'audit verify-trail',
    summary: 'whether the files of CloudTrail are whole, as their digests say',
    arguments: [{ name: '[place]', description: "folder or s3://<bucket>/<prefix> (default: the mesh's own trail)" }],
    options: [
      { flags: '--keys <file>', description: 'public keys that were saved, instead of asking CloudTrail' },
      { flags: '--save-keys <file>', description: 'keep the public keys, and what a copy of the files loses' },
    ],
    connects: true,
    examples: [
      { line: 'weft audit verify-trail --as governance/auditor', what: 'the trail of the mesh' },
      {
        line: 'weft audit verify-trail --save-keys trail-keys.json --as governance/auditor',
        what: 'and keep what an offline verification needs',
      },
      { line: 'weft audit verify-trail trail-copy --keys trail-keys.json', what: 'a copy, without asking anybody' },
    ],
    shape:
      '{ "ok", "digests", "logs", "pending", "chains": [{ "chain", "from", "to", "newest", "signature" }], "unsigned": […], "faults": [{ "kind", "code", "key", "message" }] }',
    load: () => import('./commands/audit-verify-trail.ts'),
  },
];
