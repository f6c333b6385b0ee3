import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { AIRPORTS, ask } from '#cli/demo/sql.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct } from '#cli/wait.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { runWeft } from '../cli/run-weft.ts';

const TERMS = 'https://aviation.example/terms';

describe('a partner outside the organization, on the deployed templates', () => {
  let folder: string;
  let world: World;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-partner-'));
    const mesh = readMeshFile(undefined, '/');
    const partner = (name: string) => (name === 'analytics' ? { external: true as const, terms: TERMS } : {});
    const topology: Topology = {
      ...mesh,
      domains: mesh.domains.map((domain) => ({ ...domain, ...partner(domain.name) })),
    };
    const { instance, local } = await bringUp({ topology, folder: join(folder, '.weft'), port: 0 });
    world = new World(instance, local);
    const source = sourceOf('airports');
    await enrol(world, source);
    const producer = await world.as(`${source.domain}/producer`);
    const body = publishBody(readProductFolder(source.folder, source.folder));
    const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
    await waitForProduct(producer, product);
  }, 120_000);

  afterAll(async () => {
    await world?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const weft = (...words: string[]) => runWeft(words, { cwd: folder, columns: 400 });

  test('gets nothing without an end, and accepts by itself what is shared with an end', async () => {
    const request = ['subscription', 'request', 'airport-reference/airports', '--purpose', 'to fly', '--as'];
    const endless = await weft(...request, 'analytics/analyst');
    expect([endless.exit, endless.err]).toEqual([
      1,
      expect.stringMatching(/without an end[\s\S]*aviation\.example\/terms/),
    ]);
    const ending = await weft(...request, 'analytics/analyst', '--expires', '2099-01-01');
    expect([ending.exit, ending.err]).toEqual([0, expect.stringMatching(/active/)]);
    expect((await ask(world, 'analytics/analyst', `SELECT count(*) FROM ${AIRPORTS}`)).rows).toEqual([['3376']]);
  }, 60_000);

  test('has no voice in what holds for everybody', async () => {
    const { out } = await weft('policy', 'list', '--as', 'analytics/steward', '--json');
    expect(JSON.parse(out).scopes[0].council).toEqual({
      representatives: ['flight-operations', 'airport-reference', 'wildlife-safety'].toSorted(),
      quorum: 2,
    });
  }, 60_000);
});
