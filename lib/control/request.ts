import type { Registry } from '#aws/registry.ts';
import type { PolicyEngine } from '#mesh/policy/engine.ts';
import type { Change } from '#mesh/record.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Caller } from './caller.ts';
import type { Cursors } from './cursors.ts';
import type { PolicyDeps } from './policy-sets.ts';

/** What every use case of the API has at hand. */
export interface ApiDeps {
  readonly registry: Registry;
  topology(): Promise<Topology>;
  /** The engine over the policies in force; made when it is first asked for. */
  policy(): Promise<PolicyEngine>;
  /** Which policies are in force and proposed, and how that changes. */
  readonly policies: PolicyDeps;
  /** Places in lists. */
  readonly cursors: Cursors;
  now(): Date;
  /** A short random text of lower-case letters and digits, for ids. */
  random(): string;
}

/** Who asks, under which correlation id. */
export interface Request {
  readonly caller: Caller;
  readonly correlation: string;
}

/** The stamp of a write that a caller asked for. */
export function changeBy(request: Request, action: string, at: Date, more: Partial<Change> = {}): Change {
  return { actor: request.caller.arn, action, at: at.toISOString(), correlation: request.correlation, ...more };
}
