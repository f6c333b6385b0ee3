import { endOfPartition } from './basis.ts';
import type { TableDuty } from './duty.ts';
import { parsePeriod, periodBefore } from './period.ts';

/** One version of an object, or a mark that its key was deleted. */
export interface StoredVersion {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  readonly bytes: number;
  readonly etag: string;
  /** ISO 8601. */
  readonly modified: string;
  readonly latest: boolean;
  readonly marker: boolean;
}

/** A partition of the domain's own Glue catalog. */
export interface StoredPartition {
  readonly values: readonly string[];
  /** `s3://bucket/prefix/` */
  readonly location: string;
}

/** Data of a table that has one age: a partition, or what was written on one day. */
export interface Slice {
  /** E.g. `day=2026-01-31`, `written=2026-01-31`. */
  readonly id: string;
  /** ISO 8601: the end of the time that it stands for. */
  readonly end: string;
  /** The partition's values, when Glue has it. */
  readonly partition?: StoredPartition;
  readonly versions: readonly StoredVersion[];
}

/** What is to be done about one table now. */
export interface TablePlan {
  /** ISO 8601: what ended up to then is past its retention. */
  readonly cutoff: string;
  /** Past, announced, and the time has come. */
  readonly goes: readonly Slice[];
  /** Announced, and the time comes at `goesAt`. */
  readonly waits: readonly { readonly slice: Slice; readonly goesAt: string }[];
  /** Past or soon to be, and nobody was told yet: to be announced now, up to the last of them. */
  readonly news: readonly Slice[];
  readonly upTo?: string;
  /** Past, announced, and held. */
  readonly held: readonly Slice[];
  /** What the rule cannot speak of, and why. */
  readonly untouched: readonly { readonly what: string; readonly reason: string }[];
}

/** How long ahead something is announced, in milliseconds, unless the mesh says otherwise: 7 days. */
export const LEAD = 7 * 86_400_000;

const DAY = 86_400_000;

/** What goes of a table now, what waits and what is to be announced; what is held goes nowhere. */
export function planTable(
  duty: TableDuty,
  there: { readonly partitions: readonly StoredPartition[]; readonly versions: readonly StoredVersion[] },
  now: Date,
  lead = LEAD,
): TablePlan {
  const period = parsePeriod(duty.period);
  const nothing = { cutoff: new Date(0).toISOString(), goes: [], waits: [], news: [], held: [] };
  if (period === undefined) {
    return { ...nothing, untouched: [{ what: duty.table, reason: `\`${duty.period}\` is no period, e.g. \`5 y\`` }] };
  }
  if (duty.basis.kind === 'none') return { ...nothing, untouched: [{ what: duty.table, reason: duty.basis.reason }] };
  const cutoff = periodBefore(now, period).toISOString();
  const soon = periodBefore(new Date(now.getTime() + lead), period).toISOString();
  const { slices, untouched } = slicesOf(duty, there);
  const ending = slices.filter(({ end }) => end <= soon);
  const announcementOf = ({ end }: Slice) =>
    duty.announced
      .filter((one) => one.period === duty.period && end <= one.upTo)
      .map(({ goesAt }) => goesAt)
      .toSorted()[0];
  const goes: Slice[] = [];
  const waits: { slice: Slice; goesAt: string }[] = [];
  const news: Slice[] = [];
  for (const slice of ending) {
    const goesAt = announcementOf(slice);
    if (goesAt === undefined) news.push(slice);
    else if (slice.end <= cutoff && goesAt <= now.toISOString()) goes.push(slice);
    else waits.push({ slice, goesAt });
  }
  const upTo = news
    .map(({ end }) => end)
    .toSorted()
    .at(-1);
  if (duty.holds.length > 0) return { cutoff, goes: [], waits: [], news: [], held: goes, untouched };
  return { cutoff, goes, waits, news, ...(upTo === undefined ? {} : { upTo }), held: [], untouched };
}

/** The data of a table by age; and what lies at its location and has none that can be read. */
function slicesOf(
  duty: TableDuty,
  {
    partitions,
    versions,
  }: { readonly partitions: readonly StoredPartition[]; readonly versions: readonly StoredVersion[] },
): { readonly slices: Slice[]; readonly untouched: { what: string; reason: string }[] } {
  const own = versions.filter((version) => !duty.nested.some((other) => addressOf(version).startsWith(other)));
  return duty.basis.kind === 'partition' ? byPartition(duty, partitions, own, duty.basis.keys) : byDay(own);
}

function byPartition(
  duty: TableDuty,
  partitions: readonly StoredPartition[],
  versions: readonly StoredVersion[],
  keys: Parameters<typeof endOfPartition>[1],
): { slices: Slice[]; untouched: { what: string; reason: string }[] } {
  const untouched: { what: string; reason: string }[] = [];
  const places = new Map<
    string,
    { values: readonly string[]; partition?: StoredPartition; versions: StoredVersion[] }
  >();
  for (const partition of partitions) {
    const id = nameOf(duty.partitionKeys, partition.values);
    if (isShared(partition, partitions, duty)) {
      untouched.push({ what: id, reason: `its location ${partition.location} is not its own` });
      continue;
    }
    places.set(id, { values: partition.values, partition, versions: [] });
  }
  const lost: StoredVersion[] = [];
  const located = [...places.values()].flatMap((place) =>
    place.partition === undefined ? [] : [{ place, location: place.partition.location }],
  );
  for (const version of versions) {
    const address = addressOf(version);
    const at = located.find(({ location }) => address.startsWith(location));
    if (at !== undefined) {
      at.place.versions.push(version);
      continue;
    }
    const values = valuesInPath(address.slice(duty.location.length), duty.partitionKeys);
    if (values === undefined || !address.startsWith(duty.location)) {
      lost.push(version);
      continue;
    }
    const id = nameOf(duty.partitionKeys, values);
    if (untouched.some(({ what }) => what === id)) continue;
    const known = places.get(id) ?? { values, versions: [] };
    // A partition that Glue has elsewhere: what lies on the path of its name is of the same age.
    places.set(id, { ...known, versions: [...known.versions, version] });
  }
  const slices: Slice[] = [];
  for (const [id, { values, partition, versions: inside }] of places) {
    const end = endOfPartition(values, keys);
    if (end === undefined) untouched.push({ what: id, reason: 'its values are no date' });
    else slices.push({ id, end, ...(partition === undefined ? {} : { partition }), versions: inside });
  }
  const data = lost.filter(({ key, marker }) => !marker && !key.endsWith('/'));
  if (data.length > 0) {
    untouched.push({ what: `${data.length} objects, e.g. ${data[0]?.key}`, reason: 'they lie in no partition' });
  }
  return { slices: slices.toSorted(byEnd), untouched };
}

/** True when deleting what lies at a partition's location would delete more than the partition. */
function isShared(partition: StoredPartition, all: readonly StoredPartition[], duty: TableDuty): boolean {
  const { location } = partition;
  if (!location.startsWith(duty.location) || location === duty.location) return true;
  return all.some(
    (other) => other !== partition && (other.location.startsWith(location) || location.startsWith(other.location)),
  );
}

/** Each version by the day on which it was written. What a mark of deletion hides is older than it, and so goes before it. */
function byDay(versions: readonly StoredVersion[]): { slices: Slice[]; untouched: [] } {
  const slices = [...Map.groupBy(versions, ({ modified }) => modified.slice(0, 10))].map(([day, written]) => ({
    id: `written=${day}`,
    end: new Date(Date.parse(`${day}T00:00:00Z`) + DAY).toISOString(),
    versions: written,
  }));
  return { slices: slices.toSorted(byEnd), untouched: [] };
}

function byEnd(a: Slice, b: Slice): number {
  return a.end < b.end || (a.end === b.end && a.id < b.id) ? -1 : 1;
}

export function addressOf({ bucket, key }: { readonly bucket: string; readonly key: string }): string {
  return `s3://${bucket}/${key}`;
}

function nameOf(keys: readonly string[], values: readonly string[]): string {
  return keys.map((key, index) => `${key}=${values[index] ?? ''}`).join('/');
}

/** The values of the partition keys in a path in Hive's form; undefined for another path. */
function valuesInPath(path: string, keys: readonly string[]): string[] | undefined {
  // Where a pipeline replaces the table as a whole, its partitions lie below a snapshot.
  const parts = path.replace(/^snapshot=[\w-]+\//, '').split('/');
  const values = keys.map((key, index) => {
    const [name, value] = (parts[index] ?? '').split('=', 2);
    return name?.toLowerCase() === key ? value : undefined;
  });
  return parts.length > keys.length && values.every((value) => value !== undefined)
    ? values.map((value) => decode(String(value)))
    : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
