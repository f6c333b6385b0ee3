import { AwsError } from '../../core/error.ts';
import type { Context, Operations } from '../../core/service.ts';
import {
  type AdvancedSelector,
  type EventSelector,
  type StoredTrail,
  TRAILS,
  trailArn,
  trailNotFound,
} from './model.ts';

interface TrailInput {
  readonly Name: string;
  readonly S3BucketName?: string;
  readonly S3KeyPrefix?: string;
  readonly IsOrganizationTrail?: boolean;
  readonly IsMultiRegionTrail?: boolean;
  readonly IncludeGlobalServiceEvents?: boolean;
  readonly EnableLogFileValidation?: boolean;
}

const MEMBERS = new Set([
  'Name',
  'S3BucketName',
  'S3KeyPrefix',
  'IsOrganizationTrail',
  'IsMultiRegionTrail',
  'IncludeGlobalServiceEvents',
  'EnableLogFileValidation',
  'TagsList',
]);

const onTrail = (input: { Name?: string; TrailName?: string }, { account, region }: Context) => {
  const name = input.Name ?? input.TrailName ?? '';
  return [name.startsWith('arn:') ? name : trailArn({ account, region, name })];
};

/** Trails and what they select. */
export const operations: Operations = {
  CreateTrail: {
    resources: onTrail,
    run: (input: TrailInput, context: Context) => {
      refuseUnknown(input);
      const { account, region, cloud } = context;
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]$/.test(input.Name)) {
        throw new AwsError('InvalidTrailNameException', `Trail name ${input.Name} is not valid.`);
      }
      const arn = trailArn({ account, region, name: input.Name });
      if (cloud.store.get(TRAILS, arn) !== undefined) {
        throw new AwsError(
          'TrailAlreadyExistsException',
          `Trail ${input.Name} already exists for customer: ${account}`,
        );
      }
      const trail: StoredTrail = {
        name: input.Name,
        account,
        region,
        bucket: input.S3BucketName ?? '',
        prefix: input.S3KeyPrefix,
        organization: input.IsOrganizationTrail ?? false,
        multiRegion: input.IsMultiRegionTrail ?? false,
        globalEvents: input.IncludeGlobalServiceEvents ?? true,
        validation: input.EnableLogFileValidation ?? false,
        logging: false,
      };
      cloud.store.put(TRAILS, arn, trail);
      return describe(trail);
    },
  },
  UpdateTrail: {
    resources: onTrail,
    run: (input: TrailInput, context: Context) => {
      refuseUnknown(input);
      const trail = getTrail(input.Name, context);
      return describe(
        save(context, {
          ...trail,
          bucket: input.S3BucketName ?? trail.bucket,
          prefix: input.S3KeyPrefix ?? trail.prefix,
          organization: input.IsOrganizationTrail ?? trail.organization,
          multiRegion: input.IsMultiRegionTrail ?? trail.multiRegion,
          globalEvents: input.IncludeGlobalServiceEvents ?? trail.globalEvents,
          validation: input.EnableLogFileValidation ?? trail.validation,
          retryAt: undefined,
        }),
      );
    },
  },
  GetTrail: {
    resources: onTrail,
    run: (input: { Name: string }, context: Context) => ({ Trail: describe(getTrail(input.Name, context)) }),
  },
  DescribeTrails: {
    run: (input: { trailNameList?: readonly string[] }, { cloud, account }: Context) => ({
      trailList: cloud.store
        .list<StoredTrail>(TRAILS)
        .map(({ value }) => value)
        .filter((trail) => trail.account === account)
        .filter(
          (trail) =>
            !input.trailNameList?.length ||
            [trail.name, trailArn(trail)].some((id) => input.trailNameList?.includes(id)),
        )
        .map(describe),
    }),
  },
  DeleteTrail: {
    resources: onTrail,
    run: (input: { Name: string }, context: Context) => {
      context.cloud.store.delete(TRAILS, trailArn(getTrail(input.Name, context)));
    },
  },
  StartLogging: {
    resources: onTrail,
    run: (input: { Name: string }, context: Context) => {
      save(context, { ...getTrail(input.Name, context), logging: true, startedAt: context.now });
    },
  },
  StopLogging: {
    resources: onTrail,
    run: (input: { Name: string }, context: Context) => {
      save(context, { ...getTrail(input.Name, context), logging: false, stoppedAt: context.now });
    },
  },
  GetTrailStatus: {
    resources: onTrail,
    run: (input: { Name: string }, context: Context) => {
      const trail = getTrail(input.Name, context);
      const time = (at: number | undefined) => (at === undefined ? undefined : new Date(at));
      return {
        IsLogging: trail.logging,
        StartLoggingTime: time(trail.startedAt),
        StopLoggingTime: time(trail.stoppedAt),
        LatestDeliveryTime: time(trail.deliveredAt),
        LatestDeliveryError: trail.deliveryError,
      };
    },
  },
  PutEventSelectors: {
    resources: onTrail,
    run: (
      input: {
        TrailName: string;
        EventSelectors?: readonly EventSelector[];
        AdvancedEventSelectors?: readonly AdvancedSelector[];
      },
      context: Context,
    ) => {
      const { EventSelectors: selectors, AdvancedEventSelectors: advancedSelectors } = input;
      if ((selectors === undefined) === (advancedSelectors === undefined)) {
        throw new AwsError('InvalidEventSelectorsException', 'Give either EventSelectors or AdvancedEventSelectors.');
      }
      const trail = save(context, { ...getTrail(input.TrailName, context), selectors, advancedSelectors });
      return { TrailARN: trailArn(trail), EventSelectors: selectors, AdvancedEventSelectors: advancedSelectors };
    },
  },
  GetEventSelectors: {
    resources: onTrail,
    run: (input: { TrailName: string }, context: Context) => {
      const trail = getTrail(input.TrailName, context);
      return {
        TrailARN: trailArn(trail),
        EventSelectors: trail.selectors,
        AdvancedEventSelectors: trail.advancedSelectors,
      };
    },
  },
};

function getTrail(name: string, context: Context): StoredTrail {
  const [arn = ''] = onTrail({ Name: name }, context);
  const trail = context.cloud.store.get<StoredTrail>(TRAILS, arn);
  if (trail === undefined) throw trailNotFound(name, context.account);
  return trail;
}

function save(context: Context, trail: StoredTrail): StoredTrail {
  context.cloud.store.put(TRAILS, trailArn(trail), trail);
  return trail;
}

function refuseUnknown(input: object): void {
  const unknown = Object.keys(input).filter((name) => !MEMBERS.has(name));
  if (unknown.length === 0) return;
  throw new AwsError(
    'InvalidParameterCombinationException',
    `weft local does not model ${unknown.join(', ')} of a trail`,
  );
}

function describe(trail: StoredTrail) {
  return {
    Name: trail.name,
    TrailARN: trailArn(trail),
    S3BucketName: trail.bucket,
    S3KeyPrefix: trail.prefix,
    IncludeGlobalServiceEvents: trail.globalEvents,
    IsMultiRegionTrail: trail.multiRegion,
    IsOrganizationTrail: trail.organization,
    LogFileValidationEnabled: trail.validation,
    HomeRegion: trail.region,
    HasCustomEventSelectors: trail.selectors !== undefined || trail.advancedSelectors !== undefined,
  };
}
