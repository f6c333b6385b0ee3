import type {
  CreateWorkGroupInput,
  DeleteWorkGroupInput,
  GetWorkGroupInput,
  ListWorkGroupsInput,
  UpdateWorkGroupInput,
  WorkGroupConfiguration,
} from '@aws-sdk/client-athena';
import type { Context, Operations } from '../../../core/service.ts';
import { invalid, namespace, page, type WorkGroupRecord, workGroupArn } from '../model.ts';

const SMALLEST_CUTOFF = 10_000_000;
const ENGINE = { SelectedEngineVersion: 'AUTO', EffectiveEngineVersion: 'Athena engine version 3' };

/** @throws AwsError InvalidRequestException when there is none of that name. */
export function workGroup(context: Context, name: string): WorkGroupRecord {
  const found = context.cloud.store.get<WorkGroupRecord>(namespace(context, 'workgroup'), name);
  if (found !== undefined) return found;
  if (name === 'primary') return { Name: 'primary', State: 'ENABLED', Configuration: defaults({}), CreationTime: 0 };
  throw invalid(`WorkGroup ${name} is not found.`);
}

const resources = (input: { WorkGroup?: string; Name?: string }, context: Context) => [
  workGroupArn(input.WorkGroup ?? input.Name ?? 'primary', context),
];

export const workGroupOperations: Operations = {
  CreateWorkGroup: {
    resources,
    run(input: CreateWorkGroupInput, context: Context) {
      const name = input.Name ?? '';
      if (!/^[a-zA-Z0-9._-]{1,128}$/.test(name)) throw invalid(`Invalid WorkGroup name: ${name}`);
      const ns = namespace(context, 'workgroup');
      if (name === 'primary' || context.cloud.store.get(ns, name) !== undefined)
        throw invalid(`WorkGroup ${name} is already created`);
      const record: WorkGroupRecord = {
        Name: name,
        State: 'ENABLED',
        ...(input.Description === undefined ? {} : { Description: input.Description }),
        Configuration: checked(defaults(input.Configuration ?? {})),
        CreationTime: context.now / 1000,
      };
      context.cloud.store.put(ns, name, record);
      return {};
    },
  },
  GetWorkGroup: {
    resources,
    run: (input: GetWorkGroupInput, context: Context) => ({ WorkGroup: workGroup(context, input.WorkGroup ?? '') }),
  },
  UpdateWorkGroup: {
    resources,
    run(input: UpdateWorkGroupInput, context: Context) {
      const old = workGroup(context, input.WorkGroup ?? '');
      const updates = input.ConfigurationUpdates ?? {};
      const { ResultConfigurationUpdates: results, RemoveBytesScannedCutoffPerQuery: removeCutoff, ...plain } = updates;
      const {
        RemoveOutputLocation,
        RemoveEncryptionConfiguration,
        RemoveAclConfiguration,
        RemoveExpectedBucketOwner,
        ...set
      } = results ?? {};
      const result = { ...old.Configuration.ResultConfiguration, ...set };
      if (RemoveOutputLocation) delete result.OutputLocation;
      if (RemoveEncryptionConfiguration) delete result.EncryptionConfiguration;
      if (RemoveAclConfiguration) delete result.AclConfiguration;
      if (RemoveExpectedBucketOwner) delete result.ExpectedBucketOwner;
      const { ManagedQueryResultsConfigurationUpdates: managed, ...rest } = plain as typeof plain & {
        ManagedQueryResultsConfigurationUpdates?: { Enabled?: boolean };
      };
      const configuration: WorkGroupConfiguration = {
        ...old.Configuration,
        ...(rest as WorkGroupConfiguration),
        ResultConfiguration: result,
      };
      if (removeCutoff) delete configuration.BytesScannedCutoffPerQuery;
      if (managed?.Enabled !== undefined) configuration.ManagedQueryResultsConfiguration = { Enabled: managed.Enabled };
      const record: WorkGroupRecord = {
        ...old,
        ...(input.Description === undefined ? {} : { Description: input.Description }),
        ...(input.State === undefined ? {} : { State: input.State }),
        Configuration: checked(configuration),
      };
      context.cloud.store.put(namespace(context, 'workgroup'), old.Name, record);
      return {};
    },
  },
  ListWorkGroups: {
    run(input: ListWorkGroupsInput, context: Context) {
      const stored = context.cloud.store.list<WorkGroupRecord>(namespace(context, 'workgroup')).map((row) => row.value);
      const all = stored.some((one) => one.Name === 'primary') ? stored : [workGroup(context, 'primary'), ...stored];
      const { items, ...next } = page(all, input, 50);
      const summaries = items.map(({ Name, State, Description, CreationTime }) => ({
        Name,
        State,
        Description,
        CreationTime,
        EngineVersion: ENGINE,
      }));
      return { WorkGroups: summaries, ...next };
    },
  },
  DeleteWorkGroup: {
    resources,
    run(input: DeleteWorkGroupInput, context: Context) {
      const { Name } = workGroup(context, input.WorkGroup ?? '');
      if (Name === 'primary') throw invalid('Primary WorkGroup cannot be deleted');
      const { store } = context.cloud;
      const named = store
        .list<{ WorkGroup: string }>(namespace(context, 'named'))
        .filter((row) => row.value.WorkGroup === Name);
      const prepared = store.list(namespace(context, 'prepared'), `${Name}/`);
      if (!input.RecursiveDeleteOption && named.length + prepared.length > 0)
        throw invalid(`WorkGroup ${Name} is not empty`);
      for (const row of named) store.delete(namespace(context, 'named'), row.key);
      for (const row of prepared) store.delete(namespace(context, 'prepared'), row.key);
      store.delete(namespace(context, 'workgroup'), Name);
      return {};
    },
  },
};

function defaults(given: WorkGroupConfiguration): WorkGroupConfiguration {
  return {
    EnforceWorkGroupConfiguration: true,
    PublishCloudWatchMetricsEnabled: false,
    RequesterPaysEnabled: false,
    ...given,
    ResultConfiguration: given.ResultConfiguration ?? {},
    EngineVersion: ENGINE,
  };
}

function checked(configuration: WorkGroupConfiguration): WorkGroupConfiguration {
  const cutoff = configuration.BytesScannedCutoffPerQuery;
  if (cutoff !== undefined && cutoff < SMALLEST_CUTOFF) {
    throw invalid(
      `1 validation error detected: Value '${cutoff}' at 'bytesScannedCutoffPerQuery' failed to satisfy constraint: Member must have value greater than or equal to ${SMALLEST_CUTOFF}`,
    );
  }
  const location = configuration.ResultConfiguration?.OutputLocation;
  if (location !== undefined && !location.startsWith('s3://'))
    throw invalid(`outputLocation is not a valid S3 path: ${location}`);
  if (configuration.ManagedQueryResultsConfiguration?.Enabled === true && location !== undefined) {
    throw invalid('ManagedQueryResultsConfiguration and OutputLocation cannot both be set');
  }
  return configuration;
}
