import type { CommandSpec } from './command.ts';

/** Findings, reports, exports and evidence. */
export const AUDIT_REPORT_COMMANDS: readonly CommandSpec[] = [];
