/** Somebody's word that nothing of a product may be removed, whatever its retention says. */
export interface Hold {
  readonly id: string;
  /** The IAM principal that placed it, as an ARN. */
  readonly by: string;
  /** The domain whose steward placed it, or the role of governance, e.g. `governance/auditor`. */
  readonly side: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason: string;
  /** Of one table only; default: every table of the product. */
  readonly table?: string;
}

/** What can be held. */
export interface Holdable {
  /** Absent, never empty, when there is none. */
  readonly holds?: readonly Hold[];
}

/** The holds that cover a table. */
export function holdsOn({ holds = [] }: Holdable, table: string): readonly Hold[] {
  return holds.filter((hold) => hold.table === undefined || hold.table === table);
}

export function withHold<T extends Holdable>(record: T, hold: Hold): T {
  return { ...record, holds: [...(record.holds ?? []), hold] };
}

export function withoutHold<T extends Holdable>(record: T, id: string): T {
  const { holds = [], ...rest } = record;
  const left = holds.filter((hold) => hold.id !== id);
  return (left.length === 0 ? rest : { ...rest, holds: left }) as T;
}

/**
 * Why somebody may not release a hold; undefined when nothing stands in the way. It takes two: whoever placed it cannot release it, so that nobody
 * alone holds data back from an inquiry or lets it go.
 */
export function releaseRefusal(hold: Hold, by: string): string | undefined {
  return hold.by === by ? `${by} placed the hold: somebody else has to release it` : undefined;
}
