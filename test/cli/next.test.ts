import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Facts, MeshFacts } from '#cli/next/facts.ts';
import { nextSteps } from '#cli/next/steps.ts';
import { fakeMesh } from './fake-mesh.ts';
import { runWeft } from './run-weft.ts';

const BARE: Facts = { remote: false, local: 'none', products: [] };

const ORDERS: MeshFacts['products'][number] = {
  id: 'sales/orders',
  domain: 'sales',
  major: 1,
  version: '1.0.0',
  published: true,
  quarantined: false,
  database: 'sales__orders__v1',
  tables: ['orders'],
};

const PENDING: MeshFacts['subscriptions'][number] = {
  id: 'sales.orders.v1.marketing.1',
  product: 'sales/orders',
  owner: 'sales',
  consumer: 'marketing',
  state: 'pending',
  deciders: ['sales/steward'],
};

const EMPTY: MeshFacts = { name: 'shop', domains: ['sales', 'marketing'], products: [], subscriptions: [] };
const mesh = (more: Partial<MeshFacts>): Facts => ({ ...BARE, local: 'up', mesh: { ...EMPTY, ...more } });
const local = { folder: 'products/orders', errors: 0, id: 'sales/orders', domain: 'sales', version: '1.0.0' };

describe('what to do next', () => {
  test.each<[string, Facts, string]>([
    ['nothing is here', BARE, 'weft demo --keep'],
    ['packages are missing', { ...BARE, repository: { installed: false } }, 'npm ci'],
    ['the mesh file is wrong', { ...BARE, meshFile: { name: 'mesh.yaml', errors: 2 } }, 'weft doctor'],
    ['there is a mesh file', { ...BARE, meshFile: { name: 'mesh.yaml', errors: 0 } }, 'weft local up --detach'],
    ['the local mesh is stopped', { ...BARE, local: 'stopped' }, 'weft local up --detach'],
    ['the local mesh is coming up', { ...BARE, local: 'starting' }, 'weft local logs -f'],
    ['the mesh does not tell', { ...BARE, remote: true, silent: 'no answer' }, 'weft doctor'],
    [
      'contracts are wrong',
      { ...BARE, products: [{ folder: 'products/orders', errors: 3 }] },
      'weft product validate products/orders',
    ],
    ['nothing is published', mesh({}), 'weft mesh show --as governance/platform'],
    [
      'a contract is not published',
      { ...mesh({}), products: [local] },
      'weft product publish products/orders --as sales/producer',
    ],
    [
      'another version is published',
      { ...mesh({ products: [{ ...ORDERS, version: '0.9.0' }] }), products: [local] },
      'weft product publish products/orders --as sales/producer',
    ],
    [
      'a product is quarantined',
      mesh({ products: [{ ...ORDERS, quarantined: true }], subscriptions: [PENDING] }),
      'weft product show sales/orders --as sales/producer',
    ],
    [
      'a product is not ready',
      mesh({ products: [{ ...ORDERS, failed: 'Refused' }] }),
      'weft product show sales/orders --as sales/producer',
    ],
    [
      'somebody waits for a decision',
      mesh({ products: [ORDERS], subscriptions: [PENDING] }),
      `weft subscription plan ${PENDING.id} --as sales/steward`,
    ],
    [
      'a subscription is active',
      mesh({ products: [ORDERS], subscriptions: [{ ...PENDING, state: 'active' }] }),
      'weft query "SELECT * FROM sales__orders__v1.orders LIMIT 10" --as marketing/analyst',
    ],
    [
      'a consumer has not asked yet',
      { ...mesh({ products: [ORDERS] }), as: 'marketing/analyst' },
      'weft subscription request sales/orders --purpose "<what for>" --as marketing/analyst',
    ],
  ])('when %s', (_, facts, first) => {
    expect(nextSteps(facts)[0]?.command).toBe(first);
  });

  test('a request is shown only to who may decide it', () => {
    const facts = mesh({ products: [ORDERS], subscriptions: [PENDING] });
    const shown = (as: string) => nextSteps({ ...facts, as }).some(({ command }) => command.includes(PENDING.id));
    expect([shown('sales/steward'), shown('marketing/analyst')]).toEqual([true, false]);
  });

  test('is a short list, each with a reason and once', () => {
    const products = Array.from({ length: 30 }, () => ({ folder: 'products/a', errors: 1 }));
    const steps = nextSteps({ ...BARE, products });
    expect(new Set(steps.map(({ command }) => command)).size).toBe(steps.length);
    expect(steps.length).toBeLessThanOrEqual(6);
    expect(steps.every(({ reason }) => reason !== '')).toBe(true);
  });
});

describe('weft alone', () => {
  // No credentials of this machine, and nobody asked for any.
  beforeAll(() => {
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true', AWS_PROFILE: 'nobody' });
  });

  afterAll(() => {
    delete process.env.AWS_EC2_METADATA_DISABLED;
    delete process.env.AWS_PROFILE;
  });

  const folder = () => mkdtempSync(join(tmpdir(), 'weft-next-'));
  const commands = async (cwd: string, env: Record<string, string> = {}) => {
    const { exit, out } = await runWeft(['--json'], { cwd, env });
    expect(exit).toBe(0);
    return (JSON.parse(out).steps as { command: string }[]).map(({ command }) => command);
  };

  test('tells people what to do where there is nothing', async () => {
    const { exit, out, err } = await runWeft([], { cwd: folder() });
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    expect(out).toContain('no mesh runs here. Next:');
    expect(out).toContain('weft demo --keep');
  });

  test('reads the mesh file, the packages and the contracts of the folder', async () => {
    const cwd = folder();
    cpSync('examples/aviation/mesh.yaml', join(cwd, 'mesh.yaml'));
    mkdirSync(join(cwd, 'products/broken'), { recursive: true });
    cpSync('examples/aviation/products/flights', join(cwd, 'products/flights'), { recursive: true });
    writeFileSync(join(cwd, 'products/broken/broken.odps.yaml'), 'kind: DataProduct\n');
    writeFileSync(join(cwd, 'package.json'), '{ "dependencies": { "weft": "0.1.0" } }');
    expect(await commands(cwd)).toEqual([
      'npm ci',
      'weft product validate products/broken',
      'weft local up --detach',
      'weft doctor',
    ]);
  });

  test('fails for nothing that it finds', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'package.json'), 'not JSON');
    mkdirSync(join(cwd, 'mesh.yaml'));
    mkdirSync(join(cwd, '.weft'));
    writeFileSync(join(cwd, '.weft/local.json'), '{');
    writeFileSync(join(cwd, 'products'), 'a file');
    expect((await commands(cwd))[0]).toBe('weft doctor');
    const unreachable = { WEFT_API_URL: 'http://127.0.0.1:9/', AWS_REGION: 'us-east-1' };
    expect(await commands(folder(), unreachable)).toContain('weft doctor');
  });

  test('asks the mesh that is up, and names who may decide', async () => {
    const registered = { type: 'Registered', status: 'true', generation: 1 };
    const product = {
      domain: 'wildlife-safety',
      name: 'bird-strikes',
      major: 1,
      version: '1.0.0',
      state: 'active',
      tables: [{ name: 'strikes' }, { name: 'raw', internal: true }],
      status: { conditions: [registered] },
    };
    const pending = {
      id: 'wildlife-safety.bird-strikes.v1.analytics.x1',
      domain: 'wildlife-safety',
      product: 'bird-strikes',
      consumer: 'analytics',
      state: 'pending',
      approvers: ['owner', 'platform'],
      approvals: [{ class: 'owner', by: 'x', at: '2026-01-01T00:00:00Z' }],
    };
    const active = { ...pending, id: 'y', state: 'active' };
    const mesh = await fakeMesh({
      '/products': { products: [product, { ...product, name: 'nests', quarantine: { table: 'strikes' } }] },
      '/subscriptions': { subscriptions: [pending, active] },
    });
    const { out } = await runWeft(['--json'], { cwd: mesh.cwd });
    const platform = await commands(mesh.cwd, { WEFT_AS: 'governance/platform' });
    const analyst = await commands(mesh.cwd, { WEFT_AS: 'analytics/analyst' });
    await mesh.close();
    expect(JSON.parse(out)).toEqual({
      state: 'the mesh aviation is up on this machine',
      steps: [
        {
          command: 'weft product show wildlife-safety/nests --as wildlife-safety/producer',
          reason: expect.stringContaining('quarantined'),
        },
        {
          command: `weft subscription plan ${pending.id} --as governance/platform`,
          reason: expect.stringContaining('analytics asks for wildlife-safety/bird-strikes'),
        },
        {
          command:
            'weft query "SELECT * FROM wildlife_safety__bird_strikes__v1.strikes LIMIT 10" --as analytics/analyst',
          reason: expect.any(String),
        },
        { command: 'weft product list --as governance/platform', reason: '2 products in the mesh' },
        { command: 'weft --help', reason: 'everything else' },
      ],
    });
    expect(platform).toContain(`weft subscription plan ${pending.id} --as governance/platform`);
    expect(analyst.some((command) => command.includes(pending.id))).toBe(false);
  });
});
