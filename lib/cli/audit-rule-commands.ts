import type { CommandSpec } from './command.ts';

/** The commands that deal with audit rules and their alerts. */
export const AUDIT_RULE_COMMANDS: readonly CommandSpec[] = [];
