import type { CommandSpec } from './command.ts';

/** The commands that tell who did read what. */
export const AUDIT_READ_COMMANDS: readonly CommandSpec[] = [];
