import { productSource } from '../topology/names.ts';
import type { Audience, AudienceTable, Listener } from './audience.ts';
import type { Envelope } from './envelope.ts';
import { projection, type VisibleChange } from './project-rows.ts';
import type { RowsChanged } from './rows.ts';

/** The type of the row events that consumers get. */
export const PRODUCT_ROWS_CHANGED = 'ProductRowsChanged';

/** Changes of rows of one table, as one subscription sees them. */
export interface ProductRows {
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  readonly table: string;
  readonly sequence: number;
  readonly subscription: string;
  readonly rows: readonly VisibleChange[];
}

export type ProductEvent = Envelope<typeof PRODUCT_ROWS_CHANGED, ProductRows>;

/** An event and the account on whose domain bus it goes. */
export interface Delivery {
  readonly account: string;
  readonly consumer: string;
  readonly event: ProductEvent;
}

/** The most that the rows of one event weigh, in bytes of UTF-8: EventBridge and the queues behind it take 256 KB with everything around. */
const EVENT_BYTES = 200 * 1024;

/**
 * The events that the listeners of a product get for changes of its rows: for each subscription those that it sees, in as many events as
 * their size asks for. An id is made of what was reported, who gets it and which rows it holds, so that a repeated delivery has the same.
 */
export function productEvents(rows: RowsChanged, audience: Audience, account: string): Delivery[] {
  const tables = audience.tables.filter(({ name, viewOf }) => (viewOf ?? name) === rows.table);
  return audience.listeners.flatMap((listener) => tables.flatMap((table) => eventsOf(rows, table, listener, account)));
}

function eventsOf(rows: RowsChanged, table: AudienceTable, listener: Listener, account: string): Delivery[] {
  const sight = listener.tables.find((candidate) => candidate.table === table.name);
  if (sight === undefined) return [];
  const project = projection(sight, table);
  const seen = rows.rows.flatMap((change, index): Numbered[] => {
    const visible = project(change);
    return visible === undefined ? [] : [{ index, change: visible, bytes: bytesOf(visible) }];
  });
  return parts(seen).map((part) => ({
    account: listener.account,
    consumer: listener.consumer,
    event: toEvent({ ...rows, table: table.name }, listener, part, account),
  }));
}

interface Numbered {
  readonly index: number;
  readonly change: VisibleChange;
  readonly bytes: number;
}

/** Changes in groups that fit an event each; one that is too big alone stands alone. */
function parts(changes: readonly Numbered[]): Numbered[][] {
  const groups: Numbered[][] = [];
  let bytes = 0;
  for (const change of changes) {
    const last = groups.at(-1);
    bytes += change.bytes;
    if (last !== undefined && bytes <= EVENT_BYTES) last.push(change);
    else {
      groups.push([change]);
      bytes = change.bytes;
    }
  }
  return groups;
}

function toEvent(
  { from, product, major, table, sequence, time }: RowsChanged,
  { subscription, consumer }: Listener,
  part: readonly Numbered[],
  account: string,
): ProductEvent {
  const [first, last] = [part[0]?.index, part.at(-1)?.index];
  return {
    specversion: '1.0',
    id: `${from}/${product}#${major}/${table}@${sequence}.${subscription}.${first}-${last}`,
    source: productSource(account, from),
    type: PRODUCT_ROWS_CHANGED,
    subject: `${from}/${product}`,
    time,
    datacontenttype: 'application/json',
    data: {
      domain: from,
      product,
      major,
      table,
      sequence,
      subscription,
      rows: part.map(({ change }) => change),
      audience: [consumer],
    },
  };
}

function bytesOf(change: VisibleChange): number {
  return new TextEncoder().encode(JSON.stringify(change)).length + 1;
}
