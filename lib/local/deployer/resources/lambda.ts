import { userError } from '#mesh/error.ts';
import { type Family, nameOf, type Properties, pick, type ResourceRequest, rules, tagMap } from './resource.ts';

const CONFIGURATION =
  'Architectures DeadLetterConfig Description Environment EphemeralStorage Handler Layers LoggingConfig MemorySize Role Runtime Timeout TracingConfig';
const MAPPING =
  'BatchSize BisectBatchOnFunctionError DestinationConfig Enabled FilterCriteria FunctionName FunctionResponseTypes MaximumBatchingWindowInSeconds MaximumRecordAgeInSeconds MaximumRetryAttempts ParallelizationFactor ScalingConfig TumblingWindowInSeconds';

export const lambda: Family = {
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    properties: rules({
      update: `${CONFIGURATION} Code ReservedConcurrentExecutions Tags`,
      replace: 'FunctionName PackageType',
      inert: {
        RecursiveLoop: 'loops are not detected here',
        RuntimeManagementConfig: 'functions run on this Node.js',
        VpcConfig: 'functions reach what this machine reaches',
      },
    }),
    async create(request) {
      const FunctionName = nameOf(request, 'FunctionName', 64);
      const { properties, call } = request;
      const { FunctionArn } = await call<{ FunctionArn: string }>('lambda', 'CreateFunction', {
        ...configuration(properties),
        ...pick(properties, 'PackageType'),
        FunctionName,
        Code: codeOf(request),
        Tags: tagMap(properties.Tags),
      });
      await setConcurrency(request, FunctionName);
      return { id: FunctionName, attributes: { Arn: FunctionArn } };
    },
    async update(request) {
      const { call, id, properties, previous, attributes } = request;
      if (JSON.stringify(properties.Code) !== JSON.stringify(previous.Code)) {
        await call('lambda', 'UpdateFunctionCode', { FunctionName: id, ...codeOf(request) });
      }
      await call('lambda', 'UpdateFunctionConfiguration', { ...configuration(properties), FunctionName: id });
      if (properties.ReservedConcurrentExecutions !== previous.ReservedConcurrentExecutions)
        await setConcurrency(request, id);
      return { id, attributes };
    },
    async delete({ call, id }) {
      await call('lambda', 'DeleteFunction', { FunctionName: id });
    },
  },

  'AWS::Lambda::Permission': {
    properties: rules({
      replace:
        'Action EventSourceToken FunctionName FunctionUrlAuthType Principal PrincipalOrgID SourceAccount SourceArn',
    }),
    async create(request) {
      const StatementId = request.generatedName(100);
      await request.call('lambda', 'AddPermission', { ...request.properties, StatementId });
      return { id: StatementId, attributes: { Id: StatementId } };
    },
    async delete({ call, id, properties }) {
      await call('lambda', 'RemovePermission', { FunctionName: properties.FunctionName, StatementId: id });
    },
  },

  'AWS::Lambda::EventSourceMapping': {
    properties: rules({
      update: MAPPING,
      replace: 'EventSourceArn StartingPosition StartingPositionTimestamp',
      inert: { Tags: 'tags of a mapping decide nothing' },
    }),
    async create({ call, properties, arn }) {
      const { Tags: _tags, ...withoutTags } = properties;
      const { UUID } = await call<{ UUID: string }>('lambda', 'CreateEventSourceMapping', withBoolean(withoutTags));
      return {
        id: UUID,
        attributes: { Id: UUID, EventSourceMappingArn: arn('lambda', `event-source-mapping:${UUID}`) },
      };
    },
    async update({ call, id, properties, attributes }) {
      await call('lambda', 'UpdateEventSourceMapping', { UUID: id, ...withBoolean(pick(properties, MAPPING)) });
      return { id, attributes };
    },
    async delete({ call, id }) {
      await call('lambda', 'DeleteEventSourceMapping', { UUID: id });
    },
  },

  'AWS::Lambda::EventInvokeConfig': {
    properties: rules({
      update: 'DestinationConfig MaximumEventAgeInSeconds MaximumRetryAttempts',
      replace: 'FunctionName Qualifier',
    }),
    async create(request) {
      await request.call('lambda', 'PutFunctionEventInvokeConfig', request.properties);
      return { id: request.generatedName() };
    },
    async update({ call, id, properties }) {
      await call('lambda', 'PutFunctionEventInvokeConfig', properties);
      return { id };
    },
    async delete({ call, properties }) {
      await call('lambda', 'DeleteFunctionEventInvokeConfig', pick(properties, 'FunctionName Qualifier'));
    },
  },
};

/** Templates may hold numbers as strings. */
function configuration(properties: Properties): Properties {
  const picked = pick(properties, CONFIGURATION);
  for (const name of ['MemorySize', 'Timeout']) if (picked[name] !== undefined) picked[name] = Number(picked[name]);
  return picked;
}

function withBoolean(properties: Properties): Properties {
  return properties.Enabled === undefined
    ? properties
    : { ...properties, Enabled: String(properties.Enabled) === 'true' };
}

/** The member `LocalDirectory` tells the Lambda service of this machine where the unpacked bundle lies. */
function codeOf({ properties, assetDirectory, logicalId }: ResourceRequest): Properties {
  const { S3Bucket, S3Key, ...rest } = (properties.Code ?? {}) as { S3Bucket?: string; S3Key?: string };
  if (S3Key === undefined) {
    throw userError(
      'WEFT-LOCAL-017',
      `${logicalId} has code in ${Object.keys(rest).join(', ') || 'nothing'}, not in an asset`,
      {
        hint: 'weft local runs functions from asset directories only',
      },
    );
  }
  return { S3Bucket, S3Key, LocalDirectory: assetDirectory(S3Key) };
}

async function setConcurrency({ call, properties }: ResourceRequest, FunctionName: string): Promise<void> {
  const reserved = properties.ReservedConcurrentExecutions;
  if (reserved === undefined) return;
  await call('lambda', 'PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions: Number(reserved) });
}
