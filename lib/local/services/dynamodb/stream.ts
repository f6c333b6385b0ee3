import { createHash } from 'node:crypto';
import type { Store } from '../../core/store.ts';
import { keyOf, type Table, tableArn } from './table.ts';
import { type Item, itemSize } from './value.ts';

/** A record of a table's stream, in the shape in which Lambda gets it. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly eventSourceARN: string;
  readonly dynamodb: {
    /** Epoch seconds. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Item;
    readonly NewImage?: Item;
    readonly OldImage?: Item;
    /** 21 digits, rising in commit order. */
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: string;
  };
}

const ARN = /^arn:aws:dynamodb:([^:]+):(\d{12}):table\/([^/]+)\/stream\/(.+)$/;
/** Epoch milliseconds that a record stays readable: 24 hours. */
const RETENTION = 24 * 3_600_000;

export function streamArn(table: Table, label: string): string {
  return `${tableArn(table)}/stream/${label}`;
}

/** Appends the record of one committed change; call it in the transaction of the change. */
export function recordChange(
  store: Store,
  table: Table,
  before: Item | undefined,
  after: Item | undefined,
  now: number,
): void {
  const { stream } = table;
  if (stream === undefined) return;
  const sequence = nextSequence(store, table);
  const eventSourceARN = streamArn(table, stream.label);
  const Keys = keyOf(table, after ?? before ?? {});
  const wantsNew = stream.view === 'NEW_IMAGE' || stream.view === 'NEW_AND_OLD_IMAGES';
  const wantsOld = stream.view === 'OLD_IMAGE' || stream.view === 'NEW_AND_OLD_IMAGES';
  const NewImage = wantsNew ? after : undefined;
  const OldImage = wantsOld ? before : undefined;
  const record: StreamRecord = {
    eventID: createHash('md5').update(`${eventSourceARN} ${sequence}`).digest('hex'),
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: table.region,
    eventSourceARN,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(now / 1000),
      Keys,
      NewImage,
      OldImage,
      SequenceNumber: sequence,
      SizeBytes: itemSize(Keys) + itemSize(NewImage ?? {}) + itemSize(OldImage ?? {}),
      StreamViewType: stream.view,
    },
  };
  store.put(namespace(table.account, table.region, table.name, stream.label), sequence, record);
}

/** The records of a stream after a sequence number (all when undefined), oldest first, without those past their retention. */
export function readStream(
  store: Store,
  arn: string,
  after: string | undefined,
  limit: number,
  now: number,
): StreamRecord[] {
  const [, region = '', account = '', name = '', label = ''] = ARN.exec(arn) ?? [];
  const from = after === undefined ? '0' : `${after}!`;
  return store
    .range<StreamRecord>(namespace(account, region, name, label), from, ':', { limit })
    .map(({ value }) => value)
    .filter(({ dynamodb }) => dynamodb.ApproximateCreationDateTime * 1000 > now - RETENTION);
}

function nextSequence(store: Store, table: Table): string {
  const counters = `dynamodb/${table.account}/${table.region}/sequence`;
  const last = store.get<number>(counters, table.name) ?? 0;
  store.put(counters, table.name, last + 1);
  return `1${String(last + 1).padStart(20, '0')}`;
}

function namespace(account: string, region: string, name: string, label: string): string {
  return `dynamodb/${account}/${region}/stream/${name}/${label}`;
}
