import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import type { Context } from '../../core/service.ts';
import {
  bufferNamespace,
  type DeliveryStream,
  invalidArgument,
  noteBuffered,
  requireStream,
  type S3Destination,
  streamArn,
  streamsNamespace,
} from './model.ts';
import { checkPrefixes } from './prefix.ts';

interface Named {
  readonly DeliveryStreamName?: string;
}

interface Create extends Named {
  readonly DeliveryStreamType?: string;
  readonly ExtendedS3DestinationConfiguration?: S3Destination;
  readonly DeliveryStreamEncryptionConfigurationInput?: DeliveryStream['encryption'];
  readonly Tags?: DeliveryStream['tags'];
}

const CREATE = new Set([
  'DeliveryStreamName',
  'DeliveryStreamType',
  'ExtendedS3DestinationConfiguration',
  'DeliveryStreamEncryptionConfigurationInput',
  'Tags',
]);
const DESTINATION = new Set([
  'RoleARN',
  'BucketARN',
  'Prefix',
  'ErrorOutputPrefix',
  'FileExtension',
  'CustomTimeZone',
  'BufferingHints',
  'CompressionFormat',
  'EncryptionConfiguration',
  'CloudWatchLoggingOptions',
  'S3BackupMode',
  'ProcessingConfiguration',
]);
const PROCESSORS = new Set(['Lambda', 'AppendDelimiterToRecord']);

export function createStream(input: Create, context: Context) {
  refuseOthers('firehose', 'CreateDeliveryStream', input, CREATE);
  const { cloud, account, region } = context;
  const name = input.DeliveryStreamName ?? '';
  if (!/^[a-zA-Z0-9_.-]{1,64}$/.test(name)) throw invalidArgument(`${name} is no name of a Firehose stream`);
  if (input.DeliveryStreamType !== undefined && input.DeliveryStreamType !== 'DirectPut') {
    refuseOthers('firehose', 'CreateDeliveryStream of another type than DirectPut', input, new Set());
  }
  if (cloud.store.get(streamsNamespace(context), name) !== undefined) {
    throw new AwsError('ResourceInUseException', `Firehose ${name} under accountId ${account} already exists`);
  }
  const destination = understood(input.ExtendedS3DestinationConfiguration);
  const { DeliveryStreamEncryptionConfigurationInput: encryption } = input;
  const stream: DeliveryStream = {
    name,
    account,
    region,
    destination,
    ...(encryption && { encryption }),
    tags: input.Tags ?? [],
    version: 1,
    created: context.now,
  };
  save(context, stream);
  return { DeliveryStreamARN: streamArn(stream) };
}

export function updateDestination(
  input: Named & {
    readonly CurrentDeliveryStreamVersionId?: string;
    readonly ExtendedS3DestinationUpdate?: Partial<S3Destination>;
  },
  context: Context,
) {
  const stream = requireStream(context, input.DeliveryStreamName);
  if (input.CurrentDeliveryStreamVersionId !== String(stream.version)) {
    throw new AwsError('ConcurrentModificationException', 'Another modification has already happened.');
  }
  const destination = understood({ ...stream.destination, ...input.ExtendedS3DestinationUpdate });
  save(context, { ...stream, destination, version: stream.version + 1 });
  return {};
}

export function describeStream(input: Named, context: Context) {
  const stream = requireStream(context, input.DeliveryStreamName);
  return {
    DeliveryStreamDescription: {
      DeliveryStreamName: stream.name,
      DeliveryStreamARN: streamArn(stream),
      DeliveryStreamStatus: 'ACTIVE',
      DeliveryStreamType: 'DirectPut',
      DeliveryStreamEncryptionConfiguration: {
        ...stream.encryption,
        Status: stream.encryption === undefined ? 'DISABLED' : 'ENABLED',
      },
      VersionId: String(stream.version),
      CreateTimestamp: new Date(stream.created),
      Destinations: [
        { DestinationId: 'destinationId-000000000001', ExtendedS3DestinationDescription: stream.destination },
      ],
      HasMoreDestinations: false,
    },
  };
}

export function listStreams(
  input: { readonly Limit?: number; readonly ExclusiveStartDeliveryStreamName?: string },
  context: Context,
) {
  const names = context.cloud.store.list<DeliveryStream>(streamsNamespace(context)).map(({ value }) => value.name);
  const rest = names.filter((name) => name > (input.ExclusiveStartDeliveryStreamName ?? ''));
  const page = rest.slice(0, input.Limit ?? 10);
  return { DeliveryStreamNames: page, HasMoreDeliveryStreams: page.length < rest.length };
}

/** What still waits is lost with the stream. */
export function deleteStream(input: Named, context: Context) {
  const stream = requireStream(context, input.DeliveryStreamName);
  const { store } = context.cloud;
  store.clear(bufferNamespace(stream));
  noteBuffered(context.cloud, stream, undefined);
  store.delete(streamsNamespace(stream), stream.name);
  return {};
}

export function startEncryption(
  input: Named & { readonly DeliveryStreamEncryptionConfigurationInput?: DeliveryStream['encryption'] },
  context: Context,
) {
  const stream = requireStream(context, input.DeliveryStreamName);
  save(context, {
    ...stream,
    encryption: input.DeliveryStreamEncryptionConfigurationInput ?? { KeyType: 'AWS_OWNED_CMK' },
  });
  return {};
}

export function stopEncryption(input: Named, context: Context) {
  const { encryption: _, ...stream } = requireStream(context, input.DeliveryStreamName);
  save(context, stream);
  return {};
}

export function tagStream(input: Named & { readonly Tags: DeliveryStream['tags'] }, context: Context) {
  const stream = requireStream(context, input.DeliveryStreamName);
  const kept = stream.tags.filter(({ Key }) => !input.Tags.some((tag) => tag.Key === Key));
  save(context, { ...stream, tags: [...kept, ...input.Tags] });
  return {};
}

export function untagStream(input: Named & { readonly TagKeys: readonly string[] }, context: Context) {
  const stream = requireStream(context, input.DeliveryStreamName);
  save(context, { ...stream, tags: stream.tags.filter(({ Key }) => !input.TagKeys.includes(Key)) });
  return {};
}

export function listTags(input: Named, context: Context) {
  return { Tags: requireStream(context, input.DeliveryStreamName).tags, HasMoreTags: false };
}

function save({ cloud }: Context, stream: DeliveryStream): void {
  cloud.store.put(streamsNamespace(stream), stream.name, stream);
}

/** @throws AwsError for what AWS refuses, and for what is not modelled */
function understood(given: S3Destination | undefined): S3Destination {
  if (given === undefined)
    throw invalidArgument('weft local delivers to S3 only: ExtendedS3DestinationConfiguration is required');
  refuseOthers('firehose', 'CreateDeliveryStream', given, DESTINATION);
  const { BufferingHints: hints = {}, ProcessingConfiguration: processing } = given;
  const { IntervalInSeconds: seconds = 300, SizeInMBs: size = 5 } = hints;
  if (seconds < 0 || seconds > 900) throw invalidArgument('BufferingHints.IntervalInSeconds must be between 0 and 900');
  if (size < 1 || size > 128) throw invalidArgument('BufferingHints.SizeInMBs must be between 1 and 128');
  const unknown = (processing?.Processors ?? []).find(({ Type }) => !PROCESSORS.has(Type));
  if (unknown !== undefined) throw invalidArgument(`weft local knows no processor ${unknown.Type}`);
  const { CompressionFormat: compression = 'UNCOMPRESSED', S3BackupMode: backup = 'Disabled' } = given;
  if (compression !== 'UNCOMPRESSED' && compression !== 'GZIP') {
    throw invalidArgument(`weft local does not compress by ${compression}`);
  }
  if (backup !== 'Disabled') throw invalidArgument('weft local keeps no backup of what a stream gets');
  checkPrefixes(given.Prefix, given.ErrorOutputPrefix);
  return given;
}
