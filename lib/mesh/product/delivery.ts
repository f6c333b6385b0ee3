import type { ProductTable } from './product.ts';

/** New data in one table, as the pipeline of the owning domain reported it. */
export interface Delivery {
  readonly table: string;
  /** ISO 8601: when it was there to be queried. */
  readonly at: string;
  /** The run of the pipeline that brought it. */
  readonly run: string;
  readonly rows?: number;
  readonly bytes?: number;
}

/** A delivery that consumers have not been told of. */
export interface WaitingDelivery extends Delivery {
  /** ISO 8601: since when it waits. */
  readonly since: string;
  /** Why it is held back; absent while its measurement is awaited. */
  readonly held?: { readonly at: string; readonly reason: string };
}

/** What is known of the quality of data that consumers are told of. */
export type AnnouncedQuality = 'passed' | 'failed' | 'not-measured' | 'no-rules';

/** What consumers were last told of new data. */
export interface DataUpdate {
  readonly tables: readonly string[];
  readonly run: string;
  /** ISO 8601: of the newest of that data. */
  readonly at: string;
  readonly rows?: number;
  readonly quality: AnnouncedQuality;
}

/** What came of a version's data, and what of it consumers know. */
export interface DeliveryStatus {
  /** The newest of each table. */
  readonly newest?: readonly Delivery[];
  /** Oldest first. */
  readonly waiting?: readonly WaitingDelivery[];
  readonly updated?: DataUpdate;
}

/** The most deliveries that wait; of more, those of one table are told as one. */
const MOST_WAITING = 50;

/**
 * True when the delivery brings nothing that is not known: it came again, or after a younger one whose announcement covers it. A run delivers a table once; the time of a
 * report that came again may differ, for one that lies ahead of our clock is taken for now.
 */
export function isKnown({ newest = [] }: DeliveryStatus, { table, at, run }: Delivery): boolean {
  const known = newest.find((one) => one.table === table);
  return known !== undefined && (known.at > at || known.run === run);
}

/** The status with a delivery more, which waits. */
export function withDelivery(status: DeliveryStatus, delivery: Delivery, since: string): DeliveryStatus {
  const { newest = [], waiting = [] } = status;
  const next = [...waiting, { ...delivery, since }];
  return {
    ...status,
    newest: [...newest.filter(({ table }) => table !== delivery.table), delivery],
    waiting: next.length > MOST_WAITING ? foldOldest(next) : next,
  };
}

/** The two oldest of one table as one, so that a domain that delivers more than is measured fills no record. */
function foldOldest(waiting: readonly WaitingDelivery[]): WaitingDelivery[] {
  const first = waiting.find((one, index) => waiting.findIndex(({ table }) => table === one.table) < index);
  const second = first && waiting.find(({ table }) => table === first.table);
  if (first === undefined || second === undefined) return [...waiting];
  const { rows: _rows, bytes: _bytes, ...rest } = first;
  // What was held back stays so beside what is not measured yet: the next measurement covers both.
  const held = first.held ?? second.held;
  const both = { ...rest, ...sums([second, first]), since: second.since, ...(held === undefined ? {} : { held }) };
  return waiting.flatMap((one) => (one === second ? [] : one === first ? [both] : [one]));
}

/** The status with those of the waiting deliveries told to consumers. */
export function announced(
  status: DeliveryStatus,
  told: readonly WaitingDelivery[],
  quality: AnnouncedQuality,
  tables: readonly ProductTable[],
): DeliveryStatus {
  const last = told.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
  if (last === undefined) return status;
  const { waiting = [], ...rest } = status;
  const left = waiting.filter((one) => !told.includes(one));
  const { rows } = sums(told);
  return {
    ...rest,
    ...(left.length === 0 ? {} : { waiting: left }),
    updated: {
      tables: seenAs(new Set(told.map(({ table }) => table)), tables),
      run: last.run,
      at: last.at,
      ...(rows === undefined ? {} : { rows }),
      quality,
    },
  };
}

/** The tables as consumers see them: those that are no secret of the product, and the views that show them. */
function seenAs(names: ReadonlySet<string>, tables: readonly ProductTable[]): string[] {
  return tables
    .filter(({ name, view, internal }) => internal !== true && names.has(view?.table ?? name))
    .map(({ name }) => name)
    .toSorted();
}

/** Rows and bytes together, as far as every one of the deliveries says how many. */
function sums(deliveries: readonly Delivery[]): Pick<Delivery, 'rows' | 'bytes'> {
  const sum = (name: 'rows' | 'bytes') =>
    deliveries.reduce<number | undefined>(
      (total, one) => (total === undefined || one[name] === undefined ? undefined : total + one[name]),
      0,
    );
  const [rows, bytes] = [sum('rows'), sum('bytes')];
  return { ...(rows === undefined ? {} : { rows }), ...(bytes === undefined ? {} : { bytes }) };
}
