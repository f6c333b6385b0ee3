import { createHash } from 'node:crypto';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { toItem } from '#aws/attribute-value.ts';
import { createBus } from '#aws/eventbridge.ts';
import { logCrypto } from '#aws/log-crypto.ts';
import { keyOf, sortOf } from '#aws/registry-keys.ts';
import { realPatience } from '#aws/retry.ts';
import { createFifoQueue } from '#aws/sqs.ts';
import { relay } from '#control/relay.ts';
import { EventBridgeService } from '#local/services/eventbridge/service.ts';
import { openGovernance } from './governance.ts';
import { SUBSCRIPTION_COST } from './made-mesh.ts';
import { atMost, type BenchResult, figure } from './result.ts';

const CHANGES = 1_000;
/** As the stream's mapping has it. */
const BATCH = 100;

/** Every change of the registry goes through the relay: to the reconcile's queue, the bus and the trail. */
export async function run(): Promise<BenchResult[]> {
  const { cloud, clientConfig, wire, deps, close } = await openGovernance();
  cloud.register(new EventBridgeService(cloud));
  const sqs = new SQSClient(clientConfig);
  const queue = async (QueueName: string) => {
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName, Attributes: { FifoQueue: 'true', ContentBasedDeduplication: 'true' } }),
    );
    return QueueUrl;
  };
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  const trail = await queue('trail.fifo');
  const relayDeps = {
    registry: deps.registry,
    queue: createFifoQueue(sqs, await queue('requests.fifo'), realPatience, digest),
    bus: createBus(new EventBridgeClient(clientConfig), 'default', realPatience),
    trail: createFifoQueue(sqs, trail, realPatience, digest),
    details: { put: async () => undefined },
    sha256: logCrypto.sha256,
  };
  const records = Array.from({ length: CHANGES }, (_, index) => {
    const record = { ...SUBSCRIPTION_COST.product, name: `product-${index}` };
    const after = toItem({ ...record, ...keyOf(record), sort: sortOf(record) });
    return { sequence: String(index), after };
  });
  const measured = async (work: () => Promise<unknown>) => {
    wire.reset();
    const cpu = process.cpuUsage();
    const started = performance.now();
    await work();
    const { user, system } = process.cpuUsage(cpu);
    return { milliseconds: performance.now() - started, cpu: (user + system) / 1000, calls: wire.calls };
  };
  const relayed = await measured(async () => {
    for (let first = 0; first < CHANGES; first += BATCH) {
      const failed = await relay(records.slice(first, first + BATCH), relayDeps as never);
      if (failed.length > 0) throw new Error(`${failed.length} changes were not relayed`);
    }
  });
  // As many calls of the same kind, with entries about as big, and nothing to think about.
  const body = 'x'.repeat(700);
  const bare = await measured(async () => {
    for (let call = 0; call < relayed.calls; call += 1) {
      const Entries = Array.from({ length: 10 }, (_, index) => {
        const Id = String(index);
        return { Id, MessageBody: body, MessageGroupId: 'bare', MessageDeduplicationId: `${call} ${index}` };
      });
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: trail, Entries }));
    }
  });
  await close();
  return [
    figure('changes through the relay on this machine', (CHANGES / relayed.milliseconds) * 1000, 'a second'),
    figure('CPU of one change, the local cloud included', relayed.cpu / CHANGES, 'ms'),
    figure('calls of one change', relayed.calls / CHANGES, 'calls'),
    atMost('relay against a bare loop of as many calls: time', relayed.milliseconds / bare.milliseconds, 2.5, '×'),
  ];
}
