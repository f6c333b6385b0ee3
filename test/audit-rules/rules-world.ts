import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct, waitForSubscription } from '#cli/wait.ts';
import type { Call } from '#local/core/service.ts';
import type { AlertRecord } from '#mesh/audit/alert.ts';
import { parseAuditRules } from '#mesh/audit/rules/parse.ts';
import type { MeshEvent } from '#mesh/event/envelope.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { MESH_SOURCE } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { runWeft } from '../cli/run-weft.ts';

export const PRODUCT = 'airport-reference/airports';
export const ANALYST = 'analytics/analyst';

/** CloudTrail delivers a quarter of an hour late. */
const TRAIL_DELAY_MS = 16 * 60_000;

/** A mesh with rules of its own, one product, and an analyst who has it. */
export class RulesWorld {
  readonly folder: string;
  world: World;
  readonly subscription: string;
  /** What the mesh told its bus, in the order of telling. */
  readonly events: MeshEvent[] = [];

  private constructor(folder: string, world: World, subscription: string) {
    this.folder = folder;
    this.world = world;
    this.subscription = subscription;
    world.instance.cloud.observe({ after: (call) => this.#hear(call) });
  }

  static async open(topology: Topology, rules: string, onWorld: (world: World) => void): Promise<RulesWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'weft-rules-'));
    const parsed = parseAuditRules(rules);
    if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
    const { instance, local } = await bringUp({
      topology,
      auditRules: parsed.value,
      folder: join(folder, '.weft'),
      port: 0,
    });
    const world = new World(instance, local);
    onWorld(world);
    const source = sourceOf('airports');
    await enrol(world, source);
    const producer = await world.as(`${source.domain}/producer`);
    const body = publishBody(readProductFolder(source.folder, source.folder));
    const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
    await waitForProduct(producer, product);
    const analyst = await world.as(ANALYST);
    const { subscription } = await analyst.api<{ subscription: SubscriptionRecord }>({
      method: 'POST',
      path: '/subscriptions',
      body: { product: PRODUCT, purpose: 'to count' },
    });
    await waitForSubscription(analyst, subscription.id, ['active']);
    return new RulesWorld(folder, world, subscription.id);
  }

  #hear({ action, input }: Call): void {
    if (action !== 'events:PutEvents') return;
    const { Entries = [] } = input as { Entries?: { Source?: string; Detail?: string }[] };
    for (const { Source, Detail = '{}' } of Entries) {
      if (Source === MESH_SOURCE) this.events.push(JSON.parse(Detail) as MeshEvent);
    }
  }

  async weft(...words: string[]): Promise<string> {
    const { exit, out, err } = await runWeft(words, { cwd: this.folder, columns: 600 });
    if (exit !== 0) throw new Error(`weft ${words.join(' ')}: ${err}`);
    return out + err;
  }

  /** Lets the trail arrive and the rules be looked at. */
  async look(): Promise<void> {
    this.world.instance.cloud.clock.advance(TRAIL_DELAY_MS);
    await this.world.settle();
  }

  /** Moves the clock so far that nobody's keys count any more, and gets new ones. */
  pass(milliseconds: number): void {
    this.world.instance.cloud.clock.advance(milliseconds);
    this.world = new World(this.world.instance, this.world.local);
  }

  /** Every alert, newest first, as the platform sees them. */
  async alerts(): Promise<AlertRecord[]> {
    const platform = await this.world.as('governance/platform');
    return (await platform.api<{ alerts: AlertRecord[] }>({ method: 'GET', path: '/alerts' })).alerts;
  }

  async show(): Promise<SubscriptionRecord> {
    const platform = await this.world.as('governance/platform');
    const path = `/subscriptions/${this.subscription}`;
    return (await platform.api<{ subscription: SubscriptionRecord }>({ method: 'GET', path })).subscription;
  }

  async close(): Promise<void> {
    await this.world.instance.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
