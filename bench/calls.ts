import { laneOf } from '#aws/registry-keys.ts';
import { TRAIL_CALLS } from '#cli/demo/call-counter.ts';
import type { World } from '#cli/demo/world.ts';
import { waitForSubscription } from '#cli/wait.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { PRODUCT_OWNER, productBody, publish, withMesh } from './mesh.ts';
import { atMost, type BenchResult, figure } from './result.ts';

type Calls = Readonly<Record<string, number>>;

const sum = (calls: Calls, counts: (name: string) => boolean) =>
  Object.entries(calls)
    .filter(([name]) => counts(name))
    .reduce((all, [, count]) => all + count, 0);
/** Without the trail's appender: nobody waits for it, and how often it runs follows from how entries fall together. */
const total = (calls: Calls) => sum(calls, (name) => !name.startsWith(TRAIL_CALLS));

function governed(calls: Calls): number {
  return total(Object.fromEntries(Object.entries(calls).filter(([name]) => /^(glue|lakeformation):/.test(name))));
}

function writes(calls: Calls): number {
  return total(
    Object.fromEntries(
      Object.entries(calls).filter(([name]) =>
        /:(Create|Update|Delete|Put|Batch(Grant|Revoke)|Grant|Revoke|Transact)/.test(name),
      ),
    ),
  );
}

/** Requests of the Lambdas from the request of a subscription, approved by its owner when policy asks, until it is active. */
async function share(world: World, name: string, clearance: string): Promise<Calls> {
  const analyst = await world.as('analytics/analyst');
  const owner = await world.as(`${PRODUCT_OWNER}/steward`);
  let id = '';
  const calls = await world.counter.count(async () => {
    const body = { product: `${PRODUCT_OWNER}/${name}`, purpose: 'measurement', clearance };
    const { subscription } = await analyst.api<{ subscription: SubscriptionRecord }>({
      method: 'POST',
      path: '/subscriptions',
      body,
    });
    if (subscription.state === 'pending') {
      await owner.api({
        method: 'POST',
        path: `/subscriptions/${subscription.id}/decision`,
        body: { decision: 'approve' },
      });
    }
    id = subscription.id;
    await world.settle();
  });
  await waitForSubscription(analyst, id, ['active']);
  return calls;
}

export async function run(): Promise<BenchResult[]> {
  return withMesh(async (world) => {
    await publish(world, 'warm', 1, false);
    await share(world, 'warm', 'public');
    const producer = await world.as(`${PRODUCT_OWNER}/producer`);
    const register = await world.counter.count(async () => {
      await producer.api({ method: 'POST', path: '/products', body: productBody('one', 1, false) });
      await world.settle();
    });
    const one = await share(world, 'one', 'public');
    await publish(world, 'hundred', 100, false);
    await world.settle();
    const hundred = await share(world, 'hundred', 'public');
    await publish(world, 'secret', 100, true);
    await world.settle();
    const secret = await share(world, 'secret', 'public');
    const converged = await reconcileAgain(world, 'one');
    return [
      atMost('one table registered: Glue + Lake Formation', governed(register), 10, 'calls'),
      atMost('one table registered: all services', total(register), 24, 'calls'),
      atMost('one table shared, both accounts: Glue + Lake Formation', governed(one), 10, 'calls'),
      // Policies in force, domains suspended as a whole, and the agent's number of the newest intent are read each time, kept by nobody.
      atMost('one table shared, both accounts: all services', total(one), 30, 'calls'),
      atMost('100 tables shared whole: Glue + Lake Formation', governed(hundred), governed(one), 'calls'),
      atMost('100 tables shared, a column withheld in each', governed(secret), 30, 'calls'),
      atMost('reconcile of something converged: reads', total(converged) - queueCalls(converged), 5, 'calls'),
      atMost('reconcile of something converged: writes', writes(converged), 0, 'calls'),
      figure(
        "one table shared: the trail's appender, beside it",
        sum(one, (name) => name.startsWith(TRAIL_CALLS)),
        'calls',
      ),
      figure('calls of one table shared, against the least of four rivals (19)', total(one) / 19, '×'),
    ];
  });
}

function queueCalls(calls: Calls): number {
  return total(Object.fromEntries(Object.entries(calls).filter(([name]) => name.startsWith('sqs:'))));
}

/** The requests of one more reconcile of a product on which nothing changed. */
async function reconcileAgain(world: World, name: string): Promise<Calls> {
  const { SQSClient, ListQueuesCommand, SendMessageCommand } = await import('@aws-sdk/client-sqs');
  const governance = await world.as(`arn:aws:iam::${world.local.topology.governanceAccount}:root`);
  const sqs = new SQSClient(governance.client);
  const { QueueUrls: urls = [] } = await sqs.send(new ListQueuesCommand({}));
  const queue = urls.find((url) => /Requests(?!DeadLetters).*\.fifo$/.test(url));
  if (queue === undefined) throw new Error(`no reconcile queue among ${urls.join(', ')}`);
  return world.counter.count(async () => {
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queue,
        MessageBody: JSON.stringify({ domain: PRODUCT_OWNER, name, major: 1, cause: 'sweep', correlation: 'bench' }),
        MessageGroupId: laneOf({ domain: PRODUCT_OWNER, name, major: 1 }),
        MessageDeduplicationId: `bench-${Date.now()}`,
      }),
    );
    await world.settle();
  });
}
