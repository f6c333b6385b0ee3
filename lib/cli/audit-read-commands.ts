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
];
