import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readMeshFile } from '#cli/mesh-file.ts';
import { callerOf } from '#control/caller.ts';
import { publish } from '#control/publish.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { runWeft } from '../cli/run-weft.ts';
import { createWorld, type World } from '../control/world.ts';
import { builtInEngine } from '../mesh/policy/engine.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SHOP = join(ROOT, 'examples/shop');
const DOMAINS = { products: 'catalogue', orders: 'orders', carts: 'carts', sessions: 'sessions', leads: 'leads' };

const filesOf = (product: string) => {
  const folder = join(SHOP, 'products', product);
  const files = readdirSync(folder).map((name): [string, string] => [name, readFileSync(join(folder, name), 'utf8')]);
  const [, text = ''] = files.find(([name]) => name.endsWith('.odps.yaml')) ?? [];
  return { product: text, contracts: Object.fromEntries(files.filter(([name]) => name.endsWith('.odcs.yaml'))) };
};

describe('the shop', () => {
  let topology: Topology;
  let world: World;

  beforeAll(async () => {
    topology = readMeshFile('mesh.yaml', SHOP);
    world = await createWorld();
  });

  const deps = () => ({
    ...world.governance,
    topology: async () => topology,
    policy: async () => builtInEngine(topology.classification),
  });
  const producer = (name: string) => {
    const account = topology.domains.find((domain) => domain.name === name)?.account;
    const arn = `arn:aws:sts::${account}:assumed-role/shop-${name}-producer/someone`;
    return { caller: callerOf(arn, topology), correlation: 'c-1' };
  };

  test('has the five domains, each with one product', () => {
    expect(topology.domains.map(({ name }) => name)).toEqual(Object.keys(DOMAINS));
    expect(readdirSync(join(SHOP, 'products')).sort()).toEqual(Object.values(DOMAINS).sort());
  });

  test('has contracts without a single problem', async () => {
    const folders = Object.values(DOMAINS).map((name) => `products/${name}`);
    const { exit, out } = await runWeft(['product', 'validate', ...folders, '--mesh', 'mesh.yaml', '--json'], {
      cwd: SHOP,
    });
    expect([exit, JSON.parse(out).problems]).toEqual([0, []]);
  });

  test.each(
    Object.entries(DOMAINS),
  )('%s publishes %s under the policies that come with the project', async (domain, name) => {
    const { product, changed } = await publish(filesOf(name), producer(domain), deps());
    expect([changed, product.domain, product.name]).toEqual([true, domain, name]);
    const personal = product.tables.flatMap(({ columns }) => columns.filter((column) => column.personal));
    expect(personal.every(({ classification }) => classification === 'confidential')).toBe(true);
  });

  test('nobody publishes for another domain', async () => {
    await expect(publish(filesOf('leads'), producer('orders'), deps())).rejects.toMatchObject({ source: 'user' });
  });

  test('products meet in the columns that they share', () => {
    const columns = (name: string) => JSON.stringify(filesOf(name).contracts);
    for (const name of ['orders', 'carts']) expect(columns(name)).toContain('name: sku');
    for (const name of ['carts', 'leads']) expect(columns(name)).toContain('name: session_id');
  });
});
