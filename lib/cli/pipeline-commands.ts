import type { CommandSpec } from './command.ts';

/** The commands of a domain's pipeline. */
export const PIPELINE_COMMANDS: readonly CommandSpec[] = [];
