import type { WeftError } from '#mesh/error.ts';

export type ResourceAction = 'create' | 'update' | 'replace' | 'delete' | 'retain';

/** What a deployment says while it runs; times in milliseconds. */
export type DeployEvent =
  | { readonly kind: 'stack-started'; readonly stack: string; readonly account: string; readonly resources: number }
  | {
      readonly kind: 'resource';
      readonly stack: string;
      readonly account: string;
      readonly logicalId: string;
      readonly type: string;
      readonly action: ResourceAction;
      readonly ms: number;
    }
  | { readonly kind: 'stack-finished'; readonly stack: string; readonly account: string; readonly result: StackResult };

export interface StackCounts {
  readonly created: number;
  readonly updated: number;
  readonly replaced: number;
  readonly deleted: number;
  readonly unchanged: number;
}

/** What became of one stack. `skipped`: a stack that it depends on failed. */
export interface StackResult {
  readonly stack: string;
  readonly account: string;
  readonly region: string;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'failed' | 'skipped';
  readonly counts: StackCounts;
  readonly ms: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly error?: WeftError;
}

/** What became of an assembly: each of its stacks, whether or not others failed. */
export interface DeployResult {
  readonly ok: boolean;
  readonly stacks: readonly StackResult[];
  readonly ms: number;
}

export const NO_COUNTS: StackCounts = { created: 0, updated: 0, replaced: 0, deleted: 0, unchanged: 0 };
