import { randomUUID } from 'node:crypto';
import { AwsError } from '../../core/error.ts';
import type { Context, Operations } from '../../core/service.ts';
import { compilePattern } from '../eventbridge/pattern.ts';
import { isDestination } from './destination.ts';
import { getFunction } from './functions.ts';
import {
  findMapping,
  isQueue,
  type MappingSettings,
  mappingsOf,
  removeMapping,
  type StoredMapping,
  saveMapping,
} from './mapping.ts';
import { clearProgress, startProgress } from './stream-progress.ts';

interface MappingInput extends MappingSettings {
  readonly UUID: string;
  readonly FunctionName?: string;
  readonly EventSourceArn?: string;
  readonly Enabled?: boolean;
  readonly BatchSize?: number;
}

const SETTINGS = new Set([
  'StartingPosition',
  'MaximumBatchingWindowInSeconds',
  'FilterCriteria',
  'FunctionResponseTypes',
  'BisectBatchOnFunctionError',
  'MaximumRetryAttempts',
  'MaximumRecordAgeInSeconds',
  'ParallelizationFactor',
  'DestinationConfig',
  'ScalingConfig',
]);
const OTHERS = new Set(['UUID', 'FunctionName', 'EventSourceArn', 'Enabled', 'BatchSize', 'Tags']);

const onMapping = (input: { UUID: string }, { account, region }: Context) => [
  `arn:aws:lambda:${region}:${account}:event-source-mapping:${input.UUID}`,
];

/** Event source mappings of DynamoDB streams and SQS queues. */
export const mappingOperations: Operations = {
  CreateEventSourceMapping: {
    run: (input: MappingInput, context: Context) => {
      const { cloud, account, region, now } = context;
      const stored = getFunction(input.FunctionName ?? '', context);
      const eventSourceArn = input.EventSourceArn ?? '';
      if (!/^arn:aws:(sqs:|dynamodb:.*\/stream\/)/.test(eventSourceArn)) {
        throw invalid(`weft local polls SQS queues and DynamoDB streams, not ${eventSourceArn}`);
      }
      const twin = mappingsOf(cloud).find(
        (mapping) =>
          mapping.eventSourceArn === eventSourceArn && mapping.functionArn === stored.configuration.FunctionArn,
      );
      if (twin !== undefined) {
        throw new AwsError(
          'ResourceConflictException',
          `The event source arn (" ${eventSourceArn} ") and function (" ${stored.name} ") provided mapping already exists. Please update or delete the existing mapping with UUID ${twin.uuid}`,
          409,
        );
      }
      const mapping: StoredMapping = {
        uuid: randomUUID(),
        account,
        region,
        function: stored.name,
        functionArn: stored.configuration.FunctionArn,
        eventSourceArn,
        enabled: input.Enabled ?? true,
        batchSize: input.BatchSize ?? (eventSourceArn.startsWith('arn:aws:sqs:') ? 10 : 100),
        settings: settingsOf(input),
        modifiedAt: now,
      };
      check(mapping);
      cloud.store.transaction(() => {
        saveMapping(cloud, mapping);
        if (!isQueue(mapping)) startProgress(cloud, mapping);
      });
      return { ...describe(mapping), State: 'Creating' };
    },
  },
  GetEventSourceMapping: {
    resources: onMapping,
    run: (input: { UUID: string }, context: Context) => describe(getMapping(input.UUID, context)),
  },
  ListEventSourceMappings: {
    run: (input: { FunctionName?: string; EventSourceArn?: string }, context: Context) => {
      const name = input.FunctionName === undefined ? undefined : getFunction(input.FunctionName, context).name;
      return {
        EventSourceMappings: mappingsOf(context.cloud)
          .filter((mapping) => mapping.account === context.account && mapping.region === context.region)
          .filter((mapping) => name === undefined || mapping.function === name)
          .filter((mapping) => input.EventSourceArn === undefined || mapping.eventSourceArn === input.EventSourceArn)
          .map(describe),
      };
    },
  },
  UpdateEventSourceMapping: {
    resources: onMapping,
    run: (input: MappingInput, context: Context) => {
      const mapping = getMapping(input.UUID, context);
      const stored = input.FunctionName === undefined ? undefined : getFunction(input.FunctionName, context);
      const next: StoredMapping = {
        ...mapping,
        function: stored?.name ?? mapping.function,
        functionArn: stored?.configuration.FunctionArn ?? mapping.functionArn,
        enabled: input.Enabled ?? mapping.enabled,
        batchSize: input.BatchSize ?? mapping.batchSize,
        settings: { ...mapping.settings, ...settingsOf(input) },
        modifiedAt: context.now,
      };
      check(next);
      saveMapping(context.cloud, next);
      return describe(next);
    },
  },
  DeleteEventSourceMapping: {
    resources: onMapping,
    run: (input: { UUID: string }, context: Context) => {
      const mapping = getMapping(input.UUID, context);
      removeMapping(context.cloud, mapping.uuid);
      clearProgress(context.cloud, mapping.uuid);
      return { ...describe(mapping), State: 'Deleting' };
    },
  },
};

function getMapping(uuid: string, { cloud, account }: Context): StoredMapping {
  const mapping = findMapping(cloud, uuid);
  if (mapping === undefined || mapping.account !== account) {
    throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
  }
  return mapping;
}

function settingsOf(input: MappingInput): MappingSettings {
  const unknown = Object.keys(input).filter((name) => !SETTINGS.has(name) && !OTHERS.has(name));
  if (unknown.length > 0) throw invalid(`weft local does not model ${unknown.join(', ')} of an event source mapping`);
  return Object.fromEntries(Object.entries(input).filter(([name]) => SETTINGS.has(name)));
}

function check(mapping: StoredMapping): void {
  const { settings, batchSize } = mapping;
  const most = mapping.eventSourceArn.endsWith('.fifo') ? 10 : 10_000;
  if (batchSize < 1 || batchSize > most) throw invalid(`BatchSize ${batchSize} must be between 1 and ${most}`);
  if (!isQueue(mapping) && settings.StartingPosition === undefined) {
    throw invalid('1 validation error detected: Value null at startingPosition failed to satisfy constraint');
  }
  const destination = settings.DestinationConfig?.OnFailure?.Destination;
  if (destination !== undefined && !isDestination(destination)) {
    throw invalid(`weft local sends failed batches to SQS only, not to ${destination}`);
  }
  for (const { Pattern } of settings.FilterCriteria?.Filters ?? []) compilePattern(Pattern ?? '{}');
}

function describe(mapping: StoredMapping) {
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: `arn:aws:lambda:${mapping.region}:${mapping.account}:event-source-mapping:${mapping.uuid}`,
    EventSourceArn: mapping.eventSourceArn,
    FunctionArn: mapping.functionArn,
    BatchSize: mapping.batchSize,
    State: mapping.enabled ? 'Enabled' : 'Disabled',
    StateTransitionReason: 'USER_INITIATED',
    LastModified: new Date(mapping.modifiedAt),
    ...mapping.settings,
  };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
