import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tellAssumed } from '../../core/act.ts';
import { type Cloud, callerFor } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { WireRequest } from '../../core/service.ts';
import {
  bufferedIn,
  bufferNamespace,
  DEFAULT_MEGABYTES,
  DEFAULT_SECONDS,
  type DeliveryStream,
  noteBuffered,
  streamArn,
  type Waiting,
} from './model.ts';
import { evaluatePrefix } from './prefix.ts';
import { type Transformed, transform } from './transform.ts';

const MEGABYTE = 1_048_576;

/** When what waits in a stream is to be delivered: when the oldest has waited long enough, or enough is there. Undefined when nothing waits. */
export function dueAt(cloud: Cloud, stream: DeliveryStream): number | undefined {
  const buffered = bufferedIn(cloud, stream);
  if (buffered === undefined) return undefined;
  const { IntervalInSeconds: seconds = DEFAULT_SECONDS, SizeInMBs: size = DEFAULT_MEGABYTES } =
    stream.destination.BufferingHints ?? {};
  return buffered.bytes >= size * MEGABYTE ? buffered.oldest : buffered.oldest + seconds * 1000;
}

/**
 * Delivers all that waits, as the stream's role: one object of what is right, one for each kind of failure. What S3 does not take stays where it was, so a record may
 * come twice and is not lost.
 * @throws AwsError what S3 answers
 */
export async function deliver(cloud: Cloud, stream: DeliveryStream): Promise<void> {
  const { account } = stream;
  tellAssumed(cloud, 'firehose.amazonaws.com', stream.destination.RoleARN, {
    'aws:SourceAccount': account,
    'aws:SourceArn': streamArn(stream),
    'sts:ExternalId': account,
  });
  const waiting = waitingIn(cloud, stream);
  const records = await transform(
    cloud,
    stream,
    waiting.map(({ value }) => value),
  );
  const right = records.filter(({ failure }) => failure === undefined);
  const wrong = records.filter(({ failure }) => failure !== undefined);
  if (right.length > 0)
    await put(cloud, stream, right, Buffer.concat(right.map(({ data }) => Buffer.from(data, 'base64'))));
  if (wrong.length > 0) {
    const raw = new Map(waiting.map(({ value }) => [value.id, value.data]));
    const lines = wrong.map((record) => failureLine(record, raw.get(record.id) ?? '', cloud.clock.now()));
    await put(cloud, stream, wrong, Buffer.from(lines.join('')), 'processing-failed');
  }
  cloud.store.transaction(() => {
    for (const { key } of waiting) cloud.store.delete(bufferNamespace(stream), key);
    // What came meanwhile waits from its own arrival on.
    const [next, ...rest] = waitingIn(cloud, stream).map(({ value }) => value);
    const bytes = rest.reduce((sum, one) => sum + one.bytes, next?.bytes ?? 0);
    noteBuffered(cloud, stream, next === undefined ? undefined : { oldest: next.arrived, bytes });
  });
}

function waitingIn(cloud: Cloud, stream: DeliveryStream): { key: string; value: Waiting }[] {
  return cloud.store.list<Waiting>(bufferNamespace(stream));
}

function failureLine({ failure, arrived }: Transformed, rawData: string, now: number): string {
  const line = {
    attemptsMade: 1,
    arrivalTimestamp: arrived,
    errorCode: failure?.code,
    errorMessage: failure?.message,
    attemptEndingTimestamp: now,
    rawData,
    lambdaArn: failure?.lambda,
  };
  return `${JSON.stringify(line)}\n`;
}

async function put(
  cloud: Cloud,
  stream: DeliveryStream,
  records: readonly Transformed[],
  content: Buffer,
  errorType?: string,
): Promise<void> {
  const { destination } = stream;
  const at = Math.min(...records.map(({ arrived }) => arrived));
  const random = createHash('sha256')
    .update(records.map(({ id }) => id).join())
    .digest('hex');
  const { Prefix = '', ErrorOutputPrefix = '', CustomTimeZone: timeZone = 'UTC' } = destination;
  const errors = ErrorOutputPrefix.includes('!{firehose:error-output-type}')
    ? ErrorOutputPrefix
    : `${ErrorOutputPrefix}!{firehose:error-output-type}/`;
  const facts = { at, timeZone, random: random.slice(0, 11) };
  const folder =
    errorType === undefined ? evaluatePrefix(Prefix, facts) : evaluatePrefix(errors, { ...facts, errorType });
  const time = new Date(at).toISOString().slice(0, 19).replace(/[T:]/g, '-');
  const suffix = `${random.slice(0, 8)}-${random.slice(8, 12)}-${random.slice(12, 16)}-${random.slice(16, 20)}-${random.slice(20, 32)}`;
  const isZipped = destination.CompressionFormat === 'GZIP';
  const extension = destination.FileExtension ?? (isZipped ? '.gz' : '');
  const key = `${folder}${stream.name}-${stream.version}-${time}-${suffix}${extension}`;
  await putObject(cloud, stream, key, isZipped ? gzipSync(content) : content);
}

async function putObject(
  cloud: Cloud,
  { destination, region }: DeliveryStream,
  key: string,
  body: Buffer,
): Promise<void> {
  const s3 = cloud.serviceNamed('s3');
  if (s3 === undefined) throw new AwsError('ServiceUnavailable', 'there is no S3', 503);
  const bucket = destination.BucketARN.replace(/^arn:aws:s3:::/, '');
  const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const request: WireRequest = { method: 'PUT', path, query: {}, headers: {}, body };
  const context = cloud.contextFor(callerFor(destination.RoleARN, 'firehose'), region);
  await cloud.invoke(s3, 'PutObject', { Bucket: bucket, Key: key }, { ...context, request });
}
