import type { CommandSpec } from './command.ts';

/** The commands that prove that the trail is whole. */
export const AUDIT_LOG_COMMANDS: readonly CommandSpec[] = [];
