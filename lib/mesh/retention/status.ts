/** What will go, told ahead: everything of a table whose time ended up to `upTo` goes at `goesAt`, and nothing else does. */
export interface Announcement {
  readonly table: string;
  /** The period that it follows from: under another one it says nothing. */
  readonly period: string;
  /** ISO 8601. */
  readonly upTo: string;
  readonly at: string;
  /** ISO 8601: not before. */
  readonly goesAt: string;
  /** What was there when it was told. */
  readonly slices: number;
  readonly objects: number;
  readonly bytes: number;
}

/** What is removed: data of a table, snapshots that were exported, or cached results of queries. */
export type Disposable = 'table' | 'exports' | 'results';

/** One signed record of what was removed, as the registry knows it. */
export interface DisposalNote {
  /** The id of the record. */
  readonly id: string;
  readonly at: string;
  /** The domain in whose account it was removed. */
  readonly by: string;
  readonly what: Disposable;
  /** Of `table`. */
  readonly table?: string;
  /** ISO 8601: everything up to then. */
  readonly upTo: string;
  readonly partitions: number;
  readonly objects: number;
  readonly bytes: number;
  /** SHA-256 (hex) of the record in canonical form. */
  readonly digest: string;
  /** The public key that checks its signature: base64 of a DER SubjectPublicKeyInfo. */
  readonly key: string;
  /** `s3://…` */
  readonly location: string;
}

/** Why a table's data stays although its time is over, or may be. */
export interface Obstacle {
  /** The domain that says so. */
  readonly by: string;
  readonly table: string;
  readonly kind: 'held' | 'impossible' | 'failed';
  readonly at: string;
  /** One sentence each, e.g. the ids of holds. */
  readonly reasons: readonly string[];
}

/** What became of a version's retention. */
export interface RetentionStatus {
  readonly announced?: readonly Announcement[];
  /** The newest first, at most `KEPT_NOTES`: the trail and the bucket have all. */
  readonly disposed?: readonly DisposalNote[];
  /** ISO 8601, by table: the last time that data of it was removed. Copies that are older may hold what was. */
  readonly disposedAt?: Readonly<Record<string, string>>;
  readonly obstacles?: readonly Obstacle[];
}

const KEPT_NOTES = 50;

/** The status with an announcement more; the same status when it says nothing new. */
export function withAnnouncement(status: RetentionStatus, next: Announcement): RetentionStatus {
  const { announced = [] } = status;
  if (announced.some((one) => covers(one, next))) return status;
  const [own, others] = [
    announced.filter((one) => one.table === next.table),
    announced.filter((one) => one.table !== next.table),
  ];
  const valid = own.filter((one) => one.period === next.period && !covers(next, one));
  // Of those whose time has come the farthest says all that the others say.
  const due = valid
    .filter(({ goesAt }) => goesAt <= next.at)
    .map(({ upTo }) => upTo)
    .toSorted()
    .at(-1);
  const left = valid.filter(({ goesAt, upTo }) => goesAt > next.at || upTo === due);
  return { ...status, announced: [...others, ...left, next] };
}

/** True when whatever `other` lets go goes by `one`, no later. */
function covers(one: Announcement, other: Announcement): boolean {
  return (
    one.table === other.table && one.period === other.period && one.upTo >= other.upTo && one.goesAt <= other.goesAt
  );
}

/** The status with a record more; the same status when it knows the record. */
export function withDisposal(status: RetentionStatus, note: DisposalNote): RetentionStatus {
  const { disposed = [], disposedAt = {}, obstacles = [] } = status;
  if (disposed.some(({ id }) => id === note.id)) return status;
  const { table } = note;
  return {
    ...status,
    disposed: [note, ...disposed].slice(0, KEPT_NOTES),
    disposedAt:
      table === undefined || (disposedAt[table] ?? '') >= note.at ? disposedAt : { ...disposedAt, [table]: note.at },
    obstacles: obstacles.filter(
      (one) => !(one.by === note.by && one.table === (table ?? note.what) && one.kind !== 'impossible'),
    ),
  };
}

/** The status with an obstacle in the place of the one that it follows; the same status when it says the same. No reasons: it is gone. */
export function withObstacle(status: RetentionStatus, next: Obstacle): RetentionStatus {
  const { obstacles = [] } = status;
  const isSame = (one: Obstacle) => one.by === next.by && one.table === next.table && one.kind === next.kind;
  const former = obstacles.find(isSame);
  if ((former?.reasons ?? []).join('\n') === next.reasons.join('\n')) return status;
  const left = obstacles.filter((one) => !isSame(one));
  return { ...status, obstacles: next.reasons.length === 0 ? left : [...left, next] };
}

/** What stays said of a version that is published with other periods: nothing goes that was not announced under them. */
export function withoutStale(
  status: RetentionStatus,
  periodOf: (table: string) => string | undefined,
): RetentionStatus {
  const { announced } = status;
  if (announced === undefined) return status;
  return { ...status, announced: announced.filter(({ table, period }) => periodOf(table) === period) };
}
