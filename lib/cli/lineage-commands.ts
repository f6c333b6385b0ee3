import type { CommandSpec } from './command.ts';

/** The commands of lineage. */
export const LINEAGE_COMMANDS: readonly CommandSpec[] = [];
