import { AUDIT_LOG_COMMANDS } from './audit-log-commands.ts';
import { AUDIT_READ_COMMANDS } from './audit-read-commands.ts';
import { AUDIT_REPORT_COMMANDS } from './audit-report-commands.ts';
import { AUDIT_RULE_COMMANDS } from './audit-rule-commands.ts';
import { AUDIT_TIME_COMMANDS } from './audit-time-commands.ts';
import type { CommandSpec } from './command.ts';
import { RETENTION_COMMANDS } from './retention-commands.ts';

/** The commands of the compliance officer: the trail, what it proves, and what follows from it. */
export const AUDIT_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'audit list',
    summary: 'the trail: who asked, who decided, what was granted; --reads: what was read',
    options: [
      { flags: '--reads', description: 'reads of product data, from CloudTrail' },
      { flags: '--product <product>', description: '<domain>/<product>' },
      { flags: '--kind <kinds>', description: 'only these kinds, e.g. command,decision,denied' },
      { flags: '--limit <entries>', description: 'newest entries (default: 100)' },
      { flags: '-f, --follow', description: 'go on as decisions and changes come' },
      { flags: '--every <seconds>', description: 'how often to look with --follow (default: 15)' },
      { flags: '--for <seconds>', description: 'how long to follow (default: until Ctrl-C)' },
    ],
    connects: true,
    examples: [
      { line: 'weft audit list --as governance/auditor', what: 'SQL over the audit tables, as an auditor' },
      {
        line: 'weft audit list --kind command,decision,denied --as governance/auditor',
        what: 'what people asked, and what became of it',
      },
      { line: 'weft audit list --follow --as governance/auditor', what: 'decisions as they are made' },
    ],
    shape: '{ "entries": […] }; with --follow one entry a line',
    load: () => import('./commands/audit-list.ts'),
  },
  ...AUDIT_LOG_COMMANDS,
  ...AUDIT_TIME_COMMANDS,
  ...AUDIT_READ_COMMANDS,
  ...AUDIT_REPORT_COMMANDS,
  ...AUDIT_RULE_COMMANDS,
  ...RETENTION_COMMANDS,
];
