import { paginate } from '../../core/page.ts';
import type { Route } from '../../core/rest-codec.ts';
import { parseSchedule } from '../../core/schedule.ts';
import type { Context, Operations } from '../../core/service.ts';
import {
  conflict,
  GROUPS,
  groupArn,
  notFound,
  SCHEDULES,
  type ScheduleTarget,
  type StoredSchedule,
  scheduleArn,
  validation,
} from './model.ts';

interface ScheduleInput {
  readonly Name: string;
  readonly GroupName?: string;
  readonly ScheduleExpression?: string;
  readonly ScheduleExpressionTimezone?: string;
  /** Epoch seconds, or ISO text as templates have it. */
  readonly StartDate?: number | string;
  readonly EndDate?: number | string;
  readonly State?: string;
  readonly Description?: string;
  readonly Target?: ScheduleTarget;
  readonly FlexibleTimeWindow?: { readonly Mode?: string };
  readonly ActionAfterCompletion?: string;
}

interface StoredGroup {
  readonly name: string;
  readonly createdAt: number;
}

const NAMED = '/schedules/{Name}';

/** EventBridge Scheduler on the wire, from its service model. */
export const ROUTES: readonly Route[] = [
  { operation: 'CreateSchedule', method: 'POST', path: NAMED },
  { operation: 'UpdateSchedule', method: 'PUT', path: NAMED },
  { operation: 'GetSchedule', method: 'GET', path: NAMED, query: { GroupName: 'groupName' } },
  {
    operation: 'DeleteSchedule',
    method: 'DELETE',
    path: NAMED,
    query: { GroupName: 'groupName', ClientToken: 'clientToken' },
  },
  {
    operation: 'ListSchedules',
    method: 'GET',
    path: '/schedules',
    query: {
      GroupName: 'ScheduleGroup',
      NamePrefix: 'NamePrefix',
      State: 'State',
      MaxResults: 'MaxResults',
      NextToken: 'NextToken',
    },
  },
  { operation: 'CreateScheduleGroup', method: 'POST', path: '/schedule-groups/{Name}' },
  { operation: 'GetScheduleGroup', method: 'GET', path: '/schedule-groups/{Name}' },
  {
    operation: 'DeleteScheduleGroup',
    method: 'DELETE',
    path: '/schedule-groups/{Name}',
    query: { ClientToken: 'clientToken' },
  },
  { operation: 'ListScheduleGroups', method: 'GET', path: '/schedule-groups', query: { NamePrefix: 'NamePrefix' } },
];

const onSchedule = (input: { Name: string; GroupName?: string }, { account, region }: Context) => [
  scheduleArn({ account, region, group: input.GroupName ?? 'default', name: input.Name }),
];
const onGroup = (input: { Name: string }, { account, region }: Context) => [groupArn(account, region, input.Name)];

/** Schedules and their groups. */
export const operations: Operations = {
  CreateSchedule: {
    resources: onSchedule,
    run: (input: ScheduleInput, context: Context) => {
      const schedule = scheduleOf(input, context, context.now);
      const arn = scheduleArn(schedule);
      if (!/^[0-9a-zA-Z\-_.]{1,64}$/.test(input.Name)) throw validation(`Schedule name ${input.Name} is not valid.`);
      if (findGroup(context, schedule.group) === undefined) throw notFound(`Schedule group ${schedule.group}`);
      if (context.cloud.store.get(SCHEDULES, arn) !== undefined) throw conflict(`Schedule ${input.Name}`);
      passRole(schedule, context);
      context.cloud.store.put(SCHEDULES, arn, schedule);
      return { ScheduleArn: arn };
    },
  },
  UpdateSchedule: {
    resources: onSchedule,
    run: (input: ScheduleInput, context: Context) => {
      const former = getSchedule(input, context);
      const schedule = scheduleOf(input, context, former.createdAt);
      passRole(schedule, context);
      context.cloud.store.put(SCHEDULES, scheduleArn(schedule), schedule);
      return { ScheduleArn: scheduleArn(schedule) };
    },
  },
  GetSchedule: {
    resources: onSchedule,
    run: (input: ScheduleInput, context: Context) => describe(getSchedule(input, context)),
  },
  DeleteSchedule: {
    resources: onSchedule,
    run: (input: ScheduleInput, context: Context) => {
      context.cloud.store.delete(SCHEDULES, scheduleArn(getSchedule(input, context)));
    },
  },
  ListSchedules: {
    run: (
      input: { GroupName?: string; NamePrefix?: string; State?: string; MaxResults?: string; NextToken?: string },
      { cloud, account, region }: Context,
    ) => {
      const all = cloud.store
        .list<StoredSchedule>(SCHEDULES, `arn:aws:scheduler:${region}:${account}:`)
        .map(({ value }) => value)
        .filter((schedule) => input.GroupName === undefined || schedule.group === input.GroupName)
        .filter((schedule) => schedule.name.startsWith(input.NamePrefix ?? ''))
        .filter((schedule) => input.State === undefined || schedule.state === input.State);
      const limit = input.MaxResults === undefined ? undefined : Number(input.MaxResults);
      const { page, next } = paginate(all, limit, input.NextToken);
      return { Schedules: page.map(summary), NextToken: next };
    },
  },
  CreateScheduleGroup: {
    resources: onGroup,
    run: (input: { Name: string }, context: Context) => {
      const arn = groupArn(context.account, context.region, input.Name);
      if (findGroup(context, input.Name) !== undefined) throw conflict(`Schedule group ${input.Name}`);
      context.cloud.store.put(GROUPS, arn, { name: input.Name, createdAt: context.now } satisfies StoredGroup);
      return { ScheduleGroupArn: arn };
    },
  },
  GetScheduleGroup: {
    resources: onGroup,
    run: (input: { Name: string }, context: Context) => {
      const group = findGroup(context, input.Name);
      if (group === undefined) throw notFound(`Schedule group ${input.Name}`);
      return describeGroup(context, group);
    },
  },
  ListScheduleGroups: {
    run: (input: { NamePrefix?: string }, context: Context) => {
      const { cloud, account, region } = context;
      const own = cloud.store.list<StoredGroup>(GROUPS, groupArn(account, region, '')).map(({ value }) => value);
      const all = [{ name: 'default', createdAt: 0 }, ...own];
      const groups = all.filter((group) => group.name.startsWith(input.NamePrefix ?? ''));
      return { ScheduleGroups: groups.map((group) => describeGroup(context, group)) };
    },
  },
  DeleteScheduleGroup: {
    resources: onGroup,
    run: (input: { Name: string }, context: Context) => {
      const { cloud, account, region } = context;
      if (input.Name === 'default') throw validation('The default schedule group cannot be deleted.');
      if (findGroup(context, input.Name) === undefined) throw notFound(`Schedule group ${input.Name}`);
      const prefix = scheduleArn({ account, region, group: input.Name, name: '' });
      for (const { key } of cloud.store.list(SCHEDULES, prefix)) cloud.store.delete(SCHEDULES, key);
      cloud.store.delete(GROUPS, groupArn(account, region, input.Name));
    },
  },
};

function scheduleOf(input: ScheduleInput, context: Context, createdAt: number): StoredSchedule {
  const { account, region, now } = context;
  const target = input.Target;
  if (target === undefined || input.ScheduleExpression === undefined)
    throw validation('Target and ScheduleExpression are required.');
  if ((input.FlexibleTimeWindow?.Mode ?? 'OFF') !== 'OFF')
    throw validation('weft local has FlexibleTimeWindow OFF only');
  if (!['UTC', 'Etc/UTC', undefined].includes(input.ScheduleExpressionTimezone)) {
    throw validation(`weft local schedules in UTC only, not in ${input.ScheduleExpressionTimezone}`);
  }
  const known = /^arn:aws:(lambda:.*:function:|sqs:|events:.*:event-bus\/)/.test(target.Arn);
  if (!known) throw validation(`weft local schedules Lambda, SQS and event buses, not ${target.Arn}`);
  if (target.Arn.startsWith('arn:aws:events:') && target.EventBridgeParameters === undefined) {
    throw validation('EventBridgeParameters is required for an event bus.');
  }
  const schedule: StoredSchedule = {
    account,
    region,
    group: input.GroupName ?? 'default',
    name: input.Name,
    expression: input.ScheduleExpression,
    state: input.State === 'DISABLED' ? 'DISABLED' : 'ENABLED',
    description: input.Description,
    target,
    startAt: timeOf(input.StartDate),
    endAt: timeOf(input.EndDate),
    deleteAfter: input.ActionAfterCompletion === 'DELETE',
    createdAt,
    modifiedAt: now,
  };
  return withNext(schedule, now - 1);
}

/** Whoever makes a schedule hands the role of its target to Scheduler. */
function passRole({ target }: StoredSchedule, { cloud, caller }: Context): void {
  const keys = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
  cloud.tell({ caller, action: 'iam:PassRole', resource: target.RoleArn, keys });
}

/** Sets when a schedule fires next after a time. A rate counts from the start date, else from the creation, and fires then for the first time. */
export function withNext(schedule: StoredSchedule, after: number): StoredSchedule {
  const anchor = schedule.startAt ?? schedule.createdAt;
  const from = Math.max(after, (schedule.startAt ?? 0) - 1);
  const next = parseSchedule(schedule.expression).next(from, anchor);
  const over = next === undefined || (schedule.endAt !== undefined && next > schedule.endAt);
  return { ...schedule, nextAt: over || schedule.state === 'DISABLED' ? undefined : next };
}

function getSchedule(input: { Name: string; GroupName?: string }, context: Context): StoredSchedule {
  const [arn = ''] = onSchedule(input, context);
  const schedule = context.cloud.store.get<StoredSchedule>(SCHEDULES, arn);
  if (schedule === undefined) throw notFound(`Schedule ${input.Name}`);
  return schedule;
}

function findGroup({ cloud, account, region }: Context, name: string): StoredGroup | undefined {
  if (name === 'default') return { name, createdAt: 0 };
  return cloud.store.get<StoredGroup>(GROUPS, groupArn(account, region, name));
}

function timeOf(date: number | string | undefined): number | undefined {
  if (date === undefined) return undefined;
  return typeof date === 'number' ? date * 1000 : Date.parse(date);
}

function summary(schedule: StoredSchedule) {
  return {
    Arn: scheduleArn(schedule),
    GroupName: schedule.group,
    Name: schedule.name,
    State: schedule.state,
    CreationDate: new Date(schedule.createdAt),
    LastModificationDate: new Date(schedule.modifiedAt),
    Target: { Arn: schedule.target.Arn },
  };
}

function describe(schedule: StoredSchedule) {
  return {
    ...summary(schedule),
    Target: schedule.target,
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: 'UTC',
    Description: schedule.description,
    StartDate: schedule.startAt === undefined ? undefined : new Date(schedule.startAt),
    EndDate: schedule.endAt === undefined ? undefined : new Date(schedule.endAt),
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: schedule.deleteAfter ? 'DELETE' : 'NONE',
  };
}

function describeGroup({ account, region }: Context, group: StoredGroup) {
  const at = new Date(group.createdAt);
  return {
    Arn: groupArn(account, region, group.name),
    Name: group.name,
    State: 'ACTIVE',
    CreationDate: at,
    LastModificationDate: at,
  };
}
