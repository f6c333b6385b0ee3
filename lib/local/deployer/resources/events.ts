import { type Family, nameOf, type Properties, pick, type ResourceRequest, rules } from './resource.ts';

const RULE = 'Description RoleArn ScheduleExpression State';
const ARCHIVE = 'Description RetentionDays KmsKeyIdentifier';

export const events: Family = {
  'AWS::Events::EventBus': {
    nameProperty: 'Name',
    properties: rules({
      update: 'DeadLetterConfig Description KmsKeyIdentifier Policy Tags',
      replace: 'Name EventSourceName',
      inert: { LogConfig: 'nothing reads the logs of a bus here' },
    }),
    async create({ call, properties }) {
      const { Policy, LogConfig: _logs, ...rest } = properties;
      const { EventBusArn } = await call<{ EventBusArn: string }>('events', 'CreateEventBus', rest);
      const Name = String(properties.Name);
      if (Policy !== undefined)
        await call('events', 'PutPermission', { EventBusName: Name, Policy: JSON.stringify(Policy) });
      return { id: Name, attributes: { Arn: EventBusArn, Name } };
    },
    async update({ call, id, attributes, properties }) {
      const changes = pick(properties, 'DeadLetterConfig Description KmsKeyIdentifier');
      await call('events', 'UpdateEventBus', { Name: id, ...changes });
      if (properties.Policy !== undefined) {
        await call('events', 'PutPermission', { EventBusName: id, Policy: JSON.stringify(properties.Policy) });
      }
      return { id, attributes };
    },
    delete: ({ call, id }) => call('events', 'DeleteEventBus', { Name: id }),
  },

  'AWS::Events::EventBusPolicy': {
    properties: rules({ update: 'Action Condition Principal Statement', replace: 'EventBusName StatementId' }),
    async create(request) {
      await putStatement(request);
      return { id: `${busOf(request.properties)}|${request.properties.StatementId}` };
    },
    async update(request) {
      await putStatement(request);
      return { id: request.id };
    },
    async delete({ call, properties }) {
      const { StatementId } = properties;
      await call('events', 'RemovePermission', { EventBusName: busOf(properties), StatementId });
    },
  },

  'AWS::Events::Rule': {
    nameProperty: 'Name',
    properties: rules({ update: `${RULE} EventPattern Targets Tags`, replace: 'EventBusName Name' }),
    async create(request) {
      const Name = nameOf(request, 'Name', 64);
      const { RuleArn } = await putRule(request, Name);
      const bus = busOf(request.properties);
      return { id: bus === 'default' ? Name : `${bus}|${Name}`, attributes: { Arn: RuleArn } };
    },
    async update(request) {
      const { call, id, attributes, properties, previous } = request;
      const Rule = ruleName(id);
      const kept = new Set(targetIds(properties));
      const Ids = targetIds(previous).filter((target) => !kept.has(target));
      if (Ids.length > 0) await call('events', 'RemoveTargets', { Rule, EventBusName: busOf(properties), Ids });
      await putRule(request, Rule);
      return { id, attributes };
    },
    async delete({ call, id, properties }) {
      const Name = ruleName(id);
      const EventBusName = busOf(properties);
      const Ids = targetIds(properties);
      if (Ids.length > 0) await call('events', 'RemoveTargets', { Rule: Name, EventBusName, Ids });
      await call('events', 'DeleteRule', { Name, EventBusName });
    },
  },

  'AWS::Events::Archive': {
    nameProperty: 'ArchiveName',
    properties: rules({ update: `${ARCHIVE} EventPattern`, replace: 'ArchiveName SourceArn' }),
    async create(request) {
      const ArchiveName = nameOf(request, 'ArchiveName', 48);
      const { properties } = request;
      const { ArchiveArn } = await request.call<{ ArchiveArn: string }>('events', 'CreateArchive', {
        ...archiveOf(properties),
        ArchiveName,
        EventSourceArn: properties.SourceArn,
      });
      return { id: ArchiveName, attributes: { Arn: ArchiveArn, ArchiveName } };
    },
    async update({ call, id, attributes, properties }) {
      await call('events', 'UpdateArchive', { ...archiveOf(properties), ArchiveName: id });
      return { id, attributes };
    },
    delete: ({ call, id }) => call('events', 'DeleteArchive', { ArchiveName: id }),
  },
};

function busOf(properties: Properties): string {
  return typeof properties.EventBusName === 'string' ? properties.EventBusName : 'default';
}

function ruleName(id: string): string {
  return id.slice(id.indexOf('|') + 1);
}

function targetIds(properties: Properties): string[] {
  return ((properties.Targets ?? []) as { Id: string }[]).map(({ Id }) => Id);
}

function asJson(pattern: unknown): string | undefined {
  if (pattern === undefined || typeof pattern === 'string') return pattern;
  return JSON.stringify(pattern);
}

function archiveOf(properties: Properties): Properties {
  return { ...pick(properties, ARCHIVE), EventPattern: asJson(properties.EventPattern) };
}

async function putRule({ call, properties }: ResourceRequest, Name: string): Promise<{ RuleArn: string }> {
  const EventBusName = busOf(properties);
  const answer = await call<{ RuleArn: string }>('events', 'PutRule', {
    ...pick(properties, `${RULE} Tags`),
    Name,
    EventBusName,
    EventPattern: asJson(properties.EventPattern),
  });
  const Targets = (properties.Targets ?? []) as Properties[];
  if (Targets.length === 0) return answer;
  const { FailedEntries = [] } = await call<{ FailedEntries?: { TargetId: string; ErrorMessage: string }[] }>(
    'events',
    'PutTargets',
    { Rule: Name, EventBusName, Targets },
  );
  const [failed] = FailedEntries;
  if (failed !== undefined) throw new Error(`target ${failed.TargetId} was refused: ${failed.ErrorMessage}`);
  return answer;
}

/** A whole statement goes into the bus's policy beside the others; PutPermission itself knows only simple ones. */
async function putStatement({ call, properties }: ResourceRequest): Promise<void> {
  const EventBusName = busOf(properties);
  const { StatementId, Statement, Action, Principal, Condition } = properties;
  if (Statement === undefined) {
    await call('events', 'PutPermission', { EventBusName, StatementId, Action, Principal, Condition });
    return;
  }
  const { Policy } = await call<{ Policy?: string }>('events', 'DescribeEventBus', { Name: EventBusName });
  const former = Policy === undefined ? [] : (JSON.parse(Policy) as { Statement: { Sid?: string }[] }).Statement;
  const others = former.filter(({ Sid }) => Sid !== StatementId);
  const document = { Version: '2012-10-17', Statement: [...others, { Sid: StatementId, ...(Statement as object) }] };
  await call('events', 'PutPermission', { EventBusName, Policy: JSON.stringify(document) });
}
