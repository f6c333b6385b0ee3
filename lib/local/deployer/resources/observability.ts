import { type Family, nameOf, pick, rules } from './resource.ts';

const NO_METRICS =
  'metrics are not collected on this machine, so no alarm could ring and no dashboard could show anything';
const TRAIL =
  'CloudWatchLogsLogGroupArn CloudWatchLogsRoleArn EnableLogFileValidation IncludeGlobalServiceEvents IsMultiRegionTrail IsOrganizationTrail S3BucketName S3KeyPrefix SnsTopicName';

export const observability: Family = {
  'AWS::CDK::Metadata': { inert: 'it tells AWS which constructs were used' },
  'AWS::CloudWatch::Alarm': {
    inert: NO_METRICS,
    nameProperty: 'AlarmName',
    attributes: (id, { arn }) => ({ Arn: arn('cloudwatch', `alarm:${id}`) }),
  },
  'AWS::CloudWatch::Dashboard': { inert: NO_METRICS, nameProperty: 'DashboardName' },
  'AWS::Logs::LogGroup': {
    inert: 'functions log to files of the local folder',
    nameProperty: 'LogGroupName',
    attributes: (id, { arn }) => ({ Arn: arn('logs', `log-group:${id}:*`) }),
  },
  'AWS::Logs::LogStream': { inert: 'no service writes to a log group here', nameProperty: 'LogStreamName' },
  'AWS::Logs::MetricFilter': { inert: NO_METRICS },
  'AWS::SNS::Topic': {
    inert: 'nothing on this machine publishes to a topic: alarms do not ring here',
    nameProperty: 'TopicName',
    ref: (name, { arn }) => arn('sns', name),
    attributes: (id, { arn }) => ({ TopicArn: arn('sns', id), TopicName: id }),
  },

  'AWS::CloudTrail::Trail': {
    nameProperty: 'TrailName',
    properties: rules({
      update: `${TRAIL} AdvancedEventSelectors EventSelectors IsLogging`,
      replace: 'TrailName',
      inert: {
        InsightSelectors: 'nothing measures unusual activity here',
        KMSKeyId: 'log files are kept in the clear on this machine',
        Tags: 'tags of a trail decide nothing',
      },
    }),
    async create(request) {
      const Name = nameOf(request, 'TrailName', 128);
      const { call, properties } = request;
      const { TrailARN } = await call<{ TrailARN: string }>('cloudtrail', 'CreateTrail', {
        ...pick(properties, TRAIL),
        Name,
      });
      const selectors = pick(properties, 'AdvancedEventSelectors EventSelectors');
      if (Object.keys(selectors).length > 0)
        await call('cloudtrail', 'PutEventSelectors', { ...selectors, TrailName: Name });
      if (properties.IsLogging !== false) await call('cloudtrail', 'StartLogging', { Name });
      return { id: Name, attributes: { Arn: TrailARN } };
    },
    async update({ call, id, attributes, properties, previous }) {
      await call('cloudtrail', 'UpdateTrail', { ...pick(properties, TRAIL), Name: id });
      const selectors = pick(properties, 'AdvancedEventSelectors EventSelectors');
      if (Object.keys(selectors).length > 0)
        await call('cloudtrail', 'PutEventSelectors', { ...selectors, TrailName: id });
      if (properties.IsLogging !== previous.IsLogging) {
        await call('cloudtrail', properties.IsLogging === false ? 'StopLogging' : 'StartLogging', { Name: id });
      }
      return { id, attributes };
    },
    async delete({ call, id }) {
      await call('cloudtrail', 'DeleteTrail', { Name: id });
    },
  },
};
