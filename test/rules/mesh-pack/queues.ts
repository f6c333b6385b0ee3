import { at, breaking, list, only, type Place, type Properties, type Resources, type Rule, setting } from './rule.ts';
import { isBounded, isDeputyBound, isOwnRoot, type Statement, statementsOf, textOf, valuesOf } from './statement.ts';

const QUEUE = 'AWS::SQS::Queue';
const POLICY = 'AWS::SQS::QueuePolicy';
const TWO_WEEKS = 14 * 24 * 3600;

const GOOD = { SqsManagedSseEnabled: true, MessageRetentionPeriod: TWO_WEEKS };

const encryption: Rule = {
  id: 'queue-keeps',
  why: 'a message is encrypted at rest, and waits as long as SQS lets it',
  check: (resources) =>
    breaking(
      resources,
      QUEUE,
      (p) =>
        (p.SqsManagedSseEnabled === true || p.KmsMasterKeyId !== undefined) &&
        Number(p.MessageRetentionPeriod) >= TWO_WEEKS,
    ),
  passes: only(QUEUE, GOOD),
  fails: {
    'is in the clear': only(QUEUE, { ...GOOD, SqsManagedSseEnabled: false }),
    'is lost after a day': only(QUEUE, { ...GOOD, MessageRetentionPeriod: 24 * 3600 }),
  },
  mutations: [setting(QUEUE, ['SqsManagedSseEnabled'], false), setting(QUEUE, ['MessageRetentionPeriod'], 60)],
};

/** Statements of the policies of a queue. */
function policyOf(resources: Resources, id: string): Statement[] {
  return Object.values(resources)
    .filter(
      ({ Type, Properties }) => Type === POLICY && list(Properties?.Queues).some((queue) => at(queue, 'Ref') === id),
    )
    .flatMap(({ Properties }) => statementsOf(at(Properties, 'PolicyDocument')));
}

const OWN_ARN = { 'Fn::GetAtt': ['It', 'Arn'] };
const TLS = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 'sqs:*',
  Resource: OWN_ARN,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
const RULES = {
  Effect: 'Allow',
  Principal: { Service: 'events.amazonaws.com' },
  Action: 'sqs:SendMessage',
  Resource: OWN_ARN,
  Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:us-east-1:210000000011:rule/aviation-x/*' } },
};
const ROLE = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::210000000001:root' },
  Action: 'sqs:SendMessage',
  Resource: OWN_ARN,
  Condition: { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::210000000001:role/aviation-relay' } },
};
const queueOf = (...Statement: unknown[]): Resources => ({
  It: { Type: QUEUE, Properties: GOOD },
  Policy: { Type: POLICY, Properties: { Queues: [{ Ref: 'It' }], PolicyDocument: { Statement } } },
});

const tls: Rule = {
  id: 'queue-tls',
  why: 'a queue is spoken to over TLS, by whomever',
  check: (resources) =>
    breaking(resources, QUEUE, (_, id) =>
      policyOf(resources, id).some(
        (one) =>
          !one.allows &&
          one.principals.join() === '*' &&
          one.actions.includes('sqs:*') &&
          one.resources.includes(`<${id}.Arn>`) &&
          Object.keys(one.conditions).length === 1 &&
          valuesOf(one, 'aws:SecureTransport', 'Bool').join() === 'false',
      ),
    ),
  passes: queueOf(TLS),
  fails: {
    'has no policy': only(QUEUE, GOOD),
    'denies nobody': queueOf(RULES),
    'denies one account only': queueOf({ ...TLS, Principal: { AWS: 'arn:aws:iam::210000000011:root' } }),
  },
  mutations: [],
};

function sends(statement: Statement, place: Place): boolean {
  if (!statement.allows) return true;
  if (statement.actions.join() !== 'sqs:SendMessage' || statement.resources.some((one) => one.includes('*')))
    return false;
  if (statement.services.length > 0) {
    const rules = valuesOf(statement, 'aws:SourceArn', 'ArnLike', 'ArnEquals');
    const own = `arn:aws:events:${place.topology.region}:${place.account}:rule/`;
    return (
      statement.principals.length === 0 &&
      isDeputyBound(statement) &&
      rules.length > 0 &&
      rules.every((rule) => rule.startsWith(own))
    );
  }
  return statement.principals.every((one) => isOwnRoot(one, place))
    ? statement.principals.length > 0
    : isBounded(statement, place);
}

const senders: Rule = {
  id: 'queue-senders',
  why: 'a queue takes messages, and gives none, to rules of its own account and roles that are named: whoever could send would have its worker act',
  check: (resources, place) =>
    breaking(resources, POLICY, (p) => statementsOf(p.PolicyDocument).every((one) => sends(one, place))),
  passes: queueOf(TLS, RULES, ROLE),
  fails: {
    'takes from rules of every account': queueOf(TLS, { ...RULES, Condition: undefined }),
    "takes from another account's rules": queueOf(TLS, {
      ...RULES,
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:us-east-1:210000000012:rule/*' } },
    }),
    'takes from another account as it is': queueOf(TLS, { ...ROLE, Condition: undefined }),
    'lets others receive': queueOf(TLS, { ...ROLE, Action: ['sqs:SendMessage', 'sqs:ReceiveMessage'] }),
  },
  mutations: [
    {
      type: POLICY,
      name: 'whoever asks',
      apply: (p) =>
        list(at(p, 'PolicyDocument', 'Statement')).push({ ...ROLE, Principal: '*', Condition: undefined }) > 0,
    },
    {
      type: POLICY,
      name: 'no condition of a sender',
      apply: (p) => {
        const found = list(at(p, 'PolicyDocument', 'Statement')).find((one) => at(one, 'Effect') === 'Allow');
        return found !== undefined && delete (found as Properties).Condition;
      },
    },
  ],
};

const FUNCTION = 'AWS::Lambda::Function';
const MAPPING = 'AWS::Lambda::EventSourceMapping';
const SCHEDULE = 'AWS::Scheduler::Schedule';

/** Ids of functions that somebody calls without waiting for the answer. */
function calledWithoutWaiting(resources: Resources): Set<string> {
  const targets = Object.values(resources).flatMap(({ Type, Properties }) => {
    if (Type === 'AWS::Events::Rule') return list(Properties?.Targets).map((target) => textOf(at(target, 'Arn')));
    return Type === SCHEDULE ? [textOf(at(Properties, 'Target', 'Arn'))] : [];
  });
  return new Set(targets.map((target) => target.slice(1).split('.')[0] ?? ''));
}

const asked = (DeadLetterConfig?: Properties): Resources => ({
  It: { Type: FUNCTION, Properties: { DeadLetterConfig } },
  Rule: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Arn: { 'Fn::GetAtt': ['It', 'Arn'] } }] } },
});

const unanswered: Rule = {
  id: 'dead-letters',
  why: 'nothing is lost that nobody waits for: an asynchronous call, a schedule and a message of a queue or stream end in a dead-letter queue',
  check: (resources) => {
    const called = calledWithoutWaiting(resources);
    const worked = Object.values(resources)
      .filter(({ Type }) => Type === MAPPING)
      .map(({ Properties }) => textOf(Properties?.EventSourceArn));
    return [
      ...breaking(
        resources,
        FUNCTION,
        (p, id) => !called.has(id) || at(p, 'DeadLetterConfig', 'TargetArn') !== undefined,
      ),
      ...breaking(resources, SCHEDULE, (p) => at(p, 'Target', 'DeadLetterConfig', 'Arn') !== undefined),
      ...breaking(resources, QUEUE, (p, id) => {
        const attempts = Number(at(p, 'RedrivePolicy', 'maxReceiveCount'));
        return (
          !worked.includes(`<${id}.Arn>`) ||
          (at(p, 'RedrivePolicy', 'deadLetterTargetArn') !== undefined && attempts >= 3 && attempts <= 1000)
        );
      }),
      ...breaking(resources, MAPPING, (p) => {
        const stream = textOf(p.EventSourceArn).endsWith('.StreamArn>');
        const told = list(p.FunctionResponseTypes).includes('ReportBatchItemFailures');
        return told && (!stream || at(p, 'DestinationConfig', 'OnFailure', 'Destination') !== undefined);
      }),
    ];
  },
  passes: asked({ TargetArn: 'queue' }),
  fails: {
    'loses an event': asked(),
    'loses what a schedule starts': only(SCHEDULE, { Target: { Arn: 'function' } }),
    'tries a message for ever': {
      It: { Type: QUEUE, Properties: GOOD },
      Mapping: {
        Type: MAPPING,
        Properties: { EventSourceArn: OWN_ARN, FunctionResponseTypes: ['ReportBatchItemFailures'] },
      },
    },
    'takes a whole batch for failed': only(MAPPING, { EventSourceArn: 'queue' }),
  },
  mutations: [
    setting(MAPPING, ['FunctionResponseTypes'], undefined),
    {
      type: SCHEDULE,
      name: 'no dead letters of a schedule',
      apply: (p) => delete (p.Target as Properties).DeadLetterConfig,
    },
    { type: QUEUE, name: 'no end of a message', apply: (p) => p.RedrivePolicy !== undefined && delete p.RedrivePolicy },
  ],
};

/** Queues that something else falls back on. */
function deadLetterQueues(resources: Resources): Set<string> {
  const found = Object.values(resources).flatMap(({ Type, Properties }) => {
    if (Type === QUEUE) return [at(Properties, 'RedrivePolicy', 'deadLetterTargetArn')];
    if (Type === FUNCTION) return [at(Properties, 'DeadLetterConfig', 'TargetArn')];
    if (Type === SCHEDULE) return [at(Properties, 'Target', 'DeadLetterConfig', 'Arn')];
    if (Type === MAPPING) return [at(Properties, 'DestinationConfig', 'OnFailure', 'Destination')];
    return Type === 'AWS::Events::Rule'
      ? list(Properties?.Targets).map((target) => at(target, 'DeadLetterConfig', 'Arn'))
      : [];
  });
  return new Set(found.map((arn) => textOf(arn).slice(1).split('.')[0] ?? ''));
}

const ALARM = 'AWS::CloudWatch::Alarm';
const watched = (name: string, id: unknown, MetricName: string): Properties => ({
  MetricName,
  Namespace: 'AWS/Lambda',
  Statistic: 'Sum',
  Threshold: 1,
  EvaluationPeriods: 1,
  Period: 300,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  Dimensions: [{ Name: name, Value: id }],
});
const withAlarm = (alarm?: Properties): Resources => ({
  It: { Type: FUNCTION, Properties: {} },
  ...(alarm === undefined ? {} : { Alarm: { Type: ALARM, Properties: alarm } }),
});
const ERRORS = watched('FunctionName', { Ref: 'It' }, 'Errors');

/** What metrics are told by: a dimension less is another metric, which nobody writes. */
const WATCHED = [
  'DeliveryStreamName',
  'FunctionName',
  'QueueName',
  'service',
  'domain,mesh,service',
  'domain,mesh,service,source',
  'domain,mesh,service,table',
];

/** Whether an alarm can go off at the first sign. */
function goesOff(p: Properties): boolean {
  const dimensions = list(p.Dimensions);
  return (
    Number(p.Threshold) <= (p.Namespace === 'AWS/Firehose' ? 3600 : 1) &&
    p.EvaluationPeriods === 1 &&
    // A breaker that is open is spoken of once in its longest rest.
    Number(p.Period) <= (p.MetricName === 'BreakerOpen' ? 7200 : 3600) &&
    /^GreaterThan(OrEqualTo)?Threshold$/.test(String(p.ComparisonOperator)) &&
    /^(Maximum|Sum)$/.test(String(p.Statistic)) &&
    /^(AWS\/(Firehose|Lambda|SQS)|Weft)$/.test(String(p.Namespace)) &&
    /^[A-Za-z0-9.]+$/.test(String(p.MetricName ?? '')) &&
    p.ActionsEnabled !== false &&
    WATCHED.includes(dimensions.map((one) => String(at(one, 'Name'))).join()) &&
    dimensions.every((one) => !['*', 'undefined'].includes(textOf(at(one, 'Value'))))
  );
}

const alarms: Rule = {
  id: 'alarms',
  why: 'the first error of a function and the first dead letter are told: who hears of it an hour later has an hour of them',
  check: (resources) => {
    const dead = deadLetterQueues(resources);
    const seen = (metric: string, value: string) =>
      Object.values(resources).some(
        ({ Type, Properties: p = {} }) =>
          Type === ALARM &&
          p.MetricName === metric &&
          Number(p.Threshold) <= 1 &&
          Number(p.Period) <= 300 &&
          list(p.Dimensions).some((one) => textOf(at(one, 'Value')) === value),
      );
    return [
      ...breaking(resources, FUNCTION, (_, id) => seen('Errors', `<${id}>`)),
      ...breaking(
        resources,
        QUEUE,
        (_, id) => !dead.has(id) || seen('ApproximateNumberOfMessagesVisible', `<${id}.QueueName>`),
      ),
      ...breaking(resources, ALARM, goesOff),
    ];
  },
  passes: withAlarm(ERRORS),
  fails: {
    'fails in silence': withAlarm(),
    'is told of a hundred errors': withAlarm({ ...ERRORS, Threshold: 100 }),
    'is told of after a day': withAlarm({ ...ERRORS, Period: 86_400 }),
    'is told of to nobody': withAlarm({ ...ERRORS, ActionsEnabled: false }),
  },
  mutations: [],
};

const logged: Rule = {
  id: 'function-logs',
  why: 'a function logs into a group of its stack, with its key and its end: Lambda would make one with neither',
  check: (resources) =>
    breaking(resources, FUNCTION, (p) => {
      const group = at(p, 'LoggingConfig', 'LogGroup', 'Ref');
      return typeof group === 'string' && resources[group]?.Type === 'AWS::Logs::LogGroup';
    }),
  passes: {
    ...only(FUNCTION, { LoggingConfig: { LogGroup: { Ref: 'Logs' } } }),
    Logs: { Type: 'AWS::Logs::LogGroup' },
  },
  fails: {
    'logs where Lambda wants': only(FUNCTION, {}),
    'logs into a group of somebody else': only(FUNCTION, { LoggingConfig: { LogGroup: '/aws/lambda/other' } }),
  },
  mutations: [setting(FUNCTION, ['LoggingConfig'], undefined)],
};

export const QUEUE_RULES: readonly Rule[] = [encryption, tls, senders, unanswered, alarms, logged];
