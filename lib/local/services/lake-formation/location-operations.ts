import type { RegisterResourceRequest } from '@aws-sdk/client-lakeformation';
import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import { pageOf } from '../../core/page.ts';
import type { Context, Operations } from '../../core/service.ts';
import { invalid, missing } from './errors.ts';
import { type LocationRecord, locations } from './location-store.ts';
import { principalOf } from './principal.ts';

const SERVICE_ROLE = 'aws-service-role/lakeformation.amazonaws.com/AWSServiceRoleForLakeFormationDataAccess';
const MEMBERS = new Set(['ResourceArn', 'UseServiceLinkedRole', 'RoleArn', 'WithFederation', 'HybridAccessEnabled']);

/** The operations on registered Amazon S3 locations. */
export const locationOperations: Operations = {
  RegisterResource: {
    run(input: RegisterResourceRequest, context: Context) {
      refuseOthers('lakeformation', 'RegisterResource', input, MEMBERS);
      const location = understood(input, context);
      if (locations.get(context.cloud, context.account, location.arn) !== undefined) {
        throw new AwsError('AlreadyExistsException', 'Resource is already registered');
      }
      locations.put(context.cloud, context.account, location);
      return {};
    },
  },
  UpdateResource: {
    run(input: RegisterResourceRequest, context: Context) {
      refuseOthers('lakeformation', 'UpdateResource', input, MEMBERS);
      const { registeredBy } = registered(input.ResourceArn, context);
      locations.put(context.cloud, context.account, { ...understood(input, context), registeredBy });
      return {};
    },
  },
  DeregisterResource: {
    run({ ResourceArn }: { ResourceArn?: string }, context: Context) {
      const { arn } = registered(ResourceArn, context);
      locations.delete(context.cloud, context.account, arn);
      return {};
    },
  },
  DescribeResource: {
    run: ({ ResourceArn }: { ResourceArn?: string }, context: Context) => ({
      ResourceInfo: toWire(registered(ResourceArn, context)),
    }),
  },
  ListResources: {
    run(
      input: {
        FilterConditionList?: { Field?: string; ComparisonOperator?: string; StringValueList?: string[] }[];
        NextToken?: string;
        MaxResults?: number;
      },
      context: Context,
    ) {
      if ((input.FilterConditionList ?? []).length > 0) {
        throw new AwsError(
          'WeftLocalNotImplemented',
          'weft local does not implement lakeformation:ListResources with FilterConditionList',
          501,
        );
      }
      const all = locations.list(context.cloud, context.account).map(toWire);
      const { items, NextToken } = pageOf(all, input, 1000);
      return { ResourceInfoList: items, ...(NextToken !== undefined && { NextToken }) };
    },
  },
};

function registered(arn: string | undefined, context: Context): LocationRecord {
  const found = locations.get(context.cloud, context.account, arn ?? '');
  if (found === undefined) throw missing('Entity not found: the location is not registered');
  return found;
}

function understood(input: RegisterResourceRequest, context: Context): LocationRecord {
  const arn = input.ResourceArn ?? '';
  if (!/^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]+(\/.*)?$/.test(arn)) throw invalid(`Invalid resource ARN: ${arn}`);
  if (input.HybridAccessEnabled === true) {
    throw new AwsError('WeftLocalNotImplemented', 'weft local does not implement hybrid access mode', 501);
  }
  const service = input.UseServiceLinkedRole === true;
  if (service === (input.RoleArn !== undefined)) {
    throw invalid('Either UseServiceLinkedRole or RoleArn must be given');
  }
  return {
    arn,
    roleArn: input.RoleArn ?? `arn:aws:iam::${context.account}:role/${SERVICE_ROLE}`,
    lastModified: Math.floor(context.now / 1000),
    withFederation: input.WithFederation ?? false,
    registeredBy: principalOf(context.caller),
  };
}

function toWire(location: LocationRecord) {
  return {
    ResourceArn: location.arn,
    RoleArn: location.roleArn,
    LastModified: location.lastModified,
    WithFederation: location.withFederation,
    HybridAccessEnabled: false,
  };
}
