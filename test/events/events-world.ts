import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct, waitForSubscription } from '#cli/wait.ts';
import type { RowChange } from '#mesh/event/rows.ts';
import { eventSchemas } from '#mesh/event-schema/event-schemas.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { domainBusName, ROWS_CHANGED, rowsSource } from '#mesh/topology/names.ts';
import { domainNamed } from '#mesh/topology/topology.ts';
import { violations } from '../mesh/contract/json-schema.ts';

export const OWNER = 'wildlife-safety';
export const PRODUCT = 'wildlife-safety/bird-strikes';
export const TABLE = 'bird_strikes';

interface Entry {
  readonly DetailType?: string;
  readonly Detail?: string;
}

/** An event as a rule hands it on. */
export interface Heard {
  readonly account: string;
  readonly source: string;
  readonly 'detail-type': string;
  readonly 'replay-name'?: string;
  readonly detail: {
    readonly id: string;
    readonly type: string;
    readonly data: { readonly rows?: readonly unknown[]; readonly [name: string]: unknown };
  };
}

/** The aviation mesh with bird strikes published, in a folder of its own. */
export async function openEventsWorld(): Promise<EventsWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-events-'));
  const mesh = join(folder, '.weft');
  const { instance, local } = await bringUp({ topology: readMeshFile(undefined, '/'), folder: mesh, port: 0 });
  const world = new World(instance, local);
  const source = sourceOf('bird-strikes');
  const events = new EventsWorld(folder, world);
  await enrol(world, source);
  const producer = await world.as(`${OWNER}/producer`);
  const body = publishBody(readProductFolder(source.folder, source.folder));
  const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
  await waitForProduct(producer, product);
  return events;
}

export class EventsWorld {
  /** Every event that a Lambda of the mesh has put, with what its schema has against it. */
  readonly put: { readonly type: string; readonly violations: readonly string[] }[] = [];
  readonly folder: string;
  readonly world: World;
  #sequence = 0;

  constructor(folder: string, world: World) {
    this.folder = folder;
    this.world = world;
    world.instance.cloud.observe({
      before: ({ operation, input, caller }) => {
        if (operation !== 'PutEvents' || !/-(relay|agent|catalog-watch|event-port)|Relay/i.test(caller.arn)) return;
        for (const { DetailType: type = '', Detail = '{}' } of (input as { Entries: Entry[] }).Entries) {
          const schema = eventSchemas().find((event) => event.type === type)?.schema ?? false;
          this.put.push({ type, violations: violations(schema, JSON.parse(Detail)) });
        }
      },
    });
  }

  accountOf(domain: string): string {
    return domainNamed(this.world.local.topology, domain)?.account ?? '';
  }

  /** A subscription of a domain, approved and active. */
  async subscribe(consumer: string, wish: object = {}): Promise<string> {
    const analyst = await this.world.as(`${consumer}/analyst`);
    const { subscription } = await analyst.api<{ subscription: SubscriptionRecord }>({
      method: 'POST',
      path: '/subscriptions',
      body: { product: PRODUCT, purpose: 'to count', tables: [TABLE], ...wish },
    });
    if (subscription.state === 'pending') {
      const steward = await this.world.as(`${OWNER}/steward`);
      const path = `/subscriptions/${subscription.id}/decision`;
      await steward.api({ method: 'POST', path, body: { decision: 'approve' } });
    }
    await waitForSubscription(analyst, subscription.id, ['active']);
    return subscription.id;
  }

  /** A queue in a domain's account that gets what its bus has of a pattern; answers how to read all that came. */
  async listen(domain: string, pattern: object, name = 'heard'): Promise<() => Promise<Heard[]>> {
    const { topology } = this.world.local;
    const account = this.accountOf(domain);
    const { client } = await this.world.as(`arn:aws:iam::${account}:root`);
    const queueArn = `arn:aws:sqs:${topology.region}:${account}:${name}`;
    const sqs = new SQSClient(client);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: queueArn,
        },
      ],
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    const events = new EventBridgeClient(client);
    const EventBusName = domainBusName(topology.mesh, domain);
    await events.send(new PutRuleCommand({ Name: name, EventBusName, EventPattern: JSON.stringify(pattern) }));
    await events.send(new PutTargetsCommand({ Rule: name, EventBusName, Targets: [{ Id: 'q', Arn: queueArn }] }));
    return async () => {
      await this.world.settle();
      const sqs = new SQSClient((await this.world.as(`arn:aws:iam::${account}:root`)).client);
      const heard: Heard[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        if (Messages.length === 0) return heard;
        heard.push(...Messages.map(({ Body = '' }) => JSON.parse(Body) as Heard));
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    };
  }

  /** What the domain's own pipeline does: tells its bus which rows changed. */
  async rowsChanged(rows: readonly RowChange[], rest: object = {}): Promise<void> {
    this.#sequence += 1;
    const sequence = this.#sequence;
    await this.say(`${OWNER}/producer`, OWNER, {
      source: rowsSource(OWNER),
      type: ROWS_CHANGED,
      detail: {
        specversion: '1.0',
        id: `rows-${sequence}`,
        source: rowsSource(OWNER),
        type: ROWS_CHANGED,
        subject: PRODUCT,
        time: '2026-01-01T00:00:00Z',
        datacontenttype: 'application/json',
        data: { product: 'bird-strikes', major: 1, table: TABLE, sequence, rows, ...rest },
      },
    });
  }

  /** Has the bus of a domain take nothing of products, until what it answers is called. */
  async shutBus(domain: string): Promise<() => Promise<void>> {
    const { topology } = this.world.local;
    const { client } = await this.world.as(`arn:aws:iam::${this.accountOf(domain)}:root`);
    const bridge = new EventBridgeClient(client);
    const EventBusName = domainBusName(topology.mesh, domain);
    const { Policy } = await bridge.send(new DescribeEventBusCommand({ Name: EventBusName }));
    await bridge.send(new RemovePermissionCommand({ EventBusName, StatementId: 'products' }));
    return async () => {
      const { client } = await this.world.as(`arn:aws:iam::${this.accountOf(domain)}:root`);
      await new EventBridgeClient(client).send(new PutPermissionCommand({ EventBusName, Policy }));
    };
  }

  /** The calls of the event port that go to the bus of a domain, as they come: the sequence of the rows that each brings. */
  callsOf(domain: string): { readonly calls: number[]; stop(): void } {
    const bus = `:${this.accountOf(domain)}:event-bus/`;
    const calls: number[] = [];
    const stop = this.world.instance.cloud.observe({
      before: ({ operation, input, caller }) => {
        if (operation !== 'PutEvents' || !caller.arn.includes('-event-port')) return;
        const [entry] = (input as { Entries: (Entry & { EventBusName?: string })[] }).Entries;
        if (entry?.EventBusName?.includes(bus) !== true) return;
        calls.push((JSON.parse(entry.Detail ?? '{}') as { data: { sequence: number } }).data.sequence);
      },
    });
    return { calls, stop };
  }

  /** Puts one event on a domain's bus as a principal. @throws what EventBridge refused it for. */
  async say(principal: string, domain: string, event: { source: string; type: string; detail: object }): Promise<void> {
    const { topology } = this.world.local;
    const { client } = await this.world.as(principal);
    const answer = await new EventBridgeClient(client).send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: `arn:aws:events:${topology.region}:${this.accountOf(domain)}:event-bus/${domainBusName(topology.mesh, domain)}`,
            Source: event.source,
            DetailType: event.type,
            Detail: JSON.stringify(event.detail),
          },
        ],
      }),
    );
    const [entry] = answer.Entries ?? [];
    if (entry?.ErrorCode !== undefined) throw new Error(`${entry.ErrorCode}: ${entry.ErrorMessage}`);
  }
}
