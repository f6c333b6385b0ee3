import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct, waitForSubscription } from '#cli/wait.ts';
import type { Cloud } from '#local/core/cloud.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { domainApp } from '#stacks/pipeline/pipeline-app.ts';
import { repositoryOf } from './repository.ts';

/** A mesh of the domain `sales` and a consumer `analytics`, with the repository of a template deployed to it. */
export interface DeployedRepository {
  readonly world: World;
  readonly repository: string;
  /** Where commands find the mesh. */
  readonly folder: string;
  /** Publishes a product of the repository, and subscribes `analytics` to it. */
  offer(product: string, clearance?: string): Promise<void>;
  close(): Promise<void>;
}

/** @param change what is changed in the repository before it is deployed */
export async function deployRepository(
  template: string,
  options: { readonly watch?: (cloud: Cloud) => void; readonly change?: (repository: string) => void } = {},
): Promise<DeployedRepository> {
  const repository = repositoryOf(template);
  options.change?.(repository);
  const folder = mkdtempSync(join(tmpdir(), 'weft-deployed-'));
  const topology = readMeshFile(join(repository, 'mesh.yaml'), '/');
  const { instance, local } = await bringUp({ topology, folder: join(folder, '.weft'), port: 0 });
  const world = new World(instance, local);
  options.watch?.(instance.cloud);
  const outdir = join(folder, 'cdk.out');
  const assembly = domainApp({ folder: repository, backup: { keepDays: 35 }, outdir }).synth().directory;
  const { ok, stacks } = await instance.deploy(assembly);
  expect({ ok, errors: stacks.flatMap(({ error }) => error?.message ?? []) }).toEqual({ ok: true, errors: [] });
  return {
    world,
    repository,
    folder,
    async offer(name, clearance = 'internal') {
      const body = publishBody(readProductFolder(join(repository, 'products', name), repository));
      const producer = await world.as('sales/producer');
      const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
      await waitForProduct(producer, product);
      const analyst = await world.as('analytics/analyst');
      const wish = { product: `sales/${name}`, purpose: 'reporting', clearance };
      const { subscription } = await analyst.api<{ subscription: SubscriptionRecord }>({
        method: 'POST',
        path: '/subscriptions',
        body: wish,
      });
      const steward = await world.as('sales/steward');
      if (subscription.state === 'pending') {
        const path = `/subscriptions/${subscription.id}/decision`;
        await steward.api({ method: 'POST', path, body: { decision: 'approve' } });
      }
      await waitForSubscription(steward, subscription.id, ['active']);
      await world.settle();
    },
    async close() {
      await world.instance.close();
      for (const path of [folder, repository]) rmSync(path, { recursive: true, force: true });
    },
  };
}
