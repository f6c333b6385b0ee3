import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { EventBridgeService } from '#local/services/eventbridge/service.ts';

const ACCOUNT = '111111111111';
const BUS = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/mesh`;

describe('the control plane of EventBridge', () => {
  let cloud: Cloud;
  let client: sdk.EventBridgeClient;

  beforeEach(async () => {
    cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock: new Clock() });
    cloud.register(new EventBridgeService(cloud));
    client = new sdk.EventBridgeClient(cloud.clientConfig(`arn:aws:iam::${ACCOUNT}:role/me`));
    await client.send(new sdk.CreateEventBusCommand({ Name: 'mesh', Description: 'old' }));
  });
  afterEach(() => cloud.close());

  test('a bus is changed, and deleted once it has no rules', async () => {
    await client.send(new sdk.UpdateEventBusCommand({ Name: 'mesh', Description: 'new' }));
    expect((await client.send(new sdk.DescribeEventBusCommand({ Name: BUS }))).Description).toBe('new');
    const rule = { Name: 'r', EventBusName: 'mesh' };
    await client.send(new sdk.PutRuleCommand({ ...rule, EventPattern: '{"source":["a"]}' }));
    const Arn = `arn:aws:sqs:us-east-1:${ACCOUNT}:q`;
    await client.send(new sdk.PutTargetsCommand({ Rule: 'r', EventBusName: 'mesh', Targets: [{ Id: 't', Arn }] }));
    const { Rules } = await client.send(new sdk.ListRulesCommand({ EventBusName: 'mesh', NamePrefix: 'r' }));
    expect(Rules).toMatchObject([
      { Name: 'r', Arn: `arn:aws:events:us-east-1:${ACCOUNT}:rule/mesh/r`, State: 'ENABLED' },
    ]);
    const byTarget = new sdk.ListRuleNamesByTargetCommand({ TargetArn: Arn, EventBusName: 'mesh' });
    expect((await client.send(byTarget)).RuleNames).toEqual(['r']);
    await expect(client.send(new sdk.DeleteEventBusCommand({ Name: 'mesh' }))).rejects.toThrow('rules');
    await client.send(new sdk.RemoveTargetsCommand({ Rule: 'r', EventBusName: 'mesh', Ids: ['t'] }));
    await client.send(new sdk.DeleteRuleCommand(rule));
    await client.send(new sdk.DeleteEventBusCommand({ Name: 'mesh' }));
    const { EventBuses } = await client.send(new sdk.ListEventBusesCommand({}));
    expect(EventBuses?.map(({ Name }) => Name)).toEqual(['default']);
    await expect(client.send(new sdk.DeleteEventBusCommand({ Name: 'default' }))).rejects.toThrow('default');
  });

  test('five targets at most, and of the kinds that are delivered', async () => {
    await client.send(new sdk.PutRuleCommand({ Name: 'r', EventPattern: '{"source":["a"]}' }));
    const put = (Targets: sdk.Target[]) => client.send(new sdk.PutTargetsCommand({ Rule: 'r', Targets }));
    const queue = (at: number) => ({ Id: String(at), Arn: `arn:aws:sqs:us-east-1:${ACCOUNT}:q${at}` });
    await expect(put([0, 1, 2, 3, 4, 5].map(queue))).rejects.toMatchObject({ name: 'LimitExceededException' });
    const Arn = `arn:aws:sns:us-east-1:${ACCOUNT}:topic`;
    await expect(put([{ Id: 'x', Arn }])).rejects.toThrow(Arn);
  });

  test('archives are listed, changed and deleted; a waiting replay is cancelled', async () => {
    const { ArchiveArn } = await client.send(
      new sdk.CreateArchiveCommand({ ArchiveName: 'all', EventSourceArn: BUS, RetentionDays: 1 }),
    );
    await client.send(new sdk.UpdateArchiveCommand({ ArchiveName: 'all', RetentionDays: 7 }));
    const { Archives } = await client.send(new sdk.ListArchivesCommand({ EventSourceArn: BUS }));
    expect(Archives).toMatchObject([{ ArchiveName: 'all', RetentionDays: 7 }]);
    const replay = { ReplayName: 'again', EventSourceArn: ArchiveArn, Destination: { Arn: BUS } };
    const window = { EventStartTime: new Date(0), EventEndTime: new Date() };
    await client.send(new sdk.StartReplayCommand({ ...replay, ...window }));
    await client.send(new sdk.CancelReplayCommand({ ReplayName: 'again' }));
    await cloud.settle();
    const { Replays } = await client.send(new sdk.ListReplaysCommand({ NamePrefix: 'ag' }));
    expect(Replays).toMatchObject([{ ReplayName: 'again', State: 'CANCELLED' }]);
    await client.send(new sdk.DeleteArchiveCommand({ ArchiveName: 'all' }));
    await expect(client.send(new sdk.DescribeArchiveCommand({ ArchiveName: 'all' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
