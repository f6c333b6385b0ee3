import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { domainBusName, MESH_SOURCE } from '#mesh/topology/names.ts';
import { principalArn } from '../principal.ts';
import type { World } from './world.ts';

const NAME = 'mesh-news';

/** What a consuming team does for itself: a queue of its own, fed by a rule on its domain's bus. */
export async function listenToMesh(world: World): Promise<void> {
  const { topology } = world.local;
  const account = topology.domains.find((domain) => domain.name === 'analytics')?.account ?? '';
  const { client } = await world.as(`arn:aws:iam::${account}:root`);
  const queueArn = `arn:aws:sqs:${topology.region}:${account}:${NAME}`;
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
      },
      {
        Effect: 'Allow',
        Principal: { AWS: principalArn('analytics/steward', topology) },
        Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'],
        Resource: queueArn,
      },
    ],
  };
  const queue = new CreateQueueCommand({ QueueName: NAME, Attributes: { Policy: JSON.stringify(policy) } });
  const { QueueUrl } = await new SQSClient(client).send(queue);
  const events = new EventBridgeClient(client);
  const bus = domainBusName(topology.mesh, 'analytics');
  await events.send(
    new PutRuleCommand({
      Name: NAME,
      EventBusName: bus,
      EventPattern: JSON.stringify({ source: [MESH_SOURCE], 'detail-type': [{ 'anything-but': ['ShareRequested'] }] }),
    }),
  );
  await events.send(
    new PutTargetsCommand({
      Rule: NAME,
      EventBusName: bus,
      Targets: [{ Id: 'queue', Arn: queueArn }],
    }),
  );
  world.notes.eventQueue = QueueUrl ?? '';
}
