import type { CommandSpec } from './command.ts';

const PRODUCT = { name: '<product>', description: '<domain>/<product>' };

/** Retention, legal holds and disposal. */
export const RETENTION_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'retention show',
    summary: 'how long data is kept, what goes next, and what holds it',
    arguments: [{ name: '[product]', description: '<domain>/<product> (default: every product)' }],
    connects: true,
    examples: [
      { line: 'weft retention show --as governance/auditor', what: 'every table of the mesh, with its end' },
      {
        line: 'weft retention show wildlife-safety/bird-strikes --as wildlife-safety/steward',
        what: 'with holds and announcements',
      },
    ],
    shape: '{ "retention": [{ "product", "major", "state", "tables": […], "holds": […], "held", "status" }] }',
    load: () => import('./commands/retention-show.ts'),
  },
  {
    name: 'retention plan',
    summary: 'exactly what would be removed of a product, and when; nothing happens',
    arguments: [PRODUCT],
    connects: true,
    examples: [
      {
        line: 'weft retention plan airport-reference/airports --as airport-reference/producer',
        what: 'each partition, or each day of writing, with its objects',
      },
    ],
    shape: '{ "tables": [{ "duty", "plan": { "cutoff", "goes", "waits", "news", "held", "untouched" } }] }',
    load: () => import('./commands/retention-plan.ts'),
  },
  {
    name: 'retention hold',
    summary: 'let nothing of a product be removed, whatever its retention says, copies in other accounts included',
    arguments: [PRODUCT],
    options: [
      { flags: '--reason <text>', description: 'why; kept in the trail, shown to who may hold' },
      { flags: '--table <name>', description: 'of one table only' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft retention hold airport-reference/airports --reason "inquiry 12" --as governance/auditor',
        what: 'at once, also for what was announced',
      },
    ],
    shape: '{ "hold": { "id", "by", "side", "at", "reason", "table" }, "products": […] }',
    load: () => import('./commands/retention-hold.ts'),
  },
  {
    name: 'retention release',
    summary: 'end a hold that somebody else placed',
    arguments: [PRODUCT],
    options: [
      { flags: '--hold <id>', description: 'which one, when there are several' },
      { flags: '--reason <text>', description: 'why' },
    ],
    connects: true,
    examples: [
      {
        line: 'weft retention release airport-reference/airports --reason "inquiry 12 is closed" --as governance/platform',
        what: 'what is past goes with the next run',
      },
    ],
    shape: '{ "hold", "products": […] }',
    load: () => import('./commands/retention-release.ts'),
  },
  {
    name: 'retention records',
    summary: 'what was removed of a product, each with the digest of its signed record',
    arguments: [PRODUCT],
    options: [
      {
        flags: '--out <folder>',
        description: 'write the signed records there: those of your domain, or as auditor all of them',
      },
    ],
    connects: true,
    examples: [
      {
        line: 'weft retention records airport-reference/airports --as airport-reference/producer',
        what: 'newest first; copies in other accounts included',
      },
    ],
    shape:
      '{ "records": [{ "id", "at", "by", "what", "table", "objects", "bytes", "digest", "key", "location" }], "files": […] }',
    load: () => import('./commands/retention-records.ts'),
  },
  {
    name: 'retention verify',
    summary: 'check a signed record of what was removed',
    arguments: [{ name: '<file>', description: 'a record that weft retention records wrote' }],
    options: [
      {
        flags: '--key <file>',
        description: 'the public key, PEM or base64 of DER; then no mesh is asked (default: what the mesh was told)',
      },
    ],
    connects: true,
    examples: [
      {
        line: 'weft retention verify record.json --key disposal.pem',
        what: 'offline; exit code 1 when something is wrong',
      },
      {
        line: 'weft retention verify record.json --as governance/auditor',
        what: 'against what the mesh was told then',
      },
    ],
    shape: '{ "ok", "problems": […], "record": { "id", "product", "totals" } }',
    load: () => import('./commands/retention-verify.ts'),
  },
];
