/** One figure by which an owner measures a product. */
export interface Kpi {
  readonly name: string;
  /** What it should reach, as written, e.g. `>= 20 consumers`. */
  readonly target?: string;
  readonly description?: string;
}

/** What the owning domain said of the quality of a version's data. */
export interface Quality {
  readonly ok: boolean;
  readonly at: string;
  /** The IAM principal, as an ARN. */
  readonly by: string;
  /** The rule of the contract that was measured. */
  readonly rule?: string;
  readonly message?: string;
}

/** A newer version that a share of a version's subscriptions follows first. */
export interface Rollout {
  /** The newer major version. */
  readonly to: number;
  /** Percent of the live subscriptions, 0 to 100; 0 while it is taken back. */
  readonly share: number;
  readonly since: string;
  /** The IAM principal, as an ARN. */
  readonly by: string;
}

/** A rollout that was taken back. */
export interface Rollback {
  readonly to: number;
  readonly at: string;
  readonly reason: string;
}
