import { randomUUID } from 'node:crypto';
import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';
import {
  bufferedIn,
  bufferNamespace,
  type DeliveryStream,
  invalidArgument,
  noteBuffered,
  requireStream,
  type Waiting,
} from './model.ts';

interface Put {
  readonly DeliveryStreamName?: string;
}

interface Data {
  /** Base64. */
  readonly Data?: string;
}

const LARGEST = 1_024_000;
const MOST_BYTES = 4 * 1024 * 1024;
const MOST = 500;

let sequence = 0;

/** Whether a record is refused for now, as when a stream gets more than its quota. */
export type Refused = (stream: DeliveryStream) => boolean;

const SLOW_DOWN = { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' };

export function putRecord(input: Put & { readonly Record?: Data }, context: Context, refused: Refused) {
  const stream = requireStream(context, input.DeliveryStreamName);
  const bytes = bytesOf(input.Record);
  if (refused(stream)) throw new AwsError(SLOW_DOWN.ErrorCode, SLOW_DOWN.ErrorMessage, 503);
  return { RecordId: keep(context, stream, bytes), Encrypted: stream.encryption !== undefined };
}

/** Each record by itself: some may be taken and others not, and the answer says which, in order. */
export function putRecordBatch(
  input: Put & { readonly Records?: readonly Data[] },
  context: Context,
  refused: Refused,
) {
  const stream = requireStream(context, input.DeliveryStreamName);
  const records = (input.Records ?? []).map(bytesOf);
  if (records.length === 0 || records.length > MOST) {
    throw new AwsError('ValidationException', `A batch has between 1 and ${MOST} records, not ${records.length}`);
  }
  if (records.reduce((sum, { length }) => sum + length, 0) > MOST_BYTES) {
    throw invalidArgument('Records size exceeds 4 MB limit');
  }
  const answers = records.map((bytes) => (refused(stream) ? SLOW_DOWN : { RecordId: keep(context, stream, bytes) }));
  return {
    FailedPutCount: answers.filter((answer) => answer === SLOW_DOWN).length,
    Encrypted: stream.encryption !== undefined,
    RequestResponses: answers,
  };
}

function bytesOf(record: Data | undefined): Buffer {
  if (record?.Data === undefined) throw new AwsError('ValidationException', 'A record has Data');
  const bytes = Buffer.from(record.Data, 'base64');
  if (bytes.length > LARGEST) throw new AwsError('ValidationException', `A record has at most ${LARGEST} bytes`);
  return bytes;
}

function keep({ cloud, now }: Context, stream: DeliveryStream, bytes: Buffer): string {
  sequence += 1;
  const id = randomUUID();
  const key = `${String(now).padStart(15, '0')} ${String(sequence).padStart(12, '0')} ${id}`;
  const waiting: Waiting = { id, data: bytes.toString('base64'), bytes: bytes.length, arrived: now };
  const { oldest, bytes: before } = bufferedIn(cloud, stream) ?? { oldest: now, bytes: 0 };
  cloud.store.transaction(() => {
    cloud.store.put(bufferNamespace(stream), key, waiting);
    noteBuffered(cloud, stream, { oldest, bytes: before + bytes.length });
  });
  return id;
}
