import type { CommandSpec } from './command.ts';

/** The commands of quality and service levels. */
export const QUALITY_COMMANDS: readonly CommandSpec[] = [];
