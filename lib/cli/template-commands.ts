import type { CommandSpec } from './command.ts';

/** The commands that make a domain's repository. */
export const TEMPLATE_COMMANDS: readonly CommandSpec[] = [];
