import { type Family, nameOf, pick, rules } from './resource.ts';

const SCHEDULE =
  'Description EndDate FlexibleTimeWindow GroupName KmsKeyArn ScheduleExpression ScheduleExpressionTimezone StartDate State Target';

export const scheduler: Family = {
  'AWS::Scheduler::ScheduleGroup': {
    nameProperty: 'Name',
    properties: rules({ update: 'Tags', replace: 'Name' }),
    async create(request) {
      const Name = nameOf(request, 'Name', 64);
      const input = { Name, ...pick(request.properties, 'Tags') };
      const { ScheduleGroupArn } = await request.call<{ ScheduleGroupArn: string }>(
        'scheduler',
        'CreateScheduleGroup',
        input,
      );
      return { id: Name, attributes: { Arn: ScheduleGroupArn, State: 'ACTIVE' } };
    },
    delete: ({ call, id }) => call('scheduler', 'DeleteScheduleGroup', { Name: id }),
  },

  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    properties: rules({ update: SCHEDULE.replace('GroupName ', ''), replace: 'Name GroupName' }),
    async create(request) {
      const Name = nameOf(request, 'Name', 64);
      const input = { ...pick(request.properties, SCHEDULE), Name };
      const { ScheduleArn } = await request.call<{ ScheduleArn: string }>('scheduler', 'CreateSchedule', input);
      return { id: Name, attributes: { Arn: ScheduleArn } };
    },
    async update({ call, id, attributes, properties }) {
      await call('scheduler', 'UpdateSchedule', { ...pick(properties, SCHEDULE), Name: id });
      return { id, attributes };
    },
    delete: ({ call, id, properties }) => {
      return call('scheduler', 'DeleteSchedule', { Name: id, ...pick(properties, 'GroupName') });
    },
  },
};
