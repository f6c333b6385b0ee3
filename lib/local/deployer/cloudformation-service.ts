import { queryCodec } from '../core/codecs.ts';
import { AwsError } from '../core/error.ts';
import type { Context, Operations, Service } from '../core/service.ts';
import { listStacks, type ResourceRecord, type StackRecord } from './stack-record.ts';

type Form = Readonly<Record<string, string | undefined>>;

/** AWS CloudFormation, to read only: what the deployer made. Stacks are deployed with `weft`, not through this API. */
export class CloudFormationService implements Service {
  readonly signingName = 'cloudformation';
  readonly codec = queryCodec;

  readonly operations: Operations = {
    DescribeStacks: {
      run: (input: Form, context: Context) => {
        const named = input.StackName;
        return { Stacks: (named === undefined ? all(context) : [find(named, context)]).map(describe) };
      },
    },
    ListStacks: {
      run: (_input: Form, context: Context) => ({ StackSummaries: all(context).map(summarize) }),
    },
    DescribeStackResources: {
      run: (input: Form, context: Context) => {
        const stack = find(input.StackName, context);
        const wanted = input.LogicalResourceId;
        const resources = Object.values(stack.resources).filter(({ logicalId }) => (wanted ?? logicalId) === logicalId);
        return {
          StackResources: resources.map((resource) => ({
            StackName: stack.stackName,
            StackId: stack.stackId,
            ...identity(resource),
            Timestamp: new Date(resource.updatedAt),
          })),
        };
      },
    },
    ListStackResources: {
      run: (input: Form, context: Context) => ({
        StackResourceSummaries: Object.values(find(input.StackName, context).resources).map((resource) => ({
          ...identity(resource),
          LastUpdatedTimestamp: new Date(resource.updatedAt),
        })),
      }),
    },
    ListExports: {
      run: (_input: Form, context: Context) => ({
        Exports: all(context).flatMap(({ stackId, outputs }) =>
          outputs.flatMap(({ exportName, value }) =>
            exportName === undefined ? [] : [{ ExportingStackId: stackId, Name: exportName, Value: value }],
          ),
        ),
      }),
    },
    GetTemplate: {
      run: (input: Form, context: Context) => ({
        TemplateBody: JSON.stringify(find(input.StackName, context).template),
        StagesAvailable: ['Original'],
      }),
    },
  };
}

function all({ cloud, account, region }: Context): StackRecord[] {
  return listStacks(cloud.store, account, region);
}

function find(name: string | undefined, context: Context): StackRecord {
  const stack = all(context).find(({ stackName, stackId }) => stackName === name || stackId === name);
  if (stack === undefined) throw new AwsError('ValidationError', `Stack with id ${name} does not exist`);
  return stack;
}

function summarize({ stackId, stackName, status, reason, createdAt, updatedAt, template }: StackRecord) {
  return {
    StackId: stackId,
    StackName: stackName,
    CreationTime: new Date(createdAt),
    LastUpdatedTime: updatedAt === createdAt ? undefined : new Date(updatedAt),
    StackStatus: status,
    StackStatusReason: reason,
    TemplateDescription: template.Description,
  };
}

function describe(stack: StackRecord) {
  const { TemplateDescription, ...summary } = summarize(stack);
  return {
    ...summary,
    Description: TemplateDescription,
    Parameters: Object.entries(stack.parameters).map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: String(value),
    })),
    DisableRollback: false,
    Outputs: stack.outputs.map(({ name, value, description, exportName }) => ({
      OutputKey: name,
      OutputValue: value,
      Description: description,
      ExportName: exportName,
    })),
    Tags: Object.entries(stack.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

function identity({ logicalId, physicalId, type, status, reason }: ResourceRecord) {
  return {
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    ResourceStatus: status,
    ResourceStatusReason: reason,
  };
}
