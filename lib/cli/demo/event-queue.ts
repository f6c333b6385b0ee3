import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { domainBusName, MESH_SOURCE } from '#mesh/topology/names.ts';
import type { World } from './world.ts';

/** What a consuming team does for itself: a queue of its own, fed by a rule on its domain's bus. */
export async function listenToMesh(world: World): Promise<void> {
  const { topology } = world.local;
  const account = topology.domains.find((domain) => domain.name === 'analytics')?.account ?? '';
  const { client } = await world.as(`arn:aws:iam::${account}:root`);
  const sqs = new SQSClient(client);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'mesh-news' }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const events = new EventBridgeClient(client);
  const bus = domainBusName(topology.mesh, 'analytics');
  await events.send(
    new PutRuleCommand({
      Name: 'mesh-news',
      EventBusName: bus,
      EventPattern: JSON.stringify({ source: [MESH_SOURCE], 'detail-type': [{ 'anything-but': ['ShareRequested'] }] }),
    }),
  );
  await events.send(
    new PutTargetsCommand({
      Rule: 'mesh-news',
      EventBusName: bus,
      Targets: [{ Id: 'queue', Arn: Attributes?.QueueArn ?? '' }],
    }),
  );
  world.notes.eventQueue = QueueUrl ?? '';
}
