import { WeftError } from '#mesh/error.ts';

/** True for a query that Athena refused or could not run: what it would have said is not known, and the rest can go on. */
export function isQueryFailure(error: unknown): error is WeftError {
  return error instanceof WeftError && error.code.startsWith('WEFT-QUERY-');
}
