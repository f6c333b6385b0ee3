import type { Grant } from '../access/grant.ts';

/** One permission change: `grant` says what is given or taken. */
export interface GrantChange {
  readonly kind: 'grant' | 'revoke';
  readonly grant: Grant;
}

/** The changes, in order, that lead from the actual grants to the desired ones. */
export declare function diffGrants(desired: readonly Grant[], actual: readonly Grant[]): GrantChange[];
/** Runs of one kind, in order, each at most `size` long. */
export declare function toBatches(changes: readonly GrantChange[], size?: number): GrantChange[][];
/** The grants in normal form: merged per (principal, resource), sorted. */
export declare function normalizeGrants(grants: readonly Grant[]): Grant[];
/** True when the change gives somebody something. */
export declare function broadens(change: GrantChange): boolean;
