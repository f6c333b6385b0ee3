import type { ProductKey } from '#aws/registry.ts';
import { groupOf } from '#aws/registry-keys.ts';

/** Why a product version is looked at, the stronger later. */
const CAUSES = ['change', 'sweep', 'audit', 'repair'] as const;

/**
 * `change`: desired state moved, and a version that was reconciled since is left alone; `sweep`: look in any case, where the mesh's own grants
 * can be; `audit`: look at every table, and have the agents look; `repair`: the same, and mend whatever `mesh.yaml` says of waiting.
 */
export type ReconcileCause = (typeof CAUSES)[number];

/** A wish to look at one product version again. */
export interface ReconcileRequest extends ProductKey {
  readonly cause: ReconcileCause;
  readonly correlation: string;
  /** The queue brings it once more: an earlier run may have granted what it did not live to write down, so every table is looked at. */
  readonly again?: true;
}

/** A queue's message as a request; `receives` is how often it was handed out, this time included. */
export function requestOf(body: string, receives: number): ReconcileRequest {
  const request = JSON.parse(body) as ReconcileRequest;
  return receives > 1 ? { ...request, again: true } : request;
}

/** True for a look that takes in every table. */
export function isThorough(cause: ReconcileCause): boolean {
  return cause === 'audit' || cause === 'repair';
}

/** The requests of a batch, one for each product version, with what asked for it; the strongest cause among them counts. */
export function mergeRequests<T>(
  records: readonly T[],
  read: (record: T) => ReconcileRequest,
): { readonly work: ReconcileRequest; readonly records: readonly T[] }[] {
  const groups = Map.groupBy(
    records.map((record) => ({ record, request: read(record) })),
    ({ request }) => groupOf(request),
  );
  return [...groups.values()].map((entries) => {
    const last = (entries.at(-1) as (typeof entries)[number]).request;
    const cause = CAUSES.findLast((one) => entries.some(({ request }) => request.cause === one)) ?? last.cause;
    const again = entries.some(({ request }) => request.again === true);
    return { work: { ...last, cause, ...(again ? { again } : {}) }, records: entries.map(({ record }) => record) };
  });
}

/** Requests of domains that have few of them in a batch before those of domains that have many; each domain's own in their order. */
export function fewestFirst<T extends { readonly work: Pick<ReconcileRequest, 'domain'> }>(bundles: readonly T[]): T[] {
  const count = new Map<string, number>();
  for (const { work } of bundles) count.set(work.domain, (count.get(work.domain) ?? 0) + 1);
  return bundles.toSorted((a, b) => (count.get(a.work.domain) ?? 0) - (count.get(b.work.domain) ?? 0));
}
