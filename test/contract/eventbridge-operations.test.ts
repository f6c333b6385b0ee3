import * as sdk from '@aws-sdk/client-eventbridge';
import { expect, test } from '@jest/globals';
import { EventBridgeService } from '#local/services/eventbridge/service.ts';
import { describeBackends } from './harness.ts';

const services = (cloud: ConstructorParameters<typeof EventBridgeService>[0]) => [new EventBridgeService(cloud)];

describeBackends('The control plane of EventBridge', { moto: true, services }, (backend) => {
  const arn = (rest: string) => `arn:aws:events:us-east-1:${backend.account}:${rest}`;
  const queue = (at: number) => ({ Id: String(at), Arn: `arn:aws:sqs:us-east-1:${backend.account}:q${at}` });
  const newBus = async (Description?: string) => {
    const client = backend.client(sdk.EventBridgeClient);
    await client.send(new sdk.CreateEventBusCommand({ Name: 'mesh', Description }));
    return client;
  };
  const rule = { Name: 'r', EventBusName: 'mesh', EventPattern: '{"source":["a"]}' };

  backend.differs('events-bus-description', 'a bus is changed', async () => {
    const client = await newBus('old');
    await client.send(new sdk.UpdateEventBusCommand({ Name: 'mesh', Description: 'new' }));
    const told = await client.send(new sdk.DescribeEventBusCommand({ Name: arn('event-bus/mesh') }));
    expect(told.Description).toBe('new');
  });

  test('rules are found by the beginning of their names and by their targets', async () => {
    const client = await newBus();
    await client.send(new sdk.PutRuleCommand(rule));
    const Targets = [queue(1)];
    await client.send(new sdk.PutTargetsCommand({ Rule: 'r', EventBusName: 'mesh', Targets }));
    const { Rules } = await client.send(new sdk.ListRulesCommand({ EventBusName: 'mesh', NamePrefix: 'r' }));
    expect(Rules).toMatchObject([{ Name: 'r', Arn: arn('rule/mesh/r'), State: 'ENABLED' }]);
    const byTarget = { TargetArn: queue(1).Arn, EventBusName: 'mesh' };
    expect((await client.send(new sdk.ListRuleNamesByTargetCommand(byTarget))).RuleNames).toEqual(['r']);
  });

  test('a bus is deleted, but not the default one', async () => {
    const client = await newBus();
    await client.send(new sdk.DeleteEventBusCommand({ Name: 'mesh' }));
    const { EventBuses } = await client.send(new sdk.ListEventBusesCommand({}));
    expect(EventBuses?.map(({ Name }) => Name)).toEqual(['default']);
    await expect(client.send(new sdk.DeleteEventBusCommand({ Name: 'default' }))).rejects.toThrow('default');
  });

  backend.differs('events-bus-with-rules', 'a bus with rules is not deleted', async () => {
    const client = await newBus();
    await client.send(new sdk.PutRuleCommand(rule));
    await expect(client.send(new sdk.DeleteEventBusCommand({ Name: 'mesh' }))).rejects.toThrow('rules');
  });

  backend.differs('events-five-targets', 'a rule has five targets at most', async () => {
    const client = await newBus();
    await client.send(new sdk.PutRuleCommand(rule));
    const Targets = [0, 1, 2, 3, 4, 5].map(queue);
    await expect(
      client.send(new sdk.PutTargetsCommand({ Rule: 'r', EventBusName: 'mesh', Targets })),
    ).rejects.toMatchObject({ name: 'LimitExceededException' });
  });

  backend.differs('events-kinds-of-targets', 'targets are of the kinds that are delivered', async () => {
    const client = await newBus();
    await client.send(new sdk.PutRuleCommand(rule));
    const Arn = `arn:aws:sns:us-east-1:${backend.account}:topic`;
    const Targets = [{ Id: 'x', Arn }];
    await expect(client.send(new sdk.PutTargetsCommand({ Rule: 'r', EventBusName: 'mesh', Targets }))).rejects.toThrow(
      Arn,
    );
  });

  test('archives are listed, changed and deleted', async () => {
    const client = await newBus();
    const EventSourceArn = arn('event-bus/mesh');
    const archive = { ArchiveName: 'all', EventSourceArn };
    await client.send(new sdk.CreateArchiveCommand({ ...archive, RetentionDays: 1 }));
    await expect(client.send(new sdk.CreateArchiveCommand(archive))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
    await client.send(new sdk.UpdateArchiveCommand({ ArchiveName: 'all', RetentionDays: 7 }));
    const { Archives } = await client.send(new sdk.ListArchivesCommand({ EventSourceArn }));
    expect(Archives).toMatchObject([{ ArchiveName: 'all', RetentionDays: 7 }]);
    await client.send(new sdk.DeleteArchiveCommand({ ArchiveName: 'all' }));
    await expect(client.send(new sdk.DescribeArchiveCommand({ ArchiveName: 'all' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('a replay that waits is cancelled', async () => {
    const client = await newBus();
    const EventSourceArn = arn('event-bus/mesh');
    const { ArchiveArn } = await client.send(new sdk.CreateArchiveCommand({ ArchiveName: 'all', EventSourceArn }));
    const window = { EventStartTime: new Date(1), EventEndTime: new Date(backend.now()) };
    const replay = { ReplayName: 'again', EventSourceArn: ArchiveArn, Destination: { Arn: EventSourceArn } };
    await client.send(new sdk.StartReplayCommand({ ...replay, ...window }));
    await client.send(new sdk.CancelReplayCommand({ ReplayName: 'again' }));
    if (backend.name === 'lib/local') await backend.cloud.settle();
    const { Replays } = await client.send(new sdk.ListReplaysCommand({ NamePrefix: 'ag' }));
    expect(Replays).toMatchObject([{ ReplayName: 'again', State: 'CANCELLED' }]);
  });
});
