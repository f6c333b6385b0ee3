import type { CommandSpec } from './command.ts';

/** The commands of the edge agent. */
export const EDGE_COMMANDS: readonly CommandSpec[] = [];
