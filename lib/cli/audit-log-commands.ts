import type { CommandSpec } from './command.ts';

const KEY = {
  flags: '--key <key>',
  description: "the log's verifier key, or a file with it (default: from the mesh's KMS)",
};
const FROM = { flags: '--from <place>', description: 'a copy of the trail: a folder, or s3://bucket/prefix' };

/** The commands that prove that the trail is whole. */
export const AUDIT_LOG_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'audit verify',
    summary: 'prove that the trail is whole: nothing changed, taken out, added, cut short or put back',
    arguments: [
      { name: '[place]', description: 'a folder, or s3://bucket/prefix (default: the trail of the mesh that is up)' },
    ],
    options: [
      KEY,
      {
        flags: '--witness <place>',
        description: "the witness's copies of checkpoints: a folder, or s3://bucket/prefix",
      },
    ],
    connects: true,
    examples: [
      {
        line: 'weft audit verify --as governance/auditor',
        what: 'the mesh that is up, with its published key and its witness',
      },
      { line: 'weft audit verify ./trail --key trail.key --witness ./trail/witness', what: 'files alone, anywhere' },
    ],
    shape:
      '{ "ok", "origin", "key", "size", "root", "checkpoints", "witnessed"?, "firstAt"?, "lastAt"?, "problems": [{ "code", "severity", "where", "message" }] }',
    load: () => import('./commands/audit-verify.ts'),
  },
  {
    name: 'audit copy',
    summary: "copy the trail, the witness's checkpoints and the key into a folder, to be verified anywhere",
    arguments: [{ name: '<folder>', description: 'where to; what is there already is not fetched again' }],
    connects: true,
    examples: [
      {
        line: 'weft audit copy ./trail --as governance/auditor',
        what: 'then: weft audit verify ./trail --key ./trail/key',
      },
    ],
    shape: '{ "folder", "files", "fetched", "key" }',
    load: () => import('./commands/audit-copy.ts'),
  },
  {
    name: 'audit prove',
    summary: 'write a proof that an entry is in the trail, which anybody can check with the key alone',
    arguments: [{ name: '<entry>', description: 'the id of an entry (weft audit list --json), or its index' }],
    options: [FROM, KEY, { flags: '-o, --output <file>', description: 'where to (default: stdout)' }],
    connects: true,
    examples: [
      {
        line: 'weft audit prove 0 --output first.tlog-proof --as governance/auditor',
        what: 'the first entry of the trail',
      },
    ],
    shape: '{ "index", "size", "proof" }',
    load: () => import('./commands/audit-prove.ts'),
  },
  {
    name: 'audit verify-proof',
    summary: 'check a proof that an entry is in a trail, and show the entry',
    arguments: [{ name: '<file>', description: 'a .tlog-proof file' }],
    options: [KEY],
    connects: true,
    examples: [{ line: 'weft audit verify-proof first.tlog-proof --key trail.key', what: 'needs no mesh' }],
    shape: '{ "ok", "index", "size", "root", "entry" } or { "ok": false, "wrong" }',
    load: () => import('./commands/audit-verify-proof.ts'),
  },
];
