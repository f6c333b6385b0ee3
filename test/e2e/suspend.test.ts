import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { AIRPORTS, ask, refusal } from '#cli/demo/sql.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct, waitForSubscription } from '#cli/wait.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';

const ANALYST = 'analytics/analyst';
const PRODUCT = 'airport-reference/airports';
const COUNT = `SELECT count(*) FROM ${AIRPORTS}`;
/** What is not granted is refused, or not even there. */
const NOT_GRANTED = /does not exist|Insufficient Lake Formation permission/;

describe('the kill switch, on the deployed templates', () => {
  let folder: string;
  const permits = judging();
  let world: World;
  let id: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-suspend-'));
    const mesh = join(folder, '.weft');
    const { instance, local } = await bringUp({ topology: readMeshFile(undefined, '/'), folder: mesh, port: 0 });
    world = new World(instance, local);
    permits.watch(world.instance.cloud);
    const source = sourceOf('airports');
    await enrol(world, source);
    const producer = await world.as(`${source.domain}/producer`);
    const body = publishBody(readProductFolder(source.folder, source.folder));
    const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
    await waitForProduct(producer, product);
    const analyst = await world.as(ANALYST);
    const wish = { product: PRODUCT, purpose: 'to count' };
    const { subscription } = await analyst.api<{ subscription: SubscriptionRecord }>({
      method: 'POST',
      path: '/subscriptions',
      body: wish,
    });
    ({ id } = await waitForSubscription(analyst, subscription.id, ['active']));
  }, 120_000);

  afterAll(async () => {
    await world?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const weft = async (...words: string[]) => {
    const { exit, out, err } = await runWeft(words, { cwd: folder, columns: 400 });
    expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
    return out + err;
  };

  test.each([
    ['a product, by its owner', 'airport-reference/steward', ['product'], PRODUCT],
    ['a product, by governance', 'governance/platform', ['product'], PRODUCT],
    ['a subscription, by its consumer', 'analytics/steward', ['subscription'], ''],
    ['the consuming domain, by itself', 'analytics/steward', ['domain'], 'analytics'],
    ['the consuming domain, by governance', 'governance/platform', ['domain'], 'analytics'],
    ['the owning domain, by itself', 'airport-reference/steward', ['domain'], 'airport-reference'],
    [
      'what the consumer has of an owner, by the owner',
      'airport-reference/steward',
      ['subscription'],
      '--consumer=analytics',
    ],
  ])(
    'suspends %s: queries are refused, and answer the same once it is resumed',
    async (_what, as, [noun = ''], named) => {
      const target = named === '' ? id : named;
      const before = await ask(world, ANALYST, COUNT);
      expect(before.rows).toEqual([['3376']]);
      expect(await weft(noun, 'suspend', target, '--reason', 'a leak', '--as', as)).toMatch(/nothing left/);
      expect(await refusal(world, ANALYST, COUNT)).toMatch(NOT_GRANTED);
      expect(await weft('subscription', 'list', '--as', ANALYST)).toMatch(/ suspended /);
      if (noun === 'product') {
        expect(await weft('product', 'list', '--as', ANALYST)).toMatch(/suspended/);
        expect(await weft('product', 'show', PRODUCT, '--as', ANALYST)).toMatch(/suspended by .* a leak/);
      }
      expect(await weft(noun, 'resume', target, '--as', as)).toMatch(/resumed/);
      expect((await ask(world, ANALYST, COUNT)).rows).toEqual(before.rows);
    },
    60_000,
  );

  test('a consumer cannot resume what the owner stopped', async () => {
    await weft('subscription', 'suspend', id, '--as', 'airport-reference/steward');
    const { exit, err } = await runWeft(['subscription', 'resume', id, '--as', 'analytics/steward'], { cwd: folder });
    expect([exit === 0, err]).toEqual([false, expect.stringMatching(/WEFT-REQUEST-008/)]);
    expect(await refusal(world, ANALYST, COUNT)).toMatch(NOT_GRANTED);
    await weft('subscription', 'resume', id, '--as', 'airport-reference/steward');
  }, 60_000);

  test('who pulled it, why, and who lifted it is in the trail', async () => {
    for (const [noun, target] of [
      ['product', PRODUCT],
      ['subscription', id],
    ] as const) {
      await weft(noun, 'suspend', target, '--reason', 'for the trail', '--as', 'governance/platform');
      await weft(noun, 'resume', target, '--as', 'governance/platform');
    }
    await world.settle();
    const trail = await weft('audit', 'list', '--product', PRODUCT, '--limit', '500', '--as', 'governance/auditor');
    for (const word of [
      'ProductSuspended',
      'ProductResumed',
      'SubscriptionSuspended',
      'SubscriptionResumed',
      'for the trail',
    ])
      expect(trail).toContain(word);
  }, 60_000);
});
