import type { CommandSpec } from './command.ts';

/** Retention, legal holds and disposal. */
export const RETENTION_COMMANDS: readonly CommandSpec[] = [];
