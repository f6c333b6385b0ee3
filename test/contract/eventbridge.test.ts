import {
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteRuleCommand,
  DescribeArchiveCommand,
  DescribeEventBusCommand,
  DescribeReplayCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
  RemoveTargetsCommand,
  StartReplayCommand,
  type Target,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from '@jest/globals';
import { setOrganization } from '#local/core/organization.ts';
import { EventBridgeService } from '#local/services/eventbridge/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';
import { describeBackends } from './harness.ts';

const services = (cloud: ConstructorParameters<typeof SqsService>[0]) => [
  new EventBridgeService(cloud),
  new SqsService(cloud),
];

describeBackends('EventBridge', { moto: true, services }, (backend) => {
  const events = (account = backend.account) => backend.client(EventBridgeClient, account);
  const busArn = (name: string, account = backend.account) => `arn:aws:events:us-east-1:${account}:event-bus/${name}`;

  /** A queue that EventBridge may write to; gives its ARN and what has arrived. */
  const queue = async (name: string, account = backend.account) => {
    const sqs = backend.client(SQSClient, account);
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({
        QueueName: name,
        ...(name.endsWith('.fifo') ? { Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' } } : {}),
      }),
    );
    const arn = `arn:aws:sqs:us-east-1:${account}:${name}`;
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: arn },
      ],
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    const received = async () => {
      if (backend.name === 'lib/local') await backend.cloud.settle();
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
      );
      return Messages;
    };
    return { arn, received, bodies: async () => (await received()).map(({ Body }) => JSON.parse(Body ?? '')) };
  };
  const rule = async (
    EventPattern: object,
    targets: readonly Partial<Target>[],
    more: object = {},
    account?: string,
  ) => {
    const client = events(account);
    const name = { Name: 'rule', ...more };
    await client.send(new PutRuleCommand({ ...name, EventPattern: JSON.stringify(EventPattern) }));
    const Targets = targets.map((target, at) => ({ Id: `t${at}`, Arn: '', ...target }));
    const bus = 'EventBusName' in more ? { EventBusName: String(more.EventBusName) } : {};
    return client.send(new PutTargetsCommand({ Rule: name.Name, ...bus, Targets }));
  };
  const put = (entry: object = {}, account?: string) =>
    events(account).send(
      new PutEventsCommand({ Entries: [{ Source: 'mine', DetailType: 'Made', Detail: '{"n":1}', ...entry }] }),
    );

  test('buses: the default one is always there', async () => {
    const { EventBusArn } = await events().send(new CreateEventBusCommand({ Name: 'mesh' }));
    expect(EventBusArn).toBe(busArn('mesh'));
    const { EventBuses } = await events().send(new ListEventBusesCommand({}));
    expect(EventBuses?.map(({ Name }) => Name).sort()).toEqual(['default', 'mesh']);
    await expect(events().send(new CreateEventBusCommand({ Name: 'mesh' }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
    await expect(events().send(new DescribeEventBusCommand({ Name: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('rules and targets come, are listed and go', async () => {
    const { arn } = await queue('work');
    await rule({ source: ['mine'] }, [{ Arn: arn }]);
    const { Targets } = await events().send(new ListTargetsByRuleCommand({ Rule: 'rule' }));
    expect(Targets).toEqual([{ Id: 't0', Arn: arn }]);
    await expect(events().send(new DeleteRuleCommand({ Name: 'rule' }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await events().send(new RemoveTargetsCommand({ Rule: 'rule', Ids: ['t0'] }));
    await events().send(new DeleteRuleCommand({ Name: 'rule' }));
    await expect(events().send(new DescribeRuleCommand({ Name: 'rule' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('a rule delivers what it matches, with the members of an event', async () => {
    const work = await queue('work');
    await rule({ source: ['mine'], detail: { n: [1] } }, [{ Arn: work.arn }]);
    await put({ Detail: '{"n":2}' });
    const answer = await put();
    expect(answer.FailedEntryCount).toBe(0);
    const bodies = await work.bodies();
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatchObject({
      version: '0',
      source: 'mine',
      'detail-type': 'Made',
      region: 'us-east-1',
      detail: { n: 1 },
    });
    expect(bodies[0].id).toBe(answer.Entries?.[0]?.EventId);
  });

  test('entries fail one by one; eleven are too many', async () => {
    const Entries = [
      { Source: 'mine', DetailType: 'Made', Detail: '{}' },
      { Source: 'mine', DetailType: 'Made', Detail: 'not json' },
      { DetailType: 'Made', Detail: '{}' },
    ];
    const answer = await events().send(new PutEventsCommand({ Entries }));
    expect(answer.FailedEntryCount).toBe(2);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'MalformedDetail',
      'InvalidArgument',
    ]);
    const eleven = Array.from({ length: 11 }, () => ({ Source: 'mine', DetailType: 'Made', Detail: '{}' }));
    await expect(events().send(new PutEventsCommand({ Entries: eleven }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  backend.differs('events-size', 'a megabyte is too much', async () => {
    const Detail = JSON.stringify({ text: 'x'.repeat(1024 * 1024) });
    await expect(put({ Detail })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  backend.differs('events-aws-source', 'nobody speaks for AWS', async () => {
    expect((await put({ Source: 'aws.glue' })).Entries).toMatchObject([
      { ErrorCode: 'NotAuthorizedForSourceException' },
    ]);
  });

  backend.differs('events-test-pattern', 'TestEventPattern tells whether a pattern matches', async () => {
    const Event = JSON.stringify({ source: 'mine' });
    const ask = (EventPattern: string) => events().send(new TestEventPatternCommand({ EventPattern, Event }));
    expect((await ask('{"source":["mine"]}')).Result).toBe(true);
    expect((await ask('{"source":["other"]}')).Result).toBe(false);
  });

  test('what is no pattern is no rule', async () => {
    const attempt = events().send(new PutRuleCommand({ Name: 'rule', EventPattern: '{"source":"mine"}' }));
    await expect(attempt).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
  });

  backend.differs('events-disabled-rule', 'a disabled rule delivers nothing', async () => {
    const work = await queue('work');
    await rule({ source: ['mine'] }, [{ Arn: work.arn }]);
    await events().send(new DisableRuleCommand({ Name: 'rule' }));
    await put();
    expect(await work.bodies()).toEqual([]);
    await events().send(new EnableRuleCommand({ Name: 'rule' }));
    await put();
    expect(await work.bodies()).toHaveLength(1);
  });

  backend.differs('events-input', 'a target is told a constant or a part of the event', async () => {
    const work = await queue('work.fifo');
    const target = { Arn: work.arn, SqsParameters: { MessageGroupId: 'g' } };
    await rule({ source: ['mine'] }, [
      { ...target, Input: '{"constant":true}' },
      { ...target, InputPath: '$.detail' },
    ]);
    await put({ Detail: '{"n":{"deep":1}}' });
    expect(await work.bodies()).toEqual([{ constant: true }, { n: { deep: 1 } }]);
  });

  backend.differs('events-input-transformer', 'a target is told a template that the event fills', async () => {
    const work = await queue('work.fifo');
    const target = { Arn: work.arn, SqsParameters: { MessageGroupId: 'g' } };
    await rule({ source: ['mine'] }, [
      {
        ...target,
        InputTransformer: {
          InputPathsMap: { n: '$.detail.n', s: '$.source', none: '$.detail.none' },
          InputTemplate: '{"n": <n>, "s": <s>, "text": "from \\"<s>\\" <n> <none>", "rule": <aws.events.rule-name>}',
        },
      },
    ]);
    await put({ Detail: '{"n":{"deep":1}}' });
    expect(await work.bodies()).toEqual([{ n: { deep: 1 }, s: 'mine', text: 'from "mine" {"deep":1} ', rule: 'rule' }]);
  });

  backend.differs('events-bus-policy', 'no domain can speak for another on a bus', async () => {
    const domain = backend.newAccount();
    await events().send(new CreateEventBusCommand({ Name: 'mesh' }));
    const forged = { EventBusName: busArn('mesh'), Source: 'weft.domain.other', DetailType: 'CatalogChanged' };
    const own = { ...forged, Source: 'weft.domain.flights' };
    const statement = {
      Sid: 'flights',
      Effect: 'Allow',
      Principal: { AWS: domain },
      Action: 'events:PutEvents',
      Resource: busArn('mesh'),
      Condition: {
        StringEquals: { 'events:source': 'weft.domain.flights', 'aws:PrincipalOrgID': 'o-mesh' },
        'ForAllValues:StringLike': { 'events:detail-type': ['Catalog*', 'Share*'] },
      },
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await events().send(new PutPermissionCommand({ EventBusName: 'mesh', Policy }));
    const code = async (entry: object) => (await put(entry, domain)).Entries?.[0]?.ErrorCode;
    expect(await code(own)).toBe('AccessDeniedException');
    setOrganization(backend.cloud.store, domain, 'o-mesh');
    expect(await code(own)).toBeUndefined();
    expect(await code(forged)).toBe('AccessDeniedException');
    expect(await code({ ...own, DetailType: 'ProductPublished' })).toBe('AccessDeniedException');
    await events().send(new RemovePermissionCommand({ EventBusName: 'mesh', StatementId: 'flights' }));
    expect(await code(own)).toBe('AccessDeniedException');
  });

  backend.differs('events-target-role', 'a bus of another account is a target with a role only', async () => {
    const Arn = busArn('default', backend.newAccount());
    await expect(rule({ source: ['mine'] }, [{ Arn }])).rejects.toMatchObject({ name: 'ValidationException' });
  });

  backend.differs('events-forwarding', 'a rule reaches the next account, and no third one', async () => {
    const [second, third] = [backend.newAccount(), backend.newAccount()];
    const open = async (account: string, from: string) => {
      const permission = { StatementId: 'in', Action: 'events:PutEvents', Principal: from };
      await events(account).send(new PutPermissionCommand(permission));
    };
    await open(second, backend.account);
    await open(third, second);
    const RoleArn = (account: string) => `arn:aws:iam::${account}:role/forward`;
    const to = (account: string) => ({ Arn: busArn('default', account) });
    await rule({ source: ['mine'] }, [{ ...to(second), RoleArn: RoleArn(backend.account) }]);
    const atSecond = await queue('work', second);
    const forward = { ...to(third), RoleArn: RoleArn(second) };
    await rule({ source: ['mine'], account: [backend.account] }, [{ Arn: atSecond.arn }, forward], {}, second);
    const atThird = await queue('work', third);
    await rule({ source: ['mine'] }, [{ Arn: atThird.arn }], {}, third);
    await put({ Resources: ['r'] });
    expect(await atSecond.bodies()).toMatchObject([{ account: backend.account, resources: ['r'] }]);
    expect(await atThird.bodies()).toEqual([]);
    await put({}, second);
    expect(await atThird.bodies()).toEqual([]);
  });

  backend.differs('events-dead-letters', 'what a target refuses ends in its dead-letter queue', async () => {
    const dead = await queue('dead');
    const gone = `arn:aws:sqs:us-east-1:${backend.account}:gone`;
    await rule({ source: ['mine'] }, [{ Arn: gone, DeadLetterConfig: { Arn: dead.arn } }]);
    await put();
    const [message] = await dead.received();
    expect(JSON.parse(message?.Body ?? '')).toMatchObject({ source: 'mine', detail: { n: 1 } });
    expect(message?.MessageAttributes).toMatchObject({
      TARGET_ARN: { StringValue: gone },
      ERROR_CODE: { StringValue: expect.any(String) },
    });
  });

  backend.localOnly('clock', 'a scheduled rule that missed several times fires once', async () => {
    const work = await queue('work');
    await events().send(new PutRuleCommand({ Name: 'tick', ScheduleExpression: 'rate(5 minutes)' }));
    await events().send(new PutTargetsCommand({ Rule: 'tick', Targets: [{ Id: 't', Arn: work.arn }] }));
    expect(await work.bodies()).toEqual([]);
    backend.advance(5 * 60_000);
    expect(await work.bodies()).toMatchObject([{ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }]);
    backend.advance(60 * 60_000);
    const ids = new Set((await work.bodies()).map(({ id }) => id));
    expect(ids.size).toBe(2);
  });

  test('an archive replays to its bus, marked, and is not archived again', async () => {
    const work = await queue('work');
    const archive = { ArchiveName: 'all', EventSourceArn: busArn('default'), EventPattern: '{"source":["mine"]}' };
    const { ArchiveArn } = await events().send(new CreateArchiveCommand(archive));
    await put();
    await put({ Source: 'other' });
    await rule({ source: ['mine'] }, [{ Arn: work.arn }]);
    const now = backend.now();
    const window = { EventStartTime: new Date(now - 60_000), EventEndTime: new Date(now + 60_000) };
    const Destination = { Arn: busArn('default') };
    await events().send(
      new StartReplayCommand({ ReplayName: 'again', EventSourceArn: ArchiveArn, Destination, ...window }),
    );
    expect(await work.bodies()).toMatchObject([{ source: 'mine', 'replay-name': 'again' }]);
    expect((await events().send(new DescribeReplayCommand({ ReplayName: 'again' }))).State).toBe('COMPLETED');
    expect((await events().send(new DescribeArchiveCommand({ ArchiveName: 'all' }))).EventCount).toBe(1);
  });

  backend.localOnly('cloud', "an AWS service's own event appears on the default bus", async () => {
    const work = await queue('work');
    await rule({ source: ['aws.glue'], 'detail-type': [{ suffix: 'State Change' }] }, [{ Arn: work.arn }]);
    backend.cloud.service(EventBridgeService).emit(backend.account, 'us-east-1', {
      source: 'aws.glue',
      detailType: 'Glue Data Catalog Table State Change',
      detail: { databaseName: 'd', tableName: 't', typeOfChange: 'UpdateTable' },
      resources: ['arn'],
    });
    expect(await work.bodies()).toMatchObject([{ account: backend.account, detail: { tableName: 't' } }]);
  });
});
