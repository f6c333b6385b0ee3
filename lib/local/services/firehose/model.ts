import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';

export interface Processor {
  readonly Type: string;
  readonly Parameters?: readonly { readonly ParameterName: string; readonly ParameterValue: string }[];
}

/** A destination in S3, as CreateDeliveryStream gets it. */
export interface S3Destination {
  readonly RoleARN: string;
  readonly BucketARN: string;
  readonly Prefix?: string;
  readonly ErrorOutputPrefix?: string;
  readonly FileExtension?: string;
  readonly CustomTimeZone?: string;
  readonly BufferingHints?: { readonly IntervalInSeconds?: number; readonly SizeInMBs?: number };
  readonly CompressionFormat?: string;
  readonly EncryptionConfiguration?: object;
  readonly CloudWatchLoggingOptions?: object;
  readonly S3BackupMode?: string;
  readonly ProcessingConfiguration?: { readonly Enabled?: boolean; readonly Processors?: readonly Processor[] };
}

export interface DeliveryStream {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly destination: S3Destination;
  readonly encryption?: { readonly KeyType?: string; readonly KeyARN?: string };
  readonly tags: readonly { readonly Key: string; readonly Value?: string }[];
  /** Grows with each change of the destination. */
  readonly version: number;
  readonly created: number;
}

/** A record that waits for its delivery. */
export interface Waiting {
  readonly id: string;
  /** Base64. */
  readonly data: string;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly arrived: number;
}

/** What is in a buffer, without looking at each record. */
export interface Buffered {
  /** Arrival of the oldest record, epoch milliseconds. */
  readonly oldest: number;
  readonly bytes: number;
}

export const DEFAULT_SECONDS = 300;
export const DEFAULT_MEGABYTES = 5;

export function streamsNamespace({ account, region }: { readonly account: string; readonly region: string }): string {
  return `firehose/${account}/${region}/stream`;
}

export function bufferNamespace(stream: Pick<DeliveryStream, 'account' | 'region' | 'name'>): string {
  return `firehose/${stream.account}/${stream.region}/buffer/${stream.name}`;
}

export function bufferedIn(cloud: Cloud, stream: DeliveryStream): Buffered | undefined {
  return cloud.store.get<Buffered>(`firehose/${stream.account}/${stream.region}/buffered`, stream.name);
}

/** Notes what is in a buffer; undefined: nothing. */
export function noteBuffered(cloud: Cloud, stream: DeliveryStream, buffered: Buffered | undefined): void {
  const namespace = `firehose/${stream.account}/${stream.region}/buffered`;
  if (buffered === undefined) cloud.store.delete(namespace, stream.name);
  else cloud.store.put(namespace, stream.name, buffered);
}

export function streamArn({ account, region, name }: Pick<DeliveryStream, 'account' | 'region' | 'name'>): string {
  return `arn:aws:firehose:${region}:${account}:deliverystream/${name}`;
}

function findStream(cloud: Cloud, at: Pick<Context, 'account' | 'region'>, name: string) {
  return cloud.store.get<DeliveryStream>(streamsNamespace(at), name);
}

/** @throws AwsError `ResourceNotFoundException` */
export function requireStream(context: Context, name: string | undefined): DeliveryStream {
  const found = findStream(context.cloud, context, name ?? '');
  if (found !== undefined) return found;
  throw new AwsError('ResourceNotFoundException', `Firehose ${name} under account ${context.account} not found.`);
}

export function invalidArgument(message: string): AwsError {
  return new AwsError('InvalidArgumentException', message);
}
