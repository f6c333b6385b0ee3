import type { CommandSpec } from './command.ts';

/** The commands that look at the set-up itself. */
export const SETUP_COMMANDS: readonly CommandSpec[] = [];
