import type { CommandSpec } from './command.ts';

/** The commands that tell who could read what, and when. */
export const AUDIT_TIME_COMMANDS: readonly CommandSpec[] = [];
